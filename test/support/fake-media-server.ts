import { AppError } from '../../src/domain/app-error.ts';
import { readOffer, writeSdp, type Direction } from '../../src/media/sdp.ts';
import type { Execution, MediaEndpoint, ServerLink } from '../../src/media/server-link.ts';

/** What a fake server can be told to fail at. */
export type FakeStep = 'createEndpoint' | 'set' | 'modify' | 'command' | 'bridge' | 'execute';

const MIRRORED: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

/** A media server that does nothing but keep account: of the channels there are, and of what was asked of them. */
export class FakeMediaServer implements ServerLink {
  readonly endpoints: FakeEndpoint[] = [];
  /** API commands asked by the server's own connection. */
  readonly commands: string[] = [];
  readonly failing = new Set<FakeStep>();
  /** Answers to API commands that begin like this. */
  readonly answers = new Map<string, string>();
  /** Each step waits for it: another in tests where order is everything. */
  pace: (step: FakeStep) => Promise<void> = () => Promise.resolve();
  isClosed = false;

  /** Channels that were not given back. */
  get live(): readonly FakeEndpoint[] {
    return this.endpoints.filter(({ isDestroyed }) => !isDestroyed);
  }

  async command(text: string): Promise<string> {
    await this.step('command', text);
    this.commands.push(text);
    return [...this.answers].find(([beginning]) => text.startsWith(beginning))?.[1] ?? '+OK\n';
  }

  async createEndpoint(sdp: string, headers: Readonly<Record<string, string>>): Promise<MediaEndpoint> {
    await this.step('createEndpoint', '');
    const endpoint = new FakeEndpoint(this, `uuid-${this.endpoints.length}`, headers, answerTo(sdp));
    this.endpoints.push(endpoint);
    return endpoint;
  }

  holds(uuid: string): boolean {
    return this.live.some((endpoint) => endpoint.uuid === uuid);
  }

  close(): void {
    this.isClosed = true;
  }

  async step(step: FakeStep, what: string): Promise<void> {
    await this.pace(step);
    if (this.failing.has(step)) throw new AppError('media-failed', `as the test wants it: ${step} ${what}`);
  }
}

/** Something that runs on a fake channel until it is ended or stopped. */
export interface FakeExecution {
  readonly application: string;
  readonly argument: string;
  readonly isStopped: boolean;
  end(word?: string): void;
}

/** A channel at a fake media server. */
export class FakeEndpoint implements MediaEndpoint {
  readonly uuid: string;
  readonly sdp: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly variables: Record<string, string> = {};
  /** SDP offered to the server, in order. */
  readonly offers: string[] = [];
  readonly commands: string[] = [];
  /** All that was begun, in order. */
  readonly executions: FakeExecution[] = [];
  bridgedTo: string | null = null;
  isDestroyed = false;
  readonly #server: FakeMediaServer;
  readonly #running = new Set<PromiseWithResolvers<string>>();
  #heard: Parameters<MediaEndpoint['listen']>[0] | null = null;

  constructor(server: FakeMediaServer, uuid: string, headers: Readonly<Record<string, string>>, sdp: string) {
    this.#server = server;
    this.uuid = uuid;
    this.headers = headers;
    this.sdp = sdp;
  }

  /** How many things run at this moment: never more than one. */
  get running(): number {
    return this.#running.size;
  }

  listen(listeners: Parameters<MediaEndpoint['listen']>[0]): void {
    this.#heard = listeners;
  }

  /** The peer presses keys, one after the other. */
  press(keys: string): void {
    for (const key of keys) this.#heard?.onKey(key);
  }

  /** The server ends the channel. */
  end(cause: string | null): void {
    for (const running of this.#running) running.reject(new AppError('media-failed', 'the channel is gone'));
    this.#heard?.onGone(cause);
  }

  async set(variables: Readonly<Record<string, string>>): Promise<void> {
    await this.#server.step('set', JSON.stringify(variables));
    Object.assign(this.variables, variables);
  }

  async modify(sdp: string): Promise<string> {
    await this.#server.step('modify', sdp);
    this.offers.push(sdp);
    return answerTo(sdp);
  }

  async command(text: string): Promise<string> {
    await this.#server.step('command', text);
    this.commands.push(text);
    return '+OK\n';
  }

  async bridge(uuid: string): Promise<void> {
    await this.#server.step('bridge', uuid);
    this.bridgedTo = uuid;
  }

  execute(application: string, argument: string): Execution {
    const ended = Promise.withResolvers<string>();
    const over = ended.promise.finally(() => this.#running.delete(ended));
    over.catch(() => undefined);
    this.#running.add(ended);
    if (this.isDestroyed || this.#server.failing.has('execute')) ended.reject(new AppError('media-failed', 'as told'));
    const execution = { application, argument, isStopped: false, end: (word = 'FILE PLAYED') => ended.resolve(word) };
    this.executions.push(execution);
    const stop = async (): Promise<void> => {
      await this.#server.pace('execute');
      execution.isStopped = true;
      ended.resolve('FILE PLAYED');
    };
    return { ended: over, stop };
  }

  async destroy(): Promise<void> {
    await this.#server.pace('command');
    this.isDestroyed = true;
    for (const running of this.#running) running.reject(new AppError('media-failed', 'the channel is gone'));
  }
}

let ports = 10_000;

/** As a media server answers: with an address of its own, the codec offered first, the direction mirrored. */
function answerTo(sdp: string): string {
  const offered = readOffer(sdp)?.audio;
  if (!offered) throw new AppError('media-refused', 'no audio');
  ports += 2;
  const direction = MIRRORED[offered.direction];
  return writeSdp({ ...offered, address: '192.0.2.7', port: ports, direction }, { id: '7', version: ports });
}
