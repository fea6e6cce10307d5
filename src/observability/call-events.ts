import type { CallObserver } from '../calls/ports/call-observer.ts';
import { phaseOf } from '../domain/call/call-state.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** Tells the log and the counters what becomes of calls. */
export function createCallEvents(log: Logger, metrics: Metrics): CallObserver {
  return {
    callReceived(callId, { did, sipCallId }) {
      metrics.callsReceived.inc();
      log.info({ event: 'call.received', callId, did, sipCallId });
    },
    callMoved(callId, state) {
      log.debug({ event: 'call.moved', callId, phase: phaseOf(state) });
    },
    callSettled(cdr) {
      const { id: callId, outcome, buyerVerdict, setupMs, ivrMs, talkMs, attempts } = cdr;
      metrics.callsSettled.inc({ outcome: outcome ?? 'failed' });
      if (buyerVerdict?.billable) metrics.callsBillable.inc();
      // What callers spend in menus is theirs, and would hide how fast we are.
      if (setupMs !== null) metrics.setupSeconds.observe(Math.max(0, setupMs - (ivrMs ?? 0)) / 1_000);
      for (const { pddMs, answeredAt, reason } of attempts) {
        metrics.attempts.inc({ result: answeredAt === null ? (reason ?? 'failed') : 'answered' });
        if (pddMs !== null) metrics.postDialDelaySeconds.observe(pddMs / 1_000);
      }
      if (cdr.connectedAt !== null) metrics.talkSeconds.observe(talkMs / 1_000);
      log.info({
        event: 'call.settled',
        callId,
        outcome,
        sipStatus: cdr.sipStatus,
        talkMs,
        attempts: attempts.length,
        verdict: buyerVerdict?.reason ?? null,
        chargeMicros: buyerVerdict?.amountMicros ?? 0,
      });
    },
    callFaulted(callId, error) {
      metrics.faults.inc({ where: 'call' });
      log.error({ event: 'call.faulted', callId, err: error });
    },
    settlementDelayed(callId, error) {
      metrics.settlementDelays.inc();
      log.warn({ event: 'call.settlement-delayed', callId, err: error });
    },
  };
}
