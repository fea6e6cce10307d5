import { setImmediate as nextTurn } from 'node:timers/promises';

import { timeZone } from '../domain/routing/time-zone.ts';
import {
  BELONGINGS,
  type Belonging,
  type ReportCall,
  type ReportCalls,
  type ReportGroup,
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
export async function summarize(calls: Pick<ReportCalls, 'read'>, query: SummaryQuery): Promise<Summary> {
  const { groupBy, filters, side } = query;
  const asked = new Set(Object.keys(filters) as Belonging[]);
  if (!isPeriod(groupBy)) asked.add(groupBy);
  const sorter = createSorter(query);
  for await (const { calls: some, groups } of calls.read(query, [...asked])) {
    for (const group of groups) sorter.learn(group);
    for (const call of some) sorter.tallyOf(call)?.add(call, side);
  }
  const entries = [...sorter.tallies];
  return conclude(groupBy === 'day' || groupBy === 'hour' ? entries : entries.sort(byKey));
}

/** Says where calls, which come in order of receipt, are counted. */
interface Sorter {
  /** In the order in which calls asked for them. */
  readonly tallies: ReadonlyMap<Key, Tally>;
  /** Hears of a group before any of its calls. */
  learn(group: ReportGroup): void;
  /** Null where a filter leaves the call out. */
  tallyOf(call: ReportCall): Tally | null;
}

function createSorter({ groupBy, timezone, filters }: SummaryQuery): Sorter {
  const tallies = new Map<Key, Tally>();
  function tallyFor(key: Key): Tally {
    let tally = tallies.get(key);
    if (tally === undefined) tallies.set(key, (tally = new Tally()));
    return tally;
  }
  const wanted = Object.entries(filters) as [Belonging, string][];
  const isWanted = (group: ReportGroup): boolean => wanted.every(([name, value]) => group[name] === value);

  if (!isPeriod(groupBy)) {
    // A list by number, quicker than a Map: a million calls ask here.
    const tallyOfGroup: Tally[] = [];
    return {
      tallies,
      learn(group) {
        if (isWanted(group)) tallyOfGroup[group.id] = tallyFor(group[groupBy] ?? null);
      },
      tallyOf: ([, , groupId]) => tallyOfGroup[groupId] ?? null,
    };
  }
  const zone = timeZone(timezone);
  const unwanted: true[] = [];
  let period: LocalPeriod | undefined;
  let tally: Tally;
  return {
    tallies,
    learn(group) {
      if (!isWanted(group)) unwanted[group.id] = true;
    },
    tallyOf([receivedAt, , groupId]) {
      if (unwanted[groupId]) return null;
      if (period === undefined || receivedAt >= period.until) {
        period = periodAt(groupBy, zone, receivedAt);
        tally = tallyFor(period.key);
      }
      return tally;
    },
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
const STRIDE = 3_000;

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
