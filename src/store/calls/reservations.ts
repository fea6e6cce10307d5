import type { Reservation } from '../../calls/ports/call-store.ts';
import { micros } from '../../domain/billing/money.ts';
import { payoutForCall } from '../../domain/billing/payout-for-call.ts';
import type { AttemptId, CallId } from '../../domain/ids.ts';
import type { CapOwner } from '../../domain/routing/caps.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';
import { QUARTER_MS } from './cap-counters.ts';

/** What a place is held for. */
export interface HoldingCall {
  readonly callId: CallId;
  readonly receivedAt: EpochMs;
  readonly publisherId: string | null;
}

/** Calls in progress that hold places of one owner and were received in one quarter of an hour, taken together. */
export interface PendingGroup {
  /** When that quarter began. */
  readonly received_from: EpochMs;
  readonly places: number;
  /** Those of them that could still become billable: a campaign in test holds a line, and no count. */
  readonly countable: number;
  readonly pending_micros: number;
}

export interface ReservationRows {
  hold(call: HoldingCall, places: readonly Reservation[]): void;
  /** Idempotent. */
  release(callId: CallId, attempts: readonly AttemptId[]): void;
  /** All places of a call but that one; idempotent. */
  releaseOthers(callId: CallId, attemptId: AttemptId): void;
  releaseAll(callId: CallId): void;
  pendingOf(owner: CapOwner): readonly PendingGroup[];
}

/**
 * A place counts once for its route, destination and buyer. Where a parameter stands by itself beside a GROUP BY, SQLite
 * looks at its value to plan the search, and plans anew for each: a cast keeps the plan, seven times as fast.
 */
function pendingBy(column: string): string {
  return `SELECT received_from, count(*) AS places, sum(countable) AS countable, sum(pending_micros) AS pending_micros
    FROM reservations WHERE ${column} = CAST(? AS TEXT) GROUP BY received_from`;
}

/** A call is one call of its publisher's, however many destinations ring for it, and pays out once, at most the most. */
const PENDING_BY_PUBLISHER = `SELECT received_from, count(*) AS places, sum(countable) AS countable,
    sum(payout) AS pending_micros
  FROM (SELECT received_from, max(countable) AS countable, max(pending_payout_micros) AS payout
    FROM reservations WHERE publisher_id = CAST(? AS TEXT) GROUP BY call_id)
  GROUP BY received_from`;

/** Places held by calls in progress: rows, so that nothing leaks that a query could not find. */
export function createReservationRows(sqlite: Sqlite): ReservationRows {
  const insert = sqlite.prepare<(string | number | null)[]>(
    `INSERT INTO reservations (attempt_id, call_id, route_id, destination_id, buyer_id, publisher_id, received_from,
       countable, pending_micros, pending_payout_micros)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (attempt_id) DO NOTHING`,
  );
  const releaseOne = sqlite.prepare<[string, string]>('DELETE FROM reservations WHERE attempt_id = ? AND call_id = ?');
  const releaseOther = sqlite.prepare<[string, string]>(
    'DELETE FROM reservations WHERE call_id = ? AND attempt_id <> ?',
  );
  const releaseCall = sqlite.prepare<[string]>('DELETE FROM reservations WHERE call_id = ?');
  const pending = {
    route: sqlite.prepare<[string], PendingGroup>(pendingBy('route_id')),
    destination: sqlite.prepare<[string], PendingGroup>(pendingBy('destination_id')),
    buyer: sqlite.prepare<[string], PendingGroup>(pendingBy('buyer_id')),
    publisher: sqlite.prepare<[string], PendingGroup>(PENDING_BY_PUBLISHER),
  };

  return {
    hold(call, places) {
      for (const place of places) {
        insert.run(
          place.attemptId,
          call.callId,
          place.routeId,
          place.destinationId,
          place.buyerId,
          call.publisherId,
          Math.floor(call.receivedAt / QUARTER_MS) * QUARTER_MS,
          Number(!place.terms.test),
          micros(place.pendingMicros),
          mostAPublisherCanEarn(place),
        );
      }
    },
    release(callId, attempts) {
      for (const attemptId of attempts) releaseOne.run(attemptId, callId);
    },
    releaseOthers(callId, attemptId) {
      releaseOther.run(callId, attemptId);
    },
    releaseAll(callId) {
      releaseCall.run(callId);
    },
    pendingOf: (owner) => pending[owner.kind].all(owner.id),
  };
}

function mostAPublisherCanEarn({ terms, pendingMicros }: Reservation): number {
  return terms.test || terms.payout === null ? 0 : payoutForCall(terms.payout, micros(pendingMicros));
}
