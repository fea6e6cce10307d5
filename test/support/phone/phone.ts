import { buildRequest, newBranch, newTag, type MessageExtras } from './build-message.ts';
import { readHostPort, readUri, writeHostPort, type HostPort } from './addresses.ts';
import type { Reply } from './call-events.ts';
import { History, type WaitOptions } from './history.ts';
import type { IncomingCall } from './incoming-call.ts';
import { drawLadder, Ladder, type DrawOptions } from './ladder.ts';
import { OutgoingCall, type CallOptions } from './outgoing-call.ts';
import { RtpStream, type RtpStreamOptions } from './rtp-stream.ts';
import { SipSocket } from './sip-socket.ts';
import { firstLine, type SipMessage, type SipRequest, type SipResponse } from './sip-wire.ts';
import { Switchboard } from './switchboard.ts';

/** What a phone does with a call that comes in. It may wait, but must not outlive the call. */
export type Behaviour = (call: IncomingCall) => void | Promise<void>;

export interface PhoneOptions {
  /** How ladders call it, and the user part of its URI. */
  readonly name: string;
  /** Address of 127.0.0.0/8; trunks are told apart by theirs. */
  readonly host?: string;
  /** A free one unless given. */
  readonly port?: number;
  /** Listens on TCP too. */
  readonly tcp?: boolean;
  /** Round-trip estimate that RFC 3261's timers derive from; 500 as it says, less for tests that wait for them. */
  readonly t1Ms?: number;
  readonly onCall?: Behaviour;
  /** Where this phone writes down what it says; shared by phones that are to be drawn together. */
  readonly ladder?: Ladder;
  /** False remembers neither messages nor calls, for benchmarks; waits of the phone then see the future only. */
  readonly remembers?: boolean;
}

/** A request outside any call. */
export interface LooseRequest extends MessageExtras {
  readonly to: string;
  readonly via?: string;
  readonly transport?: 'udp' | 'tcp';
}

/** A simulated telephone, or a trunk: speaks SIP on a loopback port of its own, and RTP where it is given a voice. */
export class Phone {
  readonly name: string;
  readonly ladder: Ladder;
  /** What comes in from now on is treated this way; 480 unless said. */
  onCall: Behaviour;
  /** Answers requests outside calls; what it leaves undefined is answered as a phone would: OPTIONS 200, others 405. */
  onRequest: (request: SipRequest) => Reply | undefined = () => undefined;
  readonly #switchboard: Switchboard;
  readonly #calls: History<IncomingCall>;
  readonly #messages: History<SipMessage>;
  readonly #streams: RtpStream[] = [];
  #closed: Promise<unknown> | null = null;

  /**
   * Opens a phone.
   *
   * @throws Error where the address is not loopback, or the port is taken
   */
  static async open(options: PhoneOptions): Promise<Phone> {
    const { host = '127.0.0.1', port = 0, tcp = false } = options;
    return new Phone(await SipSocket.open({ host, port, tcp }), options);
  }

  private constructor(socket: SipSocket, options: PhoneOptions) {
    const { name, t1Ms = 500, remembers = true, onCall = (call) => call.reject(480), ladder = new Ladder() } = options;
    this.name = name;
    this.onCall = onCall;
    this.ladder = ladder;
    this.#switchboard = new Switchboard(socket, {
      name,
      t1Ms,
      ladder: remembers ? ladder : null,
      onCall: (call) => {
        this.#calls.record(call);
        return this.onCall(call);
      },
      onRequest: (request) => this.onRequest(request) ?? { status: request.method === 'OPTIONS' ? 200 : 405 },
      onMessage: (message) => this.#messages.record(message),
    });
    this.#calls = new History(this.#switchboard.timers, remembers);
    this.#messages = new History(this.#switchboard.timers, remembers);
  }

  get address(): HostPort {
    return this.#switchboard.address;
  }

  /** `host:port`, as in `via`. */
  get at(): string {
    return writeHostPort(this.address);
  }

  /** URI that reaches this phone. */
  get uri(): string {
    return `sip:${this.name}@${this.at}`;
  }

  /** Calls somebody: the INVITE is on its way when this returns. */
  call(options: CallOptions): OutgoingCall {
    return new OutgoingCall(this.#switchboard, options);
  }

  /** Calls that came in, in order. */
  get calls(): readonly IncomingCall[] {
    return this.#calls.items;
  }

  /** Resolves to the first call that comes in, or the `count`th. */
  waitForCall(options: WaitOptions = {}): Promise<IncomingCall> {
    const explain = (): string => `${this.name} waited for call ${options.count ?? 1}\n${this.drawLadder()}`;
    return this.#calls.waitFor(() => true, explain, options);
  }

  /** Resolves to the first message of any kind that matches, or the `count`th. */
  waitForMessage(matches: (message: SipMessage) => boolean, options: WaitOptions = {}): Promise<SipMessage> {
    const explain = (): string => `${this.name} waited for a message\n${this.drawLadder()}`;
    return this.#messages.waitFor(matches, explain, options);
  }

  /** A voice for one call; ends with the phone. */
  async openAudio(options: Omit<RtpStreamOptions, 'host'> = {}): Promise<RtpStream> {
    const stream = await RtpStream.open({ host: this.address.host, ...options });
    this.#streams.push(stream);
    return stream;
  }

  /** Sends a request outside any call and resolves to its final response. */
  request(method: string, options: LooseRequest): Promise<SipResponse> {
    const { to, via, transport = readUri(to).transport, ...extras } = options;
    const { host, port } = via === undefined ? readUri(to) : readHostPort(via);
    const request = buildRequest({
      method,
      uri: to,
      sentBy: this.address,
      transport,
      branch: newBranch(),
      routes: [],
      from: `<${this.uri}>;tag=${newTag()}`,
      to: `<${to}>`,
      callId: `${crypto.randomUUID()}@${this.address.host}`,
      cseq: 1,
      contact: this.#switchboard.contact(transport),
      ...extras,
    });
    return new Promise((resolve, reject) => {
      const onResponse = (response: SipResponse): void => {
        if (response.status >= 200) resolve(response);
      };
      const onTimeout = (): void => reject(new Error(`nobody answered ${firstLine(request)}\n${this.drawLadder()}`));
      this.#switchboard.startRequest(request, { host, port, transport }, { onResponse, onTimeout });
    });
  }

  /** Sends bytes as they are, well formed or not. What comes back is found by `waitForMessage`. */
  sendRaw(bytes: Buffer | string, to: string, transport: 'udp' | 'tcp' = 'udp'): void {
    this.#switchboard.sendRaw(Buffer.from(bytes), { ...readHostPort(to), transport });
  }

  drawLadder(options: DrawOptions = {}): string {
    return drawLadder(this.ladder, options);
  }

  /** Ends everything the phone began. Calls still up are left as they are, as when a phone loses its power. */
  async close(): Promise<void> {
    const reason = `${this.name} was closed`;
    this.#calls.close(reason);
    this.#messages.close(reason);
    this.#closed ??= Promise.all([this.#switchboard.close(), ...this.#streams.map((stream) => stream.close())]);
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
