import type { CallState } from '../../domain/call/call-state.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { CallId } from '../../domain/ids.ts';

/** Hears what becomes of calls: feeds the log, the metrics and the live view. Must not throw and must not wait. */
export interface CallObserver {
  callReceived(callId: CallId, about: { readonly did: string; readonly sipCallId: string }): void;
  callMoved(callId: CallId, state: CallState): void;
  callSettled(cdr: Cdr): void;
  /** A defect of ours, caught at the edge of one call. */
  callFaulted(callId: CallId, error: unknown): void;
  /** The store could not be written and will be tried again. */
  settlementDelayed(callId: CallId, error: unknown): void;
}
