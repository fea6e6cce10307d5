import type { Clock } from '../calls/ports/clock.ts';
import { AppError } from '../domain/app-error.ts';
import type { Endpoint, EndpointDialog, EslEvent } from './fsmrf.ts';
import { forgetLink } from './fsmrf.ts';
import type { Execution, MediaEndpoint } from './server-link.ts';
import type { Patience } from './within.ts';
import { callServer, within } from './within.ts';

/** What a SIP server answers that has nothing of what was offered (RFC 3261 §21.4.13, §21.4.26, §21.6.4). */
const CAN_NOT_SPEAK = new Set([415, 488, 606]);

/** The event of a bridge that is there, on the channel that was bridged to the other. */
const BRIDGED = 'CHANNEL_BRIDGE';

/** A channel that is hung up says BYE and closes its connection at once; which of the two is seen first is chance. */
const BYE_AFTER_MS = 250;

interface Running {
  readonly begun: PromiseWithResolvers<void>;
  readonly ended: PromiseWithResolvers<string>;
}

/** What an endpoint needs of the link that made it. */
export interface EndpointWorld {
  readonly patience: Patience;
  /** Ends the channel by the server's own connection, where its own does not do it. Never rejects. */
  readonly kill: (uuid: string) => Promise<void>;
  /** It is given back. */
  readonly onReleased: (uuid: string) => void;
}

/** A channel at FreeSWITCH, by way of drachtio-fsmrf: its promises settle in time, and nothing it emits is lost. */
export class FsmrfEndpoint implements MediaEndpoint {
  readonly uuid: string;
  readonly sdp: string;
  readonly #endpoint: Endpoint;
  readonly #dialog: EndpointDialog;
  readonly #world: EndpointWorld;
  readonly #running = new Map<string, Running>();
  /** Applications that had not begun in time. */
  readonly #tooLate = new Set<string>();
  #onKey: (key: string) => void = () => undefined;
  #onGone: (cause: string | null) => void = () => undefined;
  /** How it ended by itself; undefined while it has not. */
  #goneBy: string | null | undefined;
  /** Rejects when the channel's connection is closed: nothing asked by it is answered any more. */
  readonly #cutOff = Promise.withResolvers<never>();
  #released: Promise<void> | null = null;

  constructor(endpoint: Endpoint, world: EndpointWorld) {
    this.uuid = endpoint.uuid;
    this.#endpoint = endpoint;
    this.#dialog = endpoint.dialog;
    this.sdp = this.#dialog.remote.sdp;
    this.#world = world;
    forgetLink(this.#dialog);
    endpoint.on('dtmf', ({ dtmf }: { dtmf: string }) => this.#onKey(dtmf));
    endpoint.on('destroy', (end?: { reason?: string }) => this.#onHangup(end?.reason));
    this.#dialog.on('destroy', (bye?: { get(header: string): string }) => this.#gone(causeOf(bye?.get('Reason'))));
    endpoint.conn?.on(`esl::event::CHANNEL_EXECUTE::${this.uuid}`, (event: EslEvent) =>
      this.#onBegun(event.getHeader('Application-UUID') ?? ''),
    );
    this.#cutOff.promise.catch(() => this.#fail(null));
    endpoint.conn?.once('esl::end', () => this.#cutOff.reject(channelGone(this.#goneBy ?? null)));
    endpoint.conn?.subscribe([BRIDGED]);
    // The library prints a broken connection; its end is told by `destroy` all the same.
    endpoint.conn?.removeAllListeners('error');
    if (!endpoint.connected) this.#onHangup(undefined);
  }

  listen({ onKey, onGone }: Parameters<MediaEndpoint['listen']>[0]): void {
    this.#onKey = onKey;
    this.#onGone = onGone;
    const cause = this.#goneBy;
    if (cause !== undefined) queueMicrotask(() => onGone(cause));
  }

  async set(variables: Readonly<Record<string, string>>): Promise<void> {
    // Asked to set something on a channel that is gone, the library rejects a promise that nobody has.
    if (this.#endpoint.conn === null) throw channelGone(this.#goneBy ?? null);
    await this.#call('setting variables', this.#endpoint.set(variables));
  }

  modify(sdp: string): Promise<string> {
    const answered = new Promise<string>((resolve, reject) => {
      const headers = { Contact: this.#dialog.local.contact };
      this.#dialog.request({ method: 'INVITE', headers, body: sdp }, (error, response) => {
        if (!response) reject(error);
        else if (response.status === 200) {
          // What the library answers with, should the server send a re-INVITE of its own.
          this.#dialog.local.sdp = sdp;
          resolve(response.body);
        } else if (response.status > 200) reject(refusalOf(response.status));
      });
    });
    return this.#call('taking up an SDP', answered);
  }

  async bridge(uuid: string): Promise<void> {
    const { conn } = this.#endpoint;
    const bridged = new Promise<void>((resolve) => conn?.once(`esl::event::${BRIDGED}::${this.uuid}`, () => resolve()));
    await this.command(`uuid_bridge ${this.uuid} ${uuid}`);
    // The answer says that it will be done. Asked for something else before that, the server does half of it.
    await this.#call('bridging', bridged);
  }

  async command(text: string): Promise<string> {
    const answer = await this.#call(`doing ${text}`, this.#endpoint.api(text));
    return successOf(text, answer.getBody());
  }

  execute(application: string, argument: string): Execution {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<string>();
    const id = this.#endpoint.conn?.execute(application, argument, (event) =>
      ended.resolve(event.getHeader('Application-Response') ?? ''),
    );
    if (id === undefined) ended.reject(channelGone(this.#goneBy ?? null));
    else this.#running.set(id, { begun, ended });

    const inTime = this.#call(`beginning ${application}`, begun.promise);
    inTime.catch((error: unknown) => {
      if (id !== undefined) this.#tooLate.add(id);
      ended.reject(error);
    });
    const over = ended.promise.finally(() => {
      if (id !== undefined) this.#running.delete(id);
      begun.resolve();
    });
    // Whoever runs something need not wait for its end.
    over.catch(() => undefined);
    const stop = async (): Promise<void> => {
      // A break that comes before the application has begun would be lost.
      await inTime;
      if (id === undefined || !this.#running.has(id)) return;
      await this.command(`uuid_break ${this.uuid}`);
      await this.#call(`stopping ${application}`, over);
    };
    return { ended: over, stop };
  }

  destroy(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  #call<T>(what: string, work: Promise<T>): Promise<T> {
    return callServer(this.#world.patience, what, Promise.race([work, this.#cutOff.promise]));
  }

  #onBegun(id: string): void {
    this.#running.get(id)?.begun.resolve();
    // Nobody waits for it any more.
    if (this.#tooLate.delete(id)) this.command(`uuid_break ${this.uuid}`).catch(() => undefined);
  }

  async #release(): Promise<void> {
    const { patience, kill, onReleased } = this.#world;
    const hungUp = this.#endpoint.destroy();
    const cutOff = this.#cutOff.promise.catch(() => pause(patience.clock, BYE_AFTER_MS));
    await within(patience, 'hanging up', Promise.race([hungUp, cutOff])).catch(() => kill(this.uuid));
    // The server did not say BYE: its process may be gone, and the SIP server would keep the dialog.
    if (this.#dialog.connected) this.#dialog.destroy(() => undefined);
    this.#fail(null);
    onReleased(this.uuid);
  }

  /** The connection may close before it has told why: the BYE says it, where there is one. */
  #onHangup(cause: string | undefined): void {
    if (cause !== undefined) this.#gone(cause);
    else this.#world.patience.clock.startTimer(BYE_AFTER_MS, () => this.#gone(null));
  }

  #gone(cause: string | null): void {
    if (this.#goneBy !== undefined) return;
    this.#goneBy = cause;
    this.#fail(cause);
    if (this.#released === null) this.#onGone(cause);
  }

  #fail(cause: string | null): void {
    for (const { ended } of this.#running.values()) ended.reject(channelGone(cause));
  }
}

/** An API command's answer, or an AppError `media-failed` where it says that it wasn't done. */
export function successOf(command: string, answer: string): string {
  if (/^-(?:ERR|USAGE)/.test(answer))
    throw new AppError('media-failed', `The media server answered ${command} with ${answer.trim()}.`);
  return answer;
}

/** The hangup cause in a Reason header, as FreeSWITCH writes it. */
function causeOf(reason: string | undefined): string | null {
  return /;\s*text="([^"]+)"/.exec(reason ?? '')?.[1] ?? null;
}

function channelGone(cause: string | null): AppError {
  return new AppError('media-failed', `The channel at the media server has ended: ${cause ?? 'connection lost'}.`);
}

function refusalOf(status: number): AppError {
  return CAN_NOT_SPEAK.has(status)
    ? new AppError('media-refused', `The media server can't speak what was offered: ${status}.`)
    : new AppError('media-failed', `The media server answered the offer with ${status}.`);
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.startTimer(ms, resolve));
}
