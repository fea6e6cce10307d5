import type { CaptureTarget } from './sip/capture/capture-client.ts';
import type { MediaCounts, MediaEngineOptions } from './media/media-engine.ts';
import type { SipCounts } from './sip/sip-engine.ts';
import type { SipTimers } from './sip/timers.ts';

/** What the SIP engine's thread is started with. */
export interface WorkerOptions {
  readonly host: string;
  readonly port: number;
  readonly advertisedHost: string | undefined;
  readonly timers: SipTimers;
  readonly journal: string | undefined;
  readonly capture: CaptureTarget | undefined;
}

/** What the media engine's thread is started with: all but whom it reports to. */
export type MediaWorkerOptions = Omit<MediaEngineOptions, 'onFault' | 'onTrouble' | 'onBug'>;

/** What any engine's thread costs. */
export interface ThreadCounts {
  /** Memory of the engine's thread in use, garbage included. */
  readonly heapBytes: number;
  /** 99th percentile of its event loop's lag since the counts were last asked for. */
  readonly lagMs: number;
}

/** What the SIP engine holds at a moment. */
export type EngineCounts = SipCounts & ThreadCounts;

/** What the media engine holds at a moment. */
export type MediaEngineCounts = MediaCounts & ThreadCounts;

/** What the SIP engine's thread says once it serves. */
export interface SipReady {
  readonly adminPort: number;
  readonly secret: string;
  readonly sipPort: number;
}

/** What the media engine's thread says once it serves. */
export interface MediaReady {
  readonly eventSocketPort: number;
}

/** Why an engine can't start. */
export interface Refused {
  readonly kind: 'refused';
  readonly message: string;
  readonly code: string;
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
}

/** What an engine's thread tells the one that started it. */
export type FromWorker<Ready, Counts> =
  | { readonly kind: 'ready'; readonly ready: Ready }
  | Refused
  /** Something is broken for good. */
  | { readonly kind: 'fault'; readonly message: string }
  /** A bug cost one call; the engine goes on. `stack` says where. */
  | { readonly kind: 'bug'; readonly stack: string }
  /** Something is amiss that calls go on without. */
  | { readonly kind: 'trouble'; readonly message: string }
  | { readonly kind: 'counts'; readonly counts: Counts & ThreadCounts }
  | { readonly kind: 'closed' };

/** What the starter tells the engine's thread. */
export interface ToWorker {
  /** `count` is answered with `counts`, in the order asked. */
  readonly kind: 'close' | 'count';
}
