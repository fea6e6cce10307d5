import type { Summary, SummaryQuery, SummaryRow } from '../../src/reporting/summarize.ts';
import type { Figures } from '../../src/reporting/tally.ts';
import type { CallRecord } from '../../src/store/calls/call-queries.ts';

/**
 * A summary made the slow way, from whole records and what `Intl` says of local time: shares nothing with the reports
 * but the shape of the answer.
 */
export function modelSummary(records: readonly CallRecord[], query: SummaryQuery): Summary {
  const counted = records
    .filter((call) => call.endedAt !== null && isAsked(call, query))
    .toSorted((a, b) => Date.parse(a.receivedAt) - Date.parse(b.receivedAt));
  const groups = [...Map.groupBy(counted, (call) => keyOf(call, query))];
  if (query.groupBy !== 'day' && query.groupBy !== 'hour') {
    // Nothing comes first; ids, numbers and hours of the week have an order of their own.
    groups.sort(([a], [b]) => (a === null ? -1 : b === null ? 1 : a < b ? -1 : 1));
  }
  return {
    data: groups.map(([key, calls]) => ({ key, ...figuresOf(calls, query) })),
    total: figuresOf(counted, query),
  };
}

function belongings(call: CallRecord) {
  return {
    campaign: call.campaignId,
    buyer: call.buyerId,
    destination: call.destinationId,
    publisher: call.publisherId,
    did: call.did,
    outcome: call.outcome,
    state: call.location?.state ?? null,
  };
}

function isAsked(call: CallRecord, { from, to, filters }: SummaryQuery): boolean {
  const receivedAt = Date.parse(call.receivedAt);
  if (from !== null && receivedAt < from) return false;
  if (to !== null && receivedAt >= to) return false;
  const own: Readonly<Record<string, string | null>> = belongings(call);
  return Object.entries(filters).every(([name, value]) => own[name] === value);
}

function keyOf(call: CallRecord, { groupBy, timezone }: SummaryQuery): SummaryRow['key'] {
  if (groupBy !== 'day' && groupBy !== 'hour' && groupBy !== 'hour-of-week') return belongings(call)[groupBy];
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
    weekday: 'short',
    timeZoneName: 'longOffset',
  });
  const shown = Object.fromEntries(
    clock.formatToParts(Date.parse(call.receivedAt)).map(({ type, value }) => [type, value]),
  ) as Record<Intl.DateTimeFormatPartTypes, string>;
  const date = `${shown.year}-${shown.month}-${shown.day}`;
  const offset = shown.timeZoneName.slice('GMT'.length) || '+00:00';
  switch (groupBy) {
    case 'day':
      return date;
    case 'hour':
      return `${date}T${shown.hour}:00:00${offset}`;
    case 'hour-of-week':
      return ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(shown.weekday) * 24 + Number(shown.hour);
  }
}

function figuresOf(calls: readonly CallRecord[], { side }: SummaryQuery): Figures {
  const sum = (of: (call: CallRecord) => number): number => calls.reduce((total, call) => total + of(call), 0);
  const attempts = calls.flatMap((call) =>
    call.attempts.filter((attempt) => side !== 'buyer' || attempt.destinationId === call.destinationId),
  );
  const answered = attempts.filter((attempt) => attempt.answeredAt !== null).length;
  const delays = attempts.flatMap(({ pddMs }) => (pddMs === null ? [] : [pddMs]));
  const verdict = side === 'publisher' ? 'publisher' : 'buyer';
  const billable = calls.filter((call) => call.currentVerdicts[verdict]?.billable === true).length;
  const talkMs = sum((call) => call.talkMs);
  const chargeMicros = sum((call) => call.currentVerdicts.buyer?.amountMicros ?? 0);
  const payoutMicros = sum((call) => call.currentVerdicts.publisher?.amountMicros ?? 0);
  return {
    calls: calls.length,
    connected: calls.filter((call) => call.connectedAt !== null).length,
    billable,
    conversionRate: calls.length === 0 ? null : billable / calls.length,
    asr: attempts.length === 0 ? null : answered / attempts.length,
    acdS: answered === 0 ? null : talkMs / 1_000 / answered,
    talkS: talkMs / 1_000,
    pddP50Ms: nearestRank(delays, 50),
    pddP95Ms: nearestRank(delays, 95),
    chargeMicros,
    payoutMicros,
    profitMicros: chargeMicros - payoutMicros,
  };
}

/** The smallest value that at least so many percent of the values do not exceed, by trying each. */
function nearestRank(values: readonly number[], percent: number): number | null {
  const enough = values.filter((one) => values.filter((other) => other <= one).length * 100 >= percent * values.length);
  return enough.length === 0 ? null : Math.min(...enough);
}
