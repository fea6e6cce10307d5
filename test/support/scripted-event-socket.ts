import { EventEmitter, once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A message that came by an event socket: its first line, and the headers after it. */
interface Received {
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Cuts what arrives into messages: lines up to an empty one. */
function onMessages(socket: Socket, take: (message: Received) => void): void {
  let buffered = '';
  socket.setEncoding('utf8');
  socket.on('error', () => undefined);
  socket.on('data', (text: string) => {
    buffered += text;
    for (let end = buffered.indexOf('\n\n'); end !== -1; end = buffered.indexOf('\n\n')) {
      const [line = '', ...rest] = buffered.slice(0, end).trim().split('\n');
      buffered = buffered.slice(end + 2);
      take({ line, headers: Object.fromEntries(rest.map((header) => header.split(': ') as [string, string])) });
    }
  });
}

function eventText(event: Readonly<Record<string, string>>): string {
  const body = JSON.stringify(event);
  return `Content-Length: ${Buffer.byteLength(body)}\nContent-Type: text/event-json\n\n${body}`;
}

/** How the scripted server behaves. */
export interface Script {
  readonly secret?: string;
  /** What it says to whoever connects; by default that it wants the secret. */
  readonly greeting?: string;
  /** Its answer to `sofia status`; null for none. */
  readonly sofiaStatus?: string | null;
  /** Answers to other commands; by default +OK, and none for null. */
  readonly answer?: (command: string) => string | null;
}

const SOFIA_STATUS = ' drachtio_mrf\tprofile\t sip:mod_sofia@127.0.0.1:5080\tRUNNING (0)\n';

/** The event socket of a media server that says what a test wants it to. */
export class ScriptedEventSocket {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #script: Script;
  readonly channels: ScriptedChannel[] = [];
  /** API commands that came, in order. */
  readonly commands: string[] = [];
  connections = 0;

  static async start(script: Script = {}): Promise<ScriptedEventSocket> {
    const scripted = new ScriptedEventSocket(script);
    scripted.#server.listen(0, '127.0.0.1');
    await once(scripted.#server, 'listening');
    return scripted;
  }

  private constructor(script: Script) {
    this.#script = script;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get address(): { readonly host: string; readonly port: number; readonly secret: string } {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port, secret: 'secret' };
  }

  /** Tells whoever is connected of an event. */
  tell(event: Readonly<Record<string, string>>): void {
    this.write(eventText(event));
  }

  write(text: string): void {
    for (const socket of this.#sockets) socket.write(text);
  }

  /** Breaks every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Connects a channel to an application, as its INVITE asks. */
  connectChannel(application: string, agent: string): ScriptedChannel {
    const channel = new ScriptedChannel(application, agent, `channel-${this.channels.length}`);
    this.channels.push(channel);
    return channel;
  }

  async close(): Promise<void> {
    this.cut();
    for (const channel of this.channels) channel.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    const { greeting = 'Content-Type: auth/request\n\n', secret = 'secret' } = this.#script;
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    onMessages(socket, ({ line }) => {
      if (line.startsWith('auth ')) this.#authorize(socket, line === `auth ${secret}`);
      else if (line.startsWith('api ')) this.#answer(socket, line.slice(4));
      else if (line === 'exit') socket.end();
      else socket.write('Content-Type: command/reply\nReply-Text: +OK\n\n');
    });
    socket.write(greeting);
  }

  #authorize(socket: Socket, isRight: boolean): void {
    socket.write(`Content-Type: command/reply\nReply-Text: ${isRight ? '+OK accepted' : '-ERR invalid'}\n\n`);
    if (!isRight) socket.end();
  }

  #answer(socket: Socket, command: string): void {
    const { sofiaStatus = SOFIA_STATUS, answer = () => '+OK\n' } = this.#script;
    if (command !== 'sofia status') this.commands.push(command);
    const body = command === 'sofia status' ? sofiaStatus : answer(command);
    if (body === null) return;
    socket.write(`Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`);
  }
}

/** A channel's connection to the application; emits `message` with each command that comes. */
export class ScriptedChannel extends EventEmitter {
  readonly uuid: string;
  /** Applications that it was told to run, with the ids they were given. */
  readonly executions: { readonly application: string; readonly argument: string; readonly id: string }[] = [];
  readonly commands: string[] = [];
  /** What commands that begin like this are answered with; +OK where there is nothing, silence where it is null. */
  readonly answers = new Map<string, string | null>();
  /** Whether it lets an application end as soon as it has begun. */
  endsAtOnce = true;
  readonly #socket: Socket;

  constructor(application: string, agent: string, uuid: string) {
    super();
    this.uuid = uuid;
    const [host, port] = application.split(':') as [string, string];
    this.#socket = connect({ host, port: Number(port) });
    onMessages(this.#socket, (message) => this.#take(message, agent));
  }

  tell(name: string, headers: Readonly<Record<string, string>> = {}): void {
    if (!this.#socket.destroyed)
      this.#socket.write(eventText({ 'Event-Name': name, 'Unique-ID': this.uuid, ...headers }));
  }

  /** An application has begun, or has ended. */
  begin(id: string): void {
    this.tell('CHANNEL_EXECUTE', { 'Application-UUID': id });
  }

  end(id: string, response = 'FILE PLAYED'): void {
    this.tell('CHANNEL_EXECUTE_COMPLETE', { 'Application-UUID': id, 'Application-Response': response });
  }

  cut(): void {
    this.#socket.destroy();
  }

  #take({ line, headers }: Received, agent: string): void {
    if (line === 'connect') {
      const data = { 'Unique-ID': this.uuid, 'Channel-Unique-ID': this.uuid, variable_sip_user_agent: agent };
      const lines = Object.entries(data).map(([name, value]) => `${name}: ${encodeURIComponent(value)}\n`);
      this.#socket.write(`Event-Name: CHANNEL_DATA\n${lines.join('')}Content-Type: command/reply\nReply-Text: +OK\n\n`);
    } else if (line.startsWith('sendmsg')) this.#execute(headers);
    else if (line.startsWith('api ')) this.#answer(line.slice(4));
    else this.#socket.write('Content-Type: command/reply\nReply-Text: +OK\n\n');
    this.emit('message', line);
  }

  #execute(headers: Readonly<Record<string, string>>): void {
    const id = headers['Event-UUID'] ?? '';
    const application = headers['execute-app-name'] ?? '';
    this.executions.push({ application, argument: headers['execute-app-arg'] ?? '', id });
    this.#socket.write('Content-Type: command/reply\nReply-Text: +OK\n\n');
    if (!this.endsAtOnce) return;
    this.begin(id);
    this.end(id, '_none_');
  }

  #answer(command: string): void {
    this.commands.push(command);
    const known = [...this.answers].find(([beginning]) => command.startsWith(beginning));
    const body = known ? known[1] : '+OK\n';
    if (body === null) return;
    this.#socket.write(`Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`);
  }
}
