import type { Cdr } from '../../domain/call/cdr.ts';
import type { RouteId } from '../../domain/ids.ts';
import type { RouteRecord } from '../../domain/routing/order.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';

/** How routes did lately, for the order by expected revenue. */
export interface RouteRecords {
  /**
   * Calls of the 30 UTC days up to the instant's own. May be up to a minute old: it is read inside admissions, and a
   * decision keeps what it was told.
   */
  readonly routeRecord: (routeId: RouteId, at: EpochMs) => RouteRecord;
  /** Counts a call that settles, once for each route it was sent along. */
  count(cdr: Cdr): void;
}

const DAY_MS = 86_400_000;
const WINDOW_DAYS = 30;
const KEPT_MS = 60_000;

/** Records by day, raised in the transaction that settles a call. */
export function createRouteRecords(sqlite: Sqlite): RouteRecords {
  const raise = sqlite.prepare<[string, number, number]>(
    `INSERT INTO route_days (route_id, day, calls, billable) VALUES (?, ?, 1, ?)
     ON CONFLICT (route_id, day) DO UPDATE SET calls = calls + 1, billable = billable + excluded.billable`,
  );
  const read = sqlite.prepare<[string, number, number], RouteRecord>(
    `SELECT coalesce(sum(calls), 0) AS calls, coalesce(sum(billable), 0) AS billable
     FROM route_days WHERE route_id = ? AND day > ? AND day <= ?`,
  );
  const remembered = new Map<RouteId, { readonly at: EpochMs; readonly record: RouteRecord }>();

  return {
    routeRecord(routeId, at) {
      const known = remembered.get(routeId);
      if (known !== undefined && Math.abs(at - known.at) < KEPT_MS) return known.record;
      const today = Math.floor(at / DAY_MS);
      const record = read.get(routeId, today - WINDOW_DAYS, today) ?? { calls: 0, billable: 0 };
      remembered.set(routeId, { at, record });
      return record;
    },

    count(cdr) {
      // A campaign in test bills nothing, and the end of an estimated call was our crash: neither says anything of a route.
      if (cdr.estimated || cdr.terms?.test) return;
      const day = Math.floor(Date.parse(cdr.receivedAt) / DAY_MS);
      for (const routeId of new Set(cdr.attempts.flatMap((attempt) => attempt.routeId ?? []))) {
        raise.run(routeId, day, Number(cdr.routeId === routeId && cdr.buyerVerdict?.billable === true));
      }
    },
  };
}
