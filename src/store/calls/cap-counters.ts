import type { Cdr } from '../../domain/call/cdr.ts';
import type { CapOwner } from '../../domain/routing/caps.ts';
import type { CapWindow } from '../../domain/routing/cap-windows.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';

/** Billable calls of one owner in a window, and their money: what a buyer was charged, a publisher paid out. */
export interface SettledCount {
  readonly settled: number;
  readonly spentMicros: number;
}

export interface CapCounters {
  /** Counts a settled call for everyone it is billable for, at the instant it was received. */
  count(cdr: Cdr, receivedAt: EpochMs): void;
  read(owner: CapOwner, window: CapWindow): SettledCount;
}

/**
 * Every zone is a whole number of quarter hours off UTC, so windows of all zones begin and end between quarters: counters
 * needn't know whose zone they will be read in, and stay right when a buyer moves to another.
 */
export const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;

const QUARTER = 'quarter';
const DAY = 'day';
const EVER = 'ever';

const NONE: SettledCount = { settled: 0, spentMicros: 0 };

/** Kind, id and money of one for whom a call counts; an id of null for nobody. */
type Counting = readonly [kind: CapOwner['kind'], id: string | null, micros: number];

/** One range of one owner's counters: of a span, from, to before. */
type Range = [kind: string, id: string, span: string, from: number, before: number];

/** Settled calls by quarter of an hour and by day of UTC, raised in the transaction that settles a call. */
export function createCapCounters(sqlite: Sqlite): CapCounters {
  // All of a call's counters in one statement: one for each owner took a third longer.
  const raise = sqlite.prepare<(string | number | null)[]>(
    `INSERT INTO cap_counters (owner_kind, owner_id, span, starts_at, settled, spent_micros)
     SELECT owner.kind, owner.id, counted.span, counted.starts_at, 1, owner.micros
     FROM (SELECT '${QUARTER}' AS span, ? AS starts_at UNION ALL SELECT '${DAY}', ? UNION ALL SELECT '${EVER}', 0) AS counted,
       (SELECT ? AS kind, ? AS id, ? AS micros UNION ALL SELECT ?, ?, ? UNION ALL SELECT ?, ?, ?
         UNION ALL SELECT ?, ?, ?) AS owner
     WHERE owner.id IS NOT NULL
     ON CONFLICT (owner_kind, owner_id, span, starts_at)
     DO UPDATE SET settled = settled + 1, spent_micros = spent_micros + excluded.spent_micros`,
  );
  const sumRange = `SELECT coalesce(sum(settled), 0) AS settled, coalesce(sum(spent_micros), 0) AS spentMicros
    FROM cap_counters WHERE owner_kind = ? AND owner_id = ? AND span = ? AND starts_at >= ? AND starts_at < ?`;
  const sum = sqlite.prepare<Range, SettledCount>(sumRange);

  function read({ kind, id }: CapOwner, span: string, from: number, before: number): SettledCount {
    return from < before ? (sum.get(kind, id, span, from, before) ?? NONE) : NONE;
  }

  return {
    count({ buyerVerdict, publisherVerdict, routeId, destinationId, buyerId, publisherId }, receivedAt) {
      const charge = buyerVerdict?.billable ? buyerVerdict.amountMicros : null;
      const payout = publisherVerdict?.billable ? publisherVerdict.amountMicros : null;
      if (charge === null && payout === null) return;
      const owners: readonly Counting[] = [
        ['route', charge === null ? null : routeId, charge ?? 0],
        ['destination', charge === null ? null : destinationId, charge ?? 0],
        ['buyer', charge === null ? null : buyerId, charge ?? 0],
        ['publisher', payout === null ? null : publisherId, payout ?? 0],
      ];
      raise.run(floor(receivedAt, QUARTER_MS), floor(receivedAt, DAY_MS), ...owners.flat());
    },
    read(owner, { start, resetsAt }) {
      if (resetsAt === null) return read(owner, EVER, 0, 1);
      const [from, before] = [floor(start, QUARTER_MS), floor(resetsAt, QUARTER_MS)];
      // Whole days between the quarters at both ends, so that a month takes a hundred rows and not three thousand.
      const [firstDay, lastDay] = [Math.min(before, floor(from + DAY_MS - 1, DAY_MS)), floor(before, DAY_MS)];
      if (firstDay >= lastDay) return read(owner, QUARTER, from, before);
      return add(
        read(owner, QUARTER, from, firstDay),
        read(owner, DAY, firstDay, lastDay),
        read(owner, QUARTER, lastDay, before),
      );
    },
  };
}

function floor(instant: number, stepMs: number): number {
  return Math.floor(instant / stepMs) * stepMs;
}

function add(...counts: readonly SettledCount[]): SettledCount {
  return {
    settled: counts.reduce((total, { settled }) => total + settled, 0),
    spentMicros: counts.reduce((total, { spentMicros }) => total + spentMicros, 0),
  };
}
