import type { SipTimers } from '../timers.ts';

/** Names of the timers as RFC 3261 (A–K) and RFC 6026 (L, M) give them. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M';

/** A timer the machine armed has run out. */
export interface TimerEvent {
  readonly on: 'timer';
  readonly timer: TimerName;
}

/** What a machine asks of the world. The runner does it, in the order given. */
export type Effect =
  /** Send the message that came with the event, and keep it for `resend`. */
  | { readonly do: 'send' }
  /** Send the last message sent once more, unchanged. */
  | { readonly do: 'resend' }
  /** Acknowledge a final response other than 2xx, hop by hop (RFC 3261 §17.1.1.3). */
  | { readonly do: 'acknowledge' }
  /** Hand the message that came with the event to the transaction user. */
  | { readonly do: 'deliver' }
  | { readonly do: 'arm'; readonly timer: TimerName; readonly afterMs: number }
  | { readonly do: 'disarm'; readonly timer: TimerName }
  /** Tell the transaction user that the peer never answered, or could not be reached. */
  | { readonly do: 'fail'; readonly why: 'timeout' | 'transport' }
  /** The transaction is over: forget it. Always the last effect a machine ever gives. */
  | { readonly do: 'end' };

/** What a machine needs to know besides its state. */
export interface MachineContext {
  readonly timers: SipTimers;
  /** True where the transport retransmits by itself (TCP), so that the transaction need not. */
  readonly reliable: boolean;
}

/** The result of one event: the state to be in, and what to do about it. */
export interface Step<State> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** An event that changes nothing. */
export const stay = <State>(state: State): Step<State> => ({ state, effects: [] });
