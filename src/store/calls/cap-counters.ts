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

/** Settled calls by window, raised in the transaction that settles a call and never otherwise. */
export function createCapCounters(sqlite: Sqlite): CapCounters {
  const raise = sqlite.prepare<[PlaceWindows & { kind: string; id: string; micros: number }]>(
    `INSERT INTO cap_counters (owner_kind, owner_id, window, window_start, settled, spent_micros)
     VALUES (@kind, @id, 'hourly', @hour_start, 1, @micros), (@kind, @id, 'daily', @day_start, 1, @micros),
       (@kind, @id, 'monthly', @month_start, 1, @micros), (@kind, @id, 'total', 0, 1, @micros)
     ON CONFLICT (owner_kind, owner_id, window, window_start)
     DO UPDATE SET settled = settled + 1, spent_micros = spent_micros + excluded.spent_micros`,
  );
  const read = sqlite.prepare<[string, string, string, number], SettledCount>(
    `SELECT settled, spent_micros AS spentMicros FROM cap_counters
     WHERE owner_kind = ? AND owner_id = ? AND window = ? AND window_start = ?`,
  );

  function raiseAll(kind: CapOwner['kind'], id: string | null, windows: PlaceWindows, micros: number): void {
    if (id !== null) raise.run({ ...windows, kind, id, micros });
  }

  return {
    count(cdr, windows) {
      const { buyerVerdict, publisherVerdict } = cdr;
      if (buyerVerdict?.billable) {
        raiseAll('route', cdr.routeId, windows, buyerVerdict.amountMicros);
        raiseAll('destination', cdr.destinationId, windows, buyerVerdict.amountMicros);
        raiseAll('buyer', cdr.buyerId, windows, buyerVerdict.amountMicros);
      }
      if (publisherVerdict?.billable) raiseAll('publisher', cdr.publisherId, windows, publisherVerdict.amountMicros);
    },
    read: (owner, window, windowStart) => read.get(owner.kind, owner.id, window, windowStart) ?? NONE,
  };
}
