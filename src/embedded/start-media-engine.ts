import { randomBytes } from 'node:crypto';
import type { MediaEngineCounts, MediaReady, MediaWorkerOptions } from './engine-messages.ts';
import { startThread } from './engine-thread.ts';
import type { MediaCounts } from './media/media-engine.ts';
import { rfcTimers, type SipTimers } from './sip/timers.ts';

/** Where the media engine listens for the product, and for nobody else. */
const LOOPBACK = '127.0.0.1';

/** Calls at once: twice the few hundred that one core carries, for each has two sides. */
const MAX_SESSIONS = 1000;
const MAX_PER_SECOND = 200;

/** As FreeSWITCH beats. */
const HEARTBEAT_MS = 20_000;

/** How the media engine is to run. */
export interface MediaEngineSettings {
  /** Address audio is bound to. */
  readonly rtpHost: string;
  /** What peers are to send their audio to, where that isn't `rtpHost`: an IP address, or a name that has one. */
  readonly advertisedHost?: string;
  /** The UDP ports it may use, the first and the last; both 0 take any that are free. */
  readonly rtpPorts: { readonly min: number; readonly max: number };
  /** Where file names that don't begin at the root are looked for; nowhere that has any unless given. */
  readonly soundsFolder?: string;
  /** Channels at once; a call that is bridged has two. */
  readonly maxSessions?: number;
  /** Channels begun in a second. */
  readonly maxPerSecond?: number;
  readonly heartbeatMs?: number;
  readonly timers?: SipTimers;
}

/** A running media engine. */
export interface MediaEngineHandle {
  /** Where `drachtio-fsmrf` connects to, on loopback; `secret` is made anew at each start. */
  readonly eventSocket: { readonly host: string; readonly port: number; readonly secret: string };
  /** Reports once, should the engine die of itself: every call has lost its media then. */
  onFailure(report: (error: Error) => void): void;
  /** What it holds at this moment; never resolves once it has died. */
  counts(): Promise<MediaEngineCounts>;
  /** Hangs up what there is, completes the files being recorded, and stops it. */
  close(): Promise<void>;
}

/**
 * Starts the media half of the embedded engine in a thread of its own: audio is sent by a clock of 20 ms that nothing
 * else may hold up.
 * @throws {EngineStartError} where audio can't be bound to the ports it is given.
 */
export async function startMediaEngine(settings: MediaEngineSettings): Promise<MediaEngineHandle> {
  const secret = randomBytes(24).toString('hex');
  const options: MediaWorkerOptions = {
    host: LOOPBACK,
    rtpHost: settings.rtpHost,
    advertisedHost: settings.advertisedHost,
    rtpPorts: settings.rtpPorts,
    secret,
    maxSessions: settings.maxSessions ?? MAX_SESSIONS,
    maxPerSecond: settings.maxPerSecond ?? MAX_PER_SECOND,
    heartbeatMs: settings.heartbeatMs ?? HEARTBEAT_MS,
    soundsFolder: settings.soundsFolder ?? '/',
    timers: settings.timers ?? rfcTimers,
  };
  const thread = await startThread<MediaReady, MediaCounts>('media-worker', 'media-engine', options);
  return {
    eventSocket: { host: LOOPBACK, port: thread.ready.eventSocketPort, secret },
    onFailure: (report) => thread.onFailure(report),
    counts: () => thread.counts(),
    close: () => thread.close(),
  };
}
