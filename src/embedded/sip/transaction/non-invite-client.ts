import { nextIntervalMs, patienceMs } from '../timers.ts';
import { stay, type MachineContext, type Step, type TimerEvent } from './step.ts';

/**
 * The non-INVITE client transaction (RFC 3261 §17.1.2).
 *
 * ```text
 *   trying ──1xx──▶ proceeding ──200-699──▶ completed ──timer K──▶ terminated
 *      └── timer F or transport error, from either ──▶ terminated
 * ```
 */
export type NonInviteClientState =
  | { readonly name: 'idle' }
  | { readonly name: 'trying'; readonly timerEMs: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

export type NonInviteClientEvent =
  | { readonly on: 'start' }
  | { readonly on: 'response'; readonly status: number }
  | TimerEvent
  | { readonly on: 'transport-error' };

export const nonInviteClientStart: NonInviteClientState = { name: 'idle' };

/** One event of a non-INVITE client transaction. Pure; total over every state and event. */
export function nonInviteClient(
  state: NonInviteClientState,
  event: NonInviteClientEvent,
  { timers, reliable }: MachineContext,
): Step<NonInviteClientState> {
  switch (state.name) {
    case 'idle':
      if (event.on !== 'start') return stay(state);
      return {
        state: { name: 'trying', timerEMs: timers.t1Ms },
        effects: [
          { do: 'send' },
          ...(reliable ? [] : [{ do: 'arm', timer: 'E', afterMs: timers.t1Ms } as const]),
          { do: 'arm', timer: 'F', afterMs: patienceMs(timers) },
        ],
      };
    case 'trying':
    case 'proceeding':
      return whileOpen(state, event, { timers, reliable });
    case 'completed':
      return event.on === 'timer' && event.timer === 'K'
        ? { state: { name: 'terminated' }, effects: [{ do: 'end' }] }
        : stay(state);
    case 'terminated':
      return stay(state);
  }
}

function whileOpen(
  state: Extract<NonInviteClientState, { name: 'trying' | 'proceeding' }>,
  event: NonInviteClientEvent,
  { timers, reliable }: MachineContext,
): Step<NonInviteClientState> {
  switch (event.on) {
    case 'response':
      if (event.status < 200) return { state: { name: 'proceeding' }, effects: [{ do: 'deliver' }] };
      return {
        state: { name: 'completed' },
        effects: [
          { do: 'disarm', timer: 'E' },
          { do: 'disarm', timer: 'F' },
          { do: 'arm', timer: 'K', afterMs: reliable ? 0 : timers.t4Ms },
          { do: 'deliver' },
        ],
      };
    case 'timer': {
      if (event.timer === 'E') {
        // In `proceeding` the interval is T2 at once (§17.1.2.2).
        const timerEMs = state.name === 'trying' ? nextIntervalMs(state.timerEMs, timers) : timers.t2Ms;
        return {
          state: state.name === 'trying' ? { name: 'trying', timerEMs } : state,
          effects: [{ do: 'resend' }, { do: 'arm', timer: 'E', afterMs: timerEMs }],
        };
      }
      return event.timer === 'F'
        ? { state: { name: 'terminated' }, effects: [{ do: 'fail', why: 'timeout' }, { do: 'end' }] }
        : stay(state);
    }
    case 'transport-error':
      return { state: { name: 'terminated' }, effects: [{ do: 'fail', why: 'transport' }, { do: 'end' }] };
    case 'start':
      return stay(state);
  }
}
