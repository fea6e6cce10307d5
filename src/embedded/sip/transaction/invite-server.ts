import { nextIntervalMs, patienceMs } from '../timers.ts';
import { stay, type MachineContext, type Step, type TimerEvent } from './step.ts';

/**
 * The INVITE server transaction (RFC 3261 §17.2.1 with RFC 6026 §7.1).
 *
 * ```text
 *   proceeding ──2xx──▶ accepted ──timer L──▶ terminated
 *       │
 *       └──300-699──▶ completed ──ACK──▶ confirmed ──timer I──▶ terminated
 *                         └──timer H or transport error──▶ terminated
 * ```
 */
export type InviteServerState =
  | { readonly name: 'proceeding' }
  | { readonly name: 'accepted' }
  | { readonly name: 'completed'; readonly timerGMs: number }
  | { readonly name: 'confirmed' }
  | { readonly name: 'terminated' };

export type InviteServerEvent =
  /** The same INVITE once more. */
  | { readonly on: 'request' }
  | { readonly on: 'ack' }
  /** The transaction user answers. */
  | { readonly on: 'respond'; readonly status: number }
  | TimerEvent
  | { readonly on: 'transport-error' };

/** A new INVITE server transaction. The user answers 100 at once, so nothing is armed here. */
export const inviteServerStart: InviteServerState = { name: 'proceeding' };

/** One event of an INVITE server transaction. Pure; total over every state and event. */
export function inviteServer(
  state: InviteServerState,
  event: InviteServerEvent,
  context: MachineContext,
): Step<InviteServerState> {
  switch (state.name) {
    case 'proceeding':
      return whileProceeding(state, event, context);
    case 'accepted':
      return whileAccepted(state, event);
    case 'completed':
      return whileCompleted(state, event, context);
    case 'confirmed':
      // Late ACKs and retransmissions are absorbed until timer I (RFC 3261 §17.2.1).
      return event.on === 'timer' && event.timer === 'I'
        ? { state: { name: 'terminated' }, effects: [{ do: 'end' }] }
        : stay(state);
    case 'terminated':
      return stay(state);
  }
}

function whileProceeding(
  state: InviteServerState,
  event: InviteServerEvent,
  { timers, reliable }: MachineContext,
): Step<InviteServerState> {
  switch (event.on) {
    case 'request':
      return { state, effects: [{ do: 'resend' }] };
    case 'respond': {
      if (event.status < 200) return { state, effects: [{ do: 'send' }] };
      if (event.status < 300) {
        return {
          state: { name: 'accepted' },
          effects: [{ do: 'send' }, { do: 'arm', timer: 'L', afterMs: patienceMs(timers) }],
        };
      }
      return {
        state: { name: 'completed', timerGMs: timers.t1Ms },
        effects: [
          { do: 'send' },
          ...(reliable ? [] : [{ do: 'arm', timer: 'G', afterMs: timers.t1Ms } as const]),
          { do: 'arm', timer: 'H', afterMs: patienceMs(timers) },
        ],
      };
    }
    case 'transport-error':
      // RFC 6026 §7.1: the user is told, and the transaction goes on, for a later response may get through.
      return { state, effects: [{ do: 'fail', why: 'transport' }] };
    case 'ack':
    case 'timer':
      return stay(state);
  }
}

function whileAccepted(state: InviteServerState, event: InviteServerEvent): Step<InviteServerState> {
  switch (event.on) {
    case 'respond':
      // The user itself retransmits its 2xx until the ACK (RFC 3261 §13.3.1.4); anything else is too late.
      return event.status >= 200 && event.status < 300 ? { state, effects: [{ do: 'send' }] } : stay(state);
    case 'ack':
      return { state, effects: [{ do: 'deliver' }] };
    case 'transport-error':
      return { state, effects: [{ do: 'fail', why: 'transport' }] };
    case 'timer':
      return event.timer === 'L' ? { state: { name: 'terminated' }, effects: [{ do: 'end' }] } : stay(state);
    case 'request':
      // RFC 6026 §7.1: a retransmitted INVITE is absorbed.
      return stay(state);
  }
}

function whileCompleted(
  state: Extract<InviteServerState, { name: 'completed' }>,
  event: InviteServerEvent,
  { timers, reliable }: MachineContext,
): Step<InviteServerState> {
  switch (event.on) {
    case 'request':
      return { state, effects: [{ do: 'resend' }] };
    case 'ack':
      return {
        state: { name: 'confirmed' },
        effects: [
          { do: 'disarm', timer: 'G' },
          { do: 'disarm', timer: 'H' },
          { do: 'arm', timer: 'I', afterMs: reliable ? 0 : timers.t4Ms },
        ],
      };
    case 'timer': {
      if (event.timer === 'G') {
        const timerGMs = nextIntervalMs(state.timerGMs, timers);
        return {
          state: { name: 'completed', timerGMs },
          effects: [{ do: 'resend' }, { do: 'arm', timer: 'G', afterMs: timerGMs }],
        };
      }
      return event.timer === 'H'
        ? { state: { name: 'terminated' }, effects: [{ do: 'fail', why: 'timeout' }, { do: 'end' }] }
        : stay(state);
    }
    case 'transport-error':
      return { state: { name: 'terminated' }, effects: [{ do: 'fail', why: 'transport' }, { do: 'end' }] };
    case 'respond':
      return stay(state);
  }
}
