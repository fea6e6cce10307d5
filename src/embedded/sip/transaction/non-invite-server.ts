import { patienceMs } from '../timers.ts';
import { stay, type MachineContext, type Step, type TimerEvent } from './step.ts';

/**
 * The non-INVITE server transaction (RFC 3261 §17.2.2).
 *
 * ```text
 *   trying ──1xx──▶ proceeding ──200-699──▶ completed ──timer J──▶ terminated
 *      └────────────200-699──────────────▶
 * ```
 */
export type NonInviteServerState =
  | { readonly name: 'trying' }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

export type NonInviteServerEvent =
  /** The same request once more. */
  | { readonly on: 'request' }
  /** The transaction user answers. */
  | { readonly on: 'respond'; readonly status: number }
  | TimerEvent
  | { readonly on: 'transport-error' };

export const nonInviteServerStart: NonInviteServerState = { name: 'trying' };

/** One event of a non-INVITE server transaction. Pure; total over every state and event. */
export function nonInviteServer(
  state: NonInviteServerState,
  event: NonInviteServerEvent,
  { timers, reliable }: MachineContext,
): Step<NonInviteServerState> {
  switch (state.name) {
    case 'trying':
    case 'proceeding':
      switch (event.on) {
        case 'request':
          // In `trying` nothing has been sent yet, so a retransmission is dropped.
          return state.name === 'trying' ? stay(state) : { state, effects: [{ do: 'resend' }] };
        case 'respond':
          if (event.status < 200) return { state: { name: 'proceeding' }, effects: [{ do: 'send' }] };
          return {
            state: { name: 'completed' },
            effects: [{ do: 'send' }, { do: 'arm', timer: 'J', afterMs: reliable ? 0 : patienceMs(timers) }],
          };
        case 'transport-error':
          return failed;
        case 'timer':
          return stay(state);
      }
    // falls through: every branch above returns
    case 'completed':
      switch (event.on) {
        case 'request':
          return { state, effects: [{ do: 'resend' }] };
        case 'timer':
          return event.timer === 'J' ? { state: { name: 'terminated' }, effects: [{ do: 'end' }] } : stay(state);
        case 'transport-error':
          return failed;
        case 'respond':
          return stay(state);
      }
    // falls through: every branch above returns
    case 'terminated':
      return stay(state);
  }
}

const failed: Step<NonInviteServerState> = {
  state: { name: 'terminated' },
  effects: [{ do: 'fail', why: 'transport' }, { do: 'end' }],
};
