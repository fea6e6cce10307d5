import type { AdmissionView, CallStore, Reservation } from '../../calls/ports/call-store.ts';
import type { AttemptId, CallId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createReportRows } from '../reports/report-rows.ts';
import type { EventOutbox } from '../webhooks/event-outbox.ts';
import { createCallRows, type CallRows } from './call-rows.ts';
import { createCapCounters } from './cap-counters.ts';
import { readCapUsage } from './cap-usage.ts';
import { createCdrChain, toCdr } from './cdr-chain.ts';
import { createKeepBasis } from './decision-archive.ts';
import { createDialogRows, type DialogRows } from './dialog-rows.ts';
import { createLifeSign } from './life-sign.ts';
import { createCallHistory } from './prior-calls.ts';
import { createPendingLegRows, type PendingLegRows } from './pending-leg-rows.ts';
import { createReservationRows } from './reservations.ts';
import { createRouteRecords } from './route-records.ts';
import { createSettlement, type WriteSettlement } from './settlement.ts';

export interface CallStoreParts {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly ledger: Ledger;
  readonly outbox: Pick<EventOutbox, 'tell'>;
}

/** The call store, and the parts of it that recovery after a crash works with. */
export interface SqliteCalls {
  readonly store: CallStore;
  readonly rows: CallRows;
  readonly dialogs: DialogRows;
  readonly pendingLegs: PendingLegRows;
  readonly readView: () => AdmissionView;
  readonly writeSettlement: WriteSettlement;
}

/**
 * Calls in SQLite: see `CallStore`. Settlements survive power loss; admissions and what follows survive the death of the
 * process (`commit-queue.ts` says how, and why that is enough: a call does not outlive the machine that carries it).
 */
export function createCalls({ sqlite, queue, ledger, outbox }: CallStoreParts): SqliteCalls {
  const rows = createCallRows(sqlite);
  const chain = createCdrChain(sqlite);
  const counters = createCapCounters(sqlite);
  const reservations = createReservationRows(sqlite);
  const dialogs = createDialogRows(sqlite);
  const pendingLegs = createPendingLegRows(sqlite);
  const history = createCallHistory(sqlite);
  const routeRecords = createRouteRecords(sqlite);
  const keepBasis = createKeepBasis(sqlite);
  const lifeSign = createLifeSign(sqlite);
  const writeSettlement = createSettlement(sqlite, {
    rows,
    chain,
    counters,
    reservations,
    routeRecords,
    ledger,
    reportRows: createReportRows(sqlite),
    outbox,
  });

  const readView = (): AdmissionView => ({
    ...readCapUsage({ counters, reservations, ledger }),
    ...history,
    routeRecord: routeRecords.routeRecord,
  });

  const store: CallStore = {
    admitCall(call, decide) {
      return queue.write('process', () => {
        const { plan, reserve, draft, basis } = decide(readView());
        const seq = rows.insert(call, draft);
        if (basis) keepBasis(seq, basis);
        const { id: callId, receivedAt } = call;
        reservations.hold({ callId, receivedAt, publisherId: draft.publisherId }, reserve);
        outbox.tell('call.received', callId);
        return plan;
      });
    },

    routeCall(callId, decide) {
      return queue.write('process', () => {
        const state = rows.find(callId);
        if (state.status === 'settled') return null;
        const { plan, reserve, draft, basis } = decide(readView());
        rows.redraft(state, draft);
        if (basis) keepBasis(state.seq, basis);
        reservations.hold({ callId, receivedAt: state.received_at, publisherId: state.publisher_id }, reserve);
        return plan;
      });
    },

    reserveAttempts<Choice extends { readonly reserve: readonly Reservation[] }>(
      callId: CallId,
      release: readonly AttemptId[],
      choose: (view: AdmissionView) => Choice,
    ): Promise<Choice | null> {
      return queue.write('process', () => {
        const state = rows.find(callId);
        if (state.status === 'settled') return null;
        reservations.release(callId, release);
        const choice = choose(readView());
        reservations.hold({ callId, receivedAt: state.received_at, publisherId: state.publisher_id }, choice.reserve);
        return choice;
      });
    },

    recordDialed(callId, legs) {
      return queue.write('process', () => {
        if (rows.find(callId).status === 'open') pendingLegs.keep(callId, legs);
      });
    },

    recordDraft(callId, draft) {
      return queue.write('process', () => {
        const state = rows.find(callId);
        if (state.status === 'open') rows.redraft(state, draft);
      });
    },

    recordConnected({ callId, reservationId, callerDialogId, buyerDialogId, draft }) {
      return queue.write('process', () => {
        const state = rows.find(callId);
        // A call may end while this waits its turn; its last word stands.
        if (state.status === 'settled') return;
        rows.redraft(state, draft);
        dialogs.keep({ callId, callerDialogId, buyerDialogId });
        pendingLegs.forget(callId);
        // Whoever else was rung for this call can't be billed for it any more.
        reservations.releaseOthers(callId, reservationId);
        outbox.tell('call.connected', callId);
      });
    },

    settleCall(callId, judge) {
      return queue.write('power', () => {
        const state = rows.find(callId);
        if (state.status === 'settled') return toCdr(rows.recordText(state.seq));
        const cdr = writeSettlement(callId, state, () => judge(readView()));
        dialogs.forget(callId);
        pendingLegs.forget(callId);
        return cdr;
      });
    },

    recordAlive(at: EpochMs) {
      return queue.write('process', () => {
        lifeSign.record(at);
      });
    },
  };
  return { store, rows, dialogs, pendingLegs, readView, writeSettlement };
}
