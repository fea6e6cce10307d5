import type { CaptureTarget } from './sip/capture/capture-client.ts';
import type { SipCounts } from './sip/sip-engine.ts';
import type { SipTimers } from './sip/timers.ts';

/** What the engine's thread is started with. */
export interface WorkerOptions {
  readonly host: string;
  readonly port: number;
  readonly advertisedHost: string | undefined;
  readonly timers: SipTimers;
  readonly journal: string | undefined;
  readonly capture: CaptureTarget | undefined;
}

/** What the engine holds at a moment. */
export interface EngineCounts extends SipCounts {
  /** Memory of the engine's thread in use, garbage included. */
  readonly heapBytes: number;
  /** 99th percentile of its event loop's lag since the counts were last asked for. */
  readonly lagMs: number;
}

/** What the engine's thread tells the one that started it. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly adminPort: number; readonly secret: string; readonly sipPort: number }
  | {
      readonly kind: 'refused';
      readonly message: string;
      readonly code: string;
      readonly host: string;
      readonly port: number;
      readonly transport: 'udp' | 'tcp';
    }
  /** Something is broken for good. */
  | { readonly kind: 'fault'; readonly message: string }
  /** A bug cost one call; the engine goes on. `stack` says where. */
  | { readonly kind: 'bug'; readonly stack: string }
  /** Something is amiss that calls go on without. */
  | { readonly kind: 'trouble'; readonly message: string }
  | { readonly kind: 'counts'; readonly counts: EngineCounts }
  | { readonly kind: 'closed' };

/** What the starter tells the engine's thread. */
export interface ToWorker {
  /** `count` is answered with `counts`, in the order asked. */
  readonly kind: 'close' | 'count';
}
