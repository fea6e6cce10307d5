import { patienceMs } from '../timers.ts';
import { stay, type MachineContext, type Step, type TimerEvent } from './step.ts';

/**
 * The INVITE client transaction (RFC 3261 §17.1.1 with RFC 6026 §7.2).
 *
 * ```text
 *   calling ──1xx──▶ proceeding ──2xx──▶ accepted ──timer M──▶ terminated
 *      │                 └──300-699──▶ completed ──timer D──▶ terminated
 *      └──timer B or transport error──▶ terminated
 * ```
 *
 * `calling` goes straight to `accepted` or `completed` where the first response is final. What bounds `proceeding`
 * (timer C, or 64·T1 after a CANCEL) is the user's business: it ends the transaction with `abandon`.
 */
export type InviteClientState =
  | { readonly name: 'idle' }
  | { readonly name: 'calling'; readonly timerAMs: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'accepted' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

export type InviteClientEvent =
  | { readonly on: 'start' }
  | { readonly on: 'response'; readonly status: number }
  | TimerEvent
  | { readonly on: 'transport-error' }
  | { readonly on: 'abandon' };

export const inviteClientStart: InviteClientState = { name: 'idle' };

/** Of an INVITE that went out before there was this machine. */
export const inviteClientUnderWay: InviteClientState = { name: 'proceeding' };

/** RFC 3261 §17.1.1.2: timer D is at least 32 s over an unreliable transport, whatever T1 is; it scales with a test's T1. */
const timerDMs = ({ timers, reliable }: MachineContext): number => (reliable ? 0 : patienceMs(timers));

/** One event of an INVITE client transaction. Pure; total over every state and event. */
export function inviteClient(
  state: InviteClientState,
  event: InviteClientEvent,
  context: MachineContext,
): Step<InviteClientState> {
  const { timers, reliable } = context;
  switch (state.name) {
    case 'idle':
      if (event.on !== 'start') return stay(state);
      return {
        state: { name: 'calling', timerAMs: timers.t1Ms },
        effects: [
          { do: 'send' },
          ...(reliable ? [] : [{ do: 'arm', timer: 'A', afterMs: timers.t1Ms } as const]),
          { do: 'arm', timer: 'B', afterMs: patienceMs(timers) },
        ],
      };
    case 'calling':
    case 'proceeding':
      return whileOpen(state, event, context);
    case 'accepted':
      if (event.on === 'response' && event.status >= 200 && event.status < 300) {
        // Each 2xx goes up: a retransmission wants its ACK again, another fork its own ACK and BYE (§13.2.2.4).
        return { state, effects: [{ do: 'deliver' }] };
      }
      return isTimer(event, 'M') ? ended : stay(state);
    case 'completed':
      if (event.on === 'response' && event.status >= 300) return { state, effects: [{ do: 'acknowledge' }] };
      if (event.on === 'transport-error') {
        return { state: { name: 'terminated' }, effects: [{ do: 'fail', why: 'transport' }, { do: 'end' }] };
      }
      return isTimer(event, 'D') ? ended : stay(state);
    case 'terminated':
      return stay(state);
  }
}

function whileOpen(
  state: Extract<InviteClientState, { name: 'calling' | 'proceeding' }>,
  event: InviteClientEvent,
  context: MachineContext,
): Step<InviteClientState> {
  switch (event.on) {
    case 'response': {
      const stopRetrying = [
        { do: 'disarm', timer: 'A' },
        { do: 'disarm', timer: 'B' },
      ] as const;
      if (event.status < 200) {
        return { state: { name: 'proceeding' }, effects: [...stopRetrying, { do: 'deliver' }] };
      }
      if (event.status < 300) {
        return {
          state: { name: 'accepted' },
          effects: [...stopRetrying, { do: 'arm', timer: 'M', afterMs: patienceMs(context.timers) }, { do: 'deliver' }],
        };
      }
      return {
        state: { name: 'completed' },
        effects: [
          ...stopRetrying,
          { do: 'acknowledge' },
          { do: 'arm', timer: 'D', afterMs: timerDMs(context) },
          { do: 'deliver' },
        ],
      };
    }
    case 'timer':
      if (state.name === 'calling' && event.timer === 'A') {
        // Timer A doubles without a ceiling (§17.1.1.2); timer B ends it.
        const timerAMs = 2 * state.timerAMs;
        return {
          state: { name: 'calling', timerAMs },
          effects: [{ do: 'resend' }, { do: 'arm', timer: 'A', afterMs: timerAMs }],
        };
      }
      return state.name === 'calling' && event.timer === 'B'
        ? { state: { name: 'terminated' }, effects: [{ do: 'fail', why: 'timeout' }, { do: 'end' }] }
        : stay(state);
    case 'transport-error':
      return { state: { name: 'terminated' }, effects: [{ do: 'fail', why: 'transport' }, { do: 'end' }] };
    case 'abandon':
      return { state: { name: 'terminated' }, effects: [{ do: 'fail', why: 'timeout' }, { do: 'end' }] };
    case 'start':
      return stay(state);
  }
}

const isTimer = (event: InviteClientEvent, timer: 'D' | 'M'): boolean => event.on === 'timer' && event.timer === timer;

const ended: Step<InviteClientState> = { state: { name: 'terminated' }, effects: [{ do: 'end' }] };
