import { setImmediate as nextTurn } from 'node:timers/promises';

import { timeZone } from '../domain/routing/time-zone.ts';
import {
  BELONGINGS,
  type Belonging,
  type ReportCall,
  type ReportCalls,
  type ReportSpan,
} from '../store/reports/report-calls.ts';
import { periodAt, PERIODS, type LocalPeriod, type Period } from './local-periods.ts';
import { Tally, type Figures, type Side } from './tally.ts';

/** What a summary has a row for each of. */
export const SUMMARY_GROUPS = [...PERIODS, ...BELONGINGS] as const;
export type SummaryGroup = (typeof SUMMARY_GROUPS)[number];

export interface SummaryQuery extends ReportSpan {
  readonly groupBy: SummaryGroup;
  /** IANA zone of days and hours. */
  readonly timezone: string;
  /** All given must hold. */
  readonly filters: Partial<Readonly<Record<Belonging, string>>>;
  readonly side: Side;
}

/** The figures of one group; `key` is null for calls that belong to none. */
export interface SummaryRow extends Figures {
  readonly key: string | number | null;
}

export interface Summary {
  /** Days and hours in order of time, the rest in order of key, none first; groups without calls are left out. */
  readonly data: readonly SummaryRow[];
  /** Of all rows together. */
  readonly total: Figures;
}

type Key = SummaryRow['key'];

/**
 * Counts the settled calls of a span of receipt. A call belongs to the buyer and the destination it connected to, and
 * its attempts belong where it does. Money is what the ledger says of those calls now: a correction counts for the
 * period of its call, whenever it was made.
 */
export async function summarize(calls: ReportCalls, query: SummaryQuery): Promise<Summary> {
  const tallies = new Map<Key, Tally>();
  const tallyOf = createSorter(calls, query, (key) => {
    let tally = tallies.get(key);
    if (tally === undefined) tallies.set(key, (tally = new Tally()));
    return tally;
  });
  for await (const some of calls.read(query)) {
    for (const call of some) tallyOf(call)?.add(call, query.side);
  }
  const entries = [...tallies];
  return conclude(query.groupBy === 'day' || query.groupBy === 'hour' ? entries : entries.sort(byKey));
}

/** Says of each call, which come in order of receipt, where it is counted; null where a filter leaves it out. */
function createSorter(
  calls: ReportCalls,
  { groupBy, timezone, filters }: SummaryQuery,
  tallyFor: (key: Key) => Tally,
): (call: ReportCall) => Tally | null {
  const isWanted = createFilter(calls, filters);
  if (!isPeriod(groupBy)) {
    const find = calls.belonging(groupBy);
    const tallyOfGroup = onceEach((groupId) => (isWanted(groupId) ? tallyFor(find(groupId)) : null));
    return ([, , groupId]) => tallyOfGroup(groupId);
  }
  const zone = timeZone(timezone);
  let period: LocalPeriod | undefined;
  let tally: Tally;
  return ([receivedAt, , groupId]) => {
    if (!isWanted(groupId)) return null;
    if (period === undefined || receivedAt >= period.until) {
      period = periodAt(groupBy, zone, receivedAt);
      tally = tallyFor(period.key);
    }
    return tally;
  };
}

function createFilter(calls: ReportCalls, filters: SummaryQuery['filters']): (groupId: number) => boolean {
  const conditions = (Object.entries(filters) as [Belonging, string][]).map(([to, value]) => {
    const find = calls.belonging(to);
    return (groupId: number) => find(groupId) === value;
  });
  if (conditions.length === 0) return () => true;
  return onceEach((groupId) => conditions.every((holds) => holds(groupId)));
}

/** Asks once for each number, and remembers. Numbers of groups are small and without gaps: places in a list. */
function onceEach<Answer>(ask: (groupId: number) => Answer): (groupId: number) => Answer {
  const answers: (Answer | undefined)[] = [];
  return (groupId) => {
    const known = answers[groupId];
    if (known !== undefined) return known;
    return (answers[groupId] = ask(groupId));
  };
}

function isPeriod(groupBy: SummaryGroup): groupBy is Period {
  return PERIODS.some((period) => period === groupBy);
}

function byKey([a]: readonly [Key, Tally], [b]: readonly [Key, Tally]): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}

/** Different delays that are sorted for percentiles between two looks at the rest of the world. */
const STRIDE = 10_000;

async function conclude(entries: readonly (readonly [Key, Tally])[]): Promise<Summary> {
  const total = new Tally();
  const data: SummaryRow[] = [];
  let sorted = 0;
  for (const [key, tally] of entries) {
    data.push({ key, ...tally.figures() });
    total.merge(tally);
    sorted += tally.weight;
    if (sorted < STRIDE) continue;
    sorted = 0;
    await nextTurn();
  }
  return { data, total: total.figures() };
}
