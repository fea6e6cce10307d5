import type { JudgedCall } from '../../domain/billing/judge-call.ts';
import { AppError } from '../../domain/app-error.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { CallId } from '../../domain/ids.ts';
import type { Sqlite } from '../database.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ReportRows } from '../reports/report-rows.ts';
import type { EventOutbox } from '../webhooks/event-outbox.ts';
import type { CallRows, CallState } from './call-rows.ts';
import type { CapCounters } from './cap-counters.ts';
import type { CdrChain } from './cdr-chain.ts';
import type { ReservationRows } from './reservations.ts';
import type { RouteRecords } from './route-records.ts';

/** What a settlement writes to. */
export interface SettlementParts {
  readonly rows: CallRows;
  readonly chain: CdrChain;
  readonly counters: CapCounters;
  readonly reservations: ReservationRows;
  readonly routeRecords: Pick<RouteRecords, 'count'>;
  readonly ledger: Ledger;
  readonly reportRows: ReportRows;
  readonly outbox: Pick<EventOutbox, 'tell'>;
}

/** Stands for the route of a call that was forwarded past all routes. */
const NO_ROUTE = '';

/** Writes the end of an open call, all of it, inside the caller's transaction. */
export type WriteSettlement = (callId: CallId, state: CallState, judge: () => JudgedCall) => Cdr;

export function createSettlement(sqlite: Sqlite, parts: SettlementParts): WriteSettlement {
  const { rows, chain, counters, reservations, routeRecords, ledger, reportRows, outbox } = parts;
  const insertAttempt = sqlite.prepare<[number, number, string, string, number, number | null]>(
    'INSERT INTO attempts (call_seq, seq, route_id, destination_id, answered, pdd_ms) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const insertDialled = sqlite.prepare<[string, string, string]>(
    'INSERT OR IGNORE INTO dialled (route_id, destination_id, first_call_id) VALUES (?, ?, ?)',
  );

  return (callId, state, judge) => {
    // The places go before the caps are read: this call is not to be counted as one in progress against itself.
    reservations.releaseAll(callId);
    const { cdr, postings } = judge();
    checkEnded(callId, cdr);

    rows.seal(state, cdr, chain.append(cdr));
    for (const { seq, routeId, destinationId, answeredAt, pddMs } of cdr.attempts) {
      insertAttempt.run(state.seq, seq, routeId ?? NO_ROUTE, destinationId, Number(answeredAt !== null), pddMs);
      insertDialled.run(routeId ?? NO_ROUTE, destinationId, callId);
    }
    counters.count(cdr, state.received_at);
    routeRecords.count(cdr);
    reportRows.add(state.seq, cdr);
    ledger.append(callId, postings);
    if (cdr.connectedAt !== null && state.connected_at === null) outbox.tell('call.connected', callId);
    outbox.tell('call.ended', callId);
    outbox.tell('call.settled', callId);
    return cdr;
  };
}

function checkEnded(callId: CallId, cdr: Cdr): void {
  if (cdr.id === callId && cdr.endedAt !== null && cdr.outcome !== null && cdr.buyerVerdict !== null) return;
  throw new AppError(
    'internal',
    `The settlement of ${callId} came with a record of ${cdr.id} that has no end, outcome or verdict`,
  );
}
