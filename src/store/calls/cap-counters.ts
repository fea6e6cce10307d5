import type { Cdr } from '../../domain/call/cdr.ts';
import type { CountedWindow } from '../../domain/plan/caps.ts';
import type { CapOwner } from '../../domain/routing/caps.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';
import type { PlaceWindows } from './place-windows.ts';

/** Billable calls of one owner in one window, and their money: what a buyer was charged, a publisher paid out. */
export interface SettledCount {
  readonly settled: number;
  readonly spentMicros: number;
}

export interface CapCounters {
  /** Counts a settled call for everyone it is billable for, in the windows its place was held in. */
  count(cdr: Cdr, windows: PlaceWindows): void;
  read(owner: CapOwner, window: CountedWindow, windowStart: EpochMs): SettledCount;
}

const NONE: SettledCount = { settled: 0, spentMicros: 0 };

/** Kind, id and money of one for whom a call counts; an id of null for nobody. */
type Counting = readonly [kind: CapOwner['kind'], id: string | null, micros: number];

/** Settled calls by window, raised in the transaction that settles a call and never otherwise. */
export function createCapCounters(sqlite: Sqlite): CapCounters {
  // All of a call's sixteen counters in one statement: one for each owner took a third longer.
  const raise = sqlite.prepare<(string | number | null)[]>(
    `INSERT INTO cap_counters (owner_kind, owner_id, window, window_start, settled, spent_micros)
     SELECT owner.kind, owner.id, counted.window, counted.start, 1, owner.micros
     FROM (SELECT 'hourly' AS window, ? AS start UNION ALL SELECT 'daily', ? UNION ALL SELECT 'monthly', ?
         UNION ALL SELECT 'total', 0) AS counted,
       (SELECT ? AS kind, ? AS id, ? AS micros UNION ALL SELECT ?, ?, ? UNION ALL SELECT ?, ?, ?
         UNION ALL SELECT ?, ?, ?) AS owner
     WHERE owner.id IS NOT NULL
     ON CONFLICT (owner_kind, owner_id, window, window_start)
     DO UPDATE SET settled = settled + 1, spent_micros = spent_micros + excluded.spent_micros`,
  );
  const read = sqlite.prepare<[string, string, string, number], SettledCount>(
    `SELECT settled, spent_micros AS spentMicros FROM cap_counters
     WHERE owner_kind = ? AND owner_id = ? AND window = ? AND window_start = ?`,
  );

  return {
    count({ buyerVerdict, publisherVerdict, routeId, destinationId, buyerId, publisherId }, windows) {
      const charge = buyerVerdict?.billable ? buyerVerdict.amountMicros : null;
      const payout = publisherVerdict?.billable ? publisherVerdict.amountMicros : null;
      if (charge === null && payout === null) return;
      const owners: readonly Counting[] = [
        ['route', charge === null ? null : routeId, charge ?? 0],
        ['destination', charge === null ? null : destinationId, charge ?? 0],
        ['buyer', charge === null ? null : buyerId, charge ?? 0],
        ['publisher', payout === null ? null : publisherId, payout ?? 0],
      ];
      raise.run(windows.hour_start, windows.day_start, windows.month_start, ...owners.flat());
    },
    read: (owner, window, windowStart) => read.get(owner.kind, owner.id, window, windowStart) ?? NONE,
  };
}
