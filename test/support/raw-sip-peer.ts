import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';

/** A SIP message as text, cut up just enough to be looked at. Deliberately ignorant of everything an engine knows. */
export interface RawMessage {
  readonly startLine: string;
  /** Empty for a response. */
  readonly method: string;
  /** 0 for a request. */
  readonly status: number;
  readonly body: string;
  readonly text: string;
  readonly from: { readonly host: string; readonly port: number };
  /** The value of the first header of that name, in its long form; empty where there is none. */
  header(name: string): string;
  /** All values of the headers of that name. */
  headers(name: string): string[];
}

/** What a request is made of, where it differs from the usual. */
export interface RequestParts {
  readonly uri?: string;
  readonly callId?: string;
  readonly branch?: string;
  readonly fromTag?: string;
  /** Whole To header; the URI in angle brackets where left out. */
  readonly to?: string;
  readonly from?: string;
  readonly cseq?: number;
  readonly cseqMethod?: string;
  /** Lines such as `Record-Route: <sip:p;lr>`. */
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly contact?: string;
}

/** A session description nobody will ever use. */
export const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 0 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=sendrecv',
  '',
].join('\r\n');

interface Waiting {
  readonly wanted: (message: RawMessage) => boolean;
  readonly resolve: (message: RawMessage) => void;
}

/** How long a test waits for what must come. */
const PATIENCE_MS = 5000;

/** A SIP user agent made of strings: it says what the test tells it to, right or wrong, and remembers all it hears. */
export class RawSipPeer {
  readonly transport: 'UDP' | 'TCP';
  readonly host: string;
  /** Everything heard, in order. */
  readonly heard: RawMessage[] = [];
  readonly #unread: RawMessage[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #udp: UdpSocket | undefined;
  readonly #server: Server | undefined;
  readonly #streams = new Map<string, Socket>();
  #closed = false;

  private constructor(transport: 'UDP' | 'TCP', host: string, udp: UdpSocket | undefined, server: Server | undefined) {
    this.transport = transport;
    this.host = host;
    this.#udp = udp;
    this.#server = server;
    udp?.on('message', (bytes, from) => this.#take(bytes.toString('latin1'), { host: from.address, port: from.port }));
    server?.on('connection', (socket) => this.#readStream(socket));
  }

  static async udp(host = '127.0.0.1', port = 0): Promise<RawSipPeer> {
    const socket = createSocket('udp4');
    socket.bind(port, host);
    await once(socket, 'listening');
    return new RawSipPeer('UDP', host, socket, undefined);
  }

  static async tcp(host = '127.0.0.1'): Promise<RawSipPeer> {
    const server = createServer();
    server.listen(0, host);
    await once(server, 'listening');
    return new RawSipPeer('TCP', host, undefined, server);
  }

  get port(): number {
    const address = (this.#udp ?? this.#server)?.address() as AddressInfo;
    return address.port;
  }

  /** Where this peer can be called. */
  get uri(): string {
    return `sip:peer@${this.host}:${this.port}${this.transport === 'TCP' ? ';transport=tcp' : ''}`;
  }

  /** Sends text as it is. */
  async send(text: string | Buffer, to: { readonly host: string; readonly port: number }): Promise<void> {
    const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    if (this.#udp !== undefined) {
      this.#udp.send(bytes, to.port, to.host);
      return;
    }
    (await this.#streamTo(to)).write(bytes);
  }

  /** Drops every TCP connection there is. */
  hangUpStreams(): void {
    for (const stream of this.#streams.values()) stream.destroy();
    this.#streams.clear();
  }

  /** The next message not read yet that is wanted: a method, a status, or a question of your own. */
  async next(
    wanted: string | number | ((message: RawMessage) => boolean),
    withinMs = PATIENCE_MS,
  ): Promise<RawMessage> {
    const matches =
      typeof wanted === 'function'
        ? wanted
        : (message: RawMessage) => (typeof wanted === 'string' ? message.method === wanted : message.status === wanted);
    const at = this.#unread.findIndex(matches);
    const [ready] = at < 0 ? [] : this.#unread.splice(at, 1);
    if (ready !== undefined) return ready;
    const { promise, resolve, reject } = Promise.withResolvers<RawMessage>();
    const waiting = { wanted: matches, resolve };
    this.#waiting.push(waiting);
    const deadline = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      const heard = this.heard.map(({ startLine }) => startLine).join(' | ');
      reject(new Error(`no ${String(wanted)} within ${withinMs} ms; heard: ${heard || 'nothing'}`));
    }, withinMs);
    try {
      return await promise;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** A request of this peer, ready to send. */
  request(method: string, engine: { readonly host: string; readonly port: number }, parts: RequestParts = {}): string {
    const uri = parts.uri ?? `sip:callee@${engine.host}:${engine.port}`;
    const body = parts.body ?? '';
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/${this.transport} ${this.host}:${this.port};rport;branch=${parts.branch ?? newBranch()}`,
      'Max-Forwards: 70',
      `From: ${parts.from ?? `<sip:caller@${this.host}:${this.port}>;tag=${parts.fromTag ?? newToken()}`}`,
      `To: ${parts.to ?? `<${uri}>`}`,
      `Call-ID: ${parts.callId ?? newToken()}`,
      `CSeq: ${parts.cseq ?? 1} ${parts.cseqMethod ?? method}`,
      `Contact: ${parts.contact ?? `<${this.uri}>`}`,
      ...(parts.headers ?? []),
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${Buffer.byteLength(body, 'latin1')}`,
      '',
      body,
    ].join('\r\n');
  }

  /** A response of this peer to a request it heard; `toTag` is added where To has none. */
  reply(
    request: RawMessage,
    status: number,
    reason: string,
    parts: { toTag?: string; headers?: readonly string[]; body?: string } = {},
  ): string {
    const to = request.header('To');
    const body = parts.body ?? '';
    return [
      `SIP/2.0 ${status} ${reason}`,
      ...request.headers('Via').map((value) => `Via: ${value}`),
      ...request.headers('Record-Route').map((value) => `Record-Route: ${value}`),
      `From: ${request.header('From')}`,
      `To: ${parts.toTag === undefined || to.includes('tag=') ? to : `${to};tag=${parts.toTag}`}`,
      `Call-ID: ${request.header('Call-ID')}`,
      `CSeq: ${request.header('CSeq')}`,
      `Contact: <${this.uri}>`,
      ...(parts.headers ?? []),
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${Buffer.byteLength(body, 'latin1')}`,
      '',
      body,
    ].join('\r\n');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.hangUpStreams();
    const closing = this.#udp ?? this.#server;
    closing?.close();
    if (closing !== undefined) await once(closing, 'close');
  }

  async #streamTo(to: { readonly host: string; readonly port: number }): Promise<Socket> {
    const key = `${to.host}:${to.port}`;
    const existing = this.#streams.get(key);
    if (existing?.writable === true) return existing;
    const socket = connect(to.port, to.host);
    await once(socket, 'connect');
    this.#readStream(socket);
    return socket;
  }

  #readStream(socket: Socket): void {
    const from = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.#streams.set(`${from.host}:${from.port}`, socket);
    socket.setNoDelay(true);
    let pending = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      for (;;) {
        const end = pending.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = Number(/^content-length: *(\d+)/im.exec(pending.slice(0, end))?.[1] ?? 0);
        if (pending.length < end + 4 + length) return;
        this.#take(pending.slice(0, end + 4 + length), from);
        pending = pending.slice(end + 4 + length);
      }
    });
  }

  #take(text: string, from: { host: string; port: number }): void {
    if (text.trim() === '') return;
    const message = readRaw(text, from);
    this.heard.push(message);
    const at = this.#waiting.findIndex(({ wanted }) => wanted(message));
    const [waiting] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (waiting === undefined) this.#unread.push(message);
    else waiting.resolve(message);
  }
}

/** The tag of a From or To. */
export const tagOf = (value: string): string => /;tag=([^;>\s]+)/.exec(value)?.[1] ?? '';

/** The URI between angle brackets. */
export const uriOf = (value: string): string => /<([^>]+)>/.exec(value)?.[1] ?? value;

/** A branch with the magic cookie. */
export const newBranch = (): string => `z9hG4bK${newToken()}`;

export const newToken = (): string => randomBytes(8).toString('hex');

function readRaw(text: string, from: { host: string; port: number }): RawMessage {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [startLine = '', ...lines] = head.split('\r\n');
  const fields = lines.map((line) => [
    line.slice(0, line.indexOf(':')).trim().toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  const headers = (name: string): string[] =>
    fields.filter(([field]) => field === name.toLowerCase()).map(([, value]) => value ?? '');
  const isResponse = startLine.startsWith('SIP/2.0 ');
  return {
    startLine,
    method: isResponse ? '' : (startLine.split(' ')[0] ?? ''),
    status: isResponse ? Number(startLine.split(' ')[1]) : 0,
    body: rest.join('\r\n\r\n'),
    text,
    from,
    headers,
    header: (name) => headers(name)[0] ?? '',
  };
}
