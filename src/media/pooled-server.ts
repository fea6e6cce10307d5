import type { MediaEvent } from '../calls/ports/call-media.ts';
import type { Clock, Timer } from '../calls/ports/clock.ts';
import { AppError } from '../domain/app-error.ts';
import type { CallId } from '../domain/ids.ts';
import type { CallMediaOptions } from './fs-call-media.ts';
import { FsCallMedia } from './fs-call-media.ts';
import type { ServerAddress } from './fsmrf-link.ts';
import { OrphanReaper } from './orphan-reaper.ts';
import type { Heartbeat, LinkEvents, ServerLink } from './server-link.ts';
import { ServerRefusal } from './server-link.ts';

/**
 * How a server stands to us.
 *
 *     connecting ──▶ up ──link lost, heartbeats missed──▶ down ──tried again──▶ up
 *          └──▶ down, refused ──tried again──▶ up            (`draining` is an up server that takes no new calls)
 */
export type ServerState = 'connecting' | 'up' | 'draining' | 'down' | 'refused' | 'closed';

/** What is known of a server. */
export interface ServerStatus {
  readonly name: string;
  readonly state: ServerState;
  /** Channels on it, whoever's, by its own count and what became of ours since. */
  readonly sessions: number;
  /** Null until the server has said it. */
  readonly maxSessions: number | null;
  /** Calls of ours that it serves. */
  readonly calls: number;
}

/** What happens to the servers, for the log and for counters. */
export type PoolEvent =
  | { readonly type: 'up'; readonly server: string }
  /** It can't be reached, or not any more; it is tried again by itself. */
  | { readonly type: 'down'; readonly server: string; readonly cause: string }
  /** It is there and will not serve us: its settings, or ours, want mending. */
  | { readonly type: 'refused'; readonly server: string; readonly cause: string }
  /** A channel that we had left behind was ended. */
  | { readonly type: 'reaped'; readonly server: string; readonly channel: string }
  /** A defect was caught. */
  | { readonly type: 'fault'; readonly server: string; readonly error: unknown };

/** What a server of the pool needs of the world. */
export interface PooledServerWorld {
  readonly clock: Clock;
  readonly options: CallMediaOptions;
  readonly connect: (address: ServerAddress, events: LinkEvents) => Promise<ServerLink>;
  readonly report: (event: PoolEvent) => void;
}

/** A server that was lost is tried again after this, then after twice as long, and so on up to the longest pause. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** What refuses us does not change its mind by itself. */
const REFUSED_PAUSE_MS = 60_000;

/** Until its first heartbeat a server is taken to send them as FreeSWITCH does. */
const USUAL_HEARTBEAT_MS = 20_000;

const SWEEP_EVERY_MS = 20_000;

type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly link: ServerLink; readonly timers: Map<'heartbeat' | 'sweep', Timer> }
  | { readonly kind: 'down' | 'refused'; readonly retry: Timer }
  | { readonly kind: 'closed' };

/** One media server: the link to it, how loaded it is, and the calls it serves. */
export class PooledServer {
  readonly name: string;
  readonly #address: ServerAddress;
  readonly #world: PooledServerWorld;
  readonly #reaper: OrphanReaper;
  readonly #calls = new Set<FsCallMedia>();
  readonly #tried = Promise.withResolvers<void>();
  #link: Link = { kind: 'connecting' };
  #isDraining = false;
  #failures = 0;
  /** What was last reported of it. */
  #said: 'up' | 'down' | 'refused' | null = null;
  /** What the server last counted, and how many calls of ours there were then. */
  #counted = { sessions: 0, maxSessions: null as number | null, calls: 0 };

  constructor(address: ServerAddress, world: PooledServerWorld) {
    this.name = `${address.host}:${address.port}`;
    this.#address = address;
    this.#world = world;
    this.#reaper = new OrphanReaper(world.clock, world.options.instanceId, (channel) =>
      world.report({ type: 'reaped', server: this.name, channel }),
    );
  }

  get status(): ServerStatus {
    const { name, sessions } = this;
    return { name, state: this.#state, sessions, maxSessions: this.#counted.maxSessions, calls: this.#calls.size };
  }

  get #state(): ServerState {
    const { kind } = this.#link;
    if (kind === 'up') return this.#isDraining ? 'draining' : 'up';
    // Tried once more, it is still what it was.
    if (kind === 'connecting') return this.#said === 'down' || this.#said === 'refused' ? this.#said : 'connecting';
    return kind;
  }

  /** Whether a call could be given media here now. */
  get isOpen(): boolean {
    const { maxSessions } = this.#counted;
    return this.#link.kind === 'up' && !this.#isDraining && (maxSessions === null || this.sessions < maxSessions);
  }

  /** Channels on it; of a call that came since the server counted, two. */
  get sessions(): number {
    const { sessions, calls } = this.#counted;
    return Math.max(0, sessions + (this.#calls.size - calls) * CHANNELS_OF_A_CALL);
  }

  /** Connects, and keeps connected. Resolves once the first attempt has succeeded or failed. */
  start(): Promise<void> {
    void this.#connect();
    return this.#tried.promise;
  }

  /** Takes no new calls, or takes them again. */
  drain(isDraining: boolean): void {
    this.#isDraining = isDraining;
  }

  /** Gives a call its media here, or rejects with AppError. */
  async open(
    { callId, offer }: { readonly callId: CallId; readonly offer: string | null },
    report: (event: MediaEvent) => void,
  ): Promise<FsCallMedia> {
    if (this.#link.kind !== 'up') throw new AppError('media-failed', `The media server ${this.name} is not up.`);
    const { link } = this.#link;
    const { options } = this.#world;
    const onClosed = (): void => void this.#calls.delete(media);
    const media: FsCallMedia = new FsCallMedia(callId, { server: this.name, link, options, report, onClosed });
    this.#calls.add(media);
    try {
      await media.begin(offer);
      return media;
    } catch (error) {
      void media.close();
      throw error;
    }
  }

  /** Closes the media of every call, and then the link. */
  async close(): Promise<void> {
    const link = this.#leave({ kind: 'closed' });
    this.#tried.resolve();
    await Promise.all([...this.#calls].map((media) => media.close()));
    link?.close();
  }

  async #connect(): Promise<void> {
    const attempt = { kind: 'connecting' } as const;
    this.#link = attempt;
    let link: ServerLink | null = null;
    const { connect, report } = this.#world;
    try {
      link = await connect(this.#address, {
        onHeartbeat: (heartbeat) => this.#onHeartbeat(link, heartbeat),
        onEnd: (cause) => this.#lost(link, cause),
        onFault: (error) => report({ type: 'fault', server: this.name, error }),
      });
      // Closed meanwhile.
      if (this.#link !== attempt) return link.close();
      this.#up(link);
    } catch (error) {
      if (this.#link === attempt) this.#failed(error);
    } finally {
      this.#tried.resolve();
    }
  }

  #up(link: ServerLink): void {
    this.#failures = 0;
    this.#counted = { sessions: 0, maxSessions: null, calls: 0 };
    this.#link = { kind: 'up', link, timers: new Map() };
    this.#expectHeartbeat(USUAL_HEARTBEAT_MS);
    void this.#sweep(link);
    this.#said = 'up';
    this.#world.report({ type: 'up', server: this.name });
  }

  #failed(error: unknown): void {
    const isRefusal = error instanceof ServerRefusal;
    const pauseMs = isRefusal ? REFUSED_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    const type = isRefusal ? 'refused' : 'down';
    this.#leave({ kind: type, retry: this.#after(pauseMs, () => void this.#connect()) });
    const cause = error instanceof Error ? error.message : String(error);
    // Said once, not with each attempt.
    if (this.#said !== type) this.#world.report({ type, server: this.name, cause });
    this.#said = type;
  }

  /** Every call here has lost its media; the link is left for a new one. */
  #lost(link: ServerLink | null, cause: string): void {
    if (link === null || !this.#has(link)) return;
    this.#failed(new Error(cause));
    const calls = [...this.#calls];
    for (const media of calls) media.lose(`media server ${this.name}: ${cause}`);
    // Channels may outlive the link: they are hung up by their own connections, as far as these still work.
    void Promise.all(calls.map((media) => media.close())).then(() => link.close());
  }

  #onHeartbeat(link: ServerLink | null, { sessions, maxSessions, intervalMs }: Heartbeat): void {
    if (link === null || !this.#has(link)) return;
    this.#counted = { sessions, maxSessions, calls: this.#calls.size };
    this.#expectHeartbeat(intervalMs);
  }

  /** Two may be late or lost; a server that sends none any more hangs, however well its connection is. */
  #expectHeartbeat(intervalMs: number): void {
    if (this.#link.kind !== 'up') return;
    const { link, timers } = this.#link;
    timers.get('heartbeat')?.stop();
    timers.set(
      'heartbeat',
      this.#after(intervalMs * 2.5, () => this.#lost(link, 'its heartbeats have stopped')),
    );
  }

  async #sweep(link: ServerLink): Promise<void> {
    const calls = this.#calls.size;
    try {
      const sessions = await this.#reaper.sweep(link);
      this.#counted = { ...this.#counted, sessions, calls };
    } catch (error) {
      if (this.#has(link)) this.#world.report({ type: 'fault', server: this.name, error });
    }
    if (this.#link.kind !== 'up' || !this.#has(link)) return;
    this.#link.timers.set(
      'sweep',
      this.#after(SWEEP_EVERY_MS, () => void this.#sweep(link)),
    );
  }

  #has(link: ServerLink): boolean {
    return this.#link.kind === 'up' && this.#link.link === link;
  }

  /** Goes to another state; returns the link there was. */
  #leave(next: Link): ServerLink | null {
    const left = this.#link;
    this.#link = next;
    if (left.kind === 'up') for (const timer of left.timers.values()) timer.stop();
    if (left.kind === 'down' || left.kind === 'refused') left.retry.stop();
    return left.kind === 'up' ? left.link : null;
  }

  #after(delayMs: number, fire: () => void): Timer {
    return this.#world.clock.startTimer(delayMs, fire);
  }
}

/** The caller's, and one destination's at a time as a rule. */
const CHANNELS_OF_A_CALL = 2;
