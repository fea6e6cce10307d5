import type { Cdr, CdrAttempt } from '../call/cdr.ts';
import { ERASED, type RecordedAni } from '../numbers/e164.ts';
import type { CallerLocation } from '../numbers/location.ts';
import type { Candidate, ReasonValues, RouteDecision } from '../routing/route-decision.ts';
import { eraseNumber } from './erase-number.ts';

/**
 * The record without what says who called: number, name, ZIP, area code and exchange, wherever in it they stand. State,
 * country and time zone stay, since reports count by them, and so does everything that money rests on.
 *
 * Erasing again changes nothing. Whatever is not changed is the very same object, so that the two records can be compared,
 * and written, at the cost of one and a little.
 */
export function redactCdr<Recorded extends Cdr>(cdr: Recorded): Recorded {
  const { ani, location, decision, attempts, hangupCause } = cdr;
  return {
    ...cdr,
    ani: ERASED,
    callerName: null,
    location: location && redactLocation(location),
    hangupCause: redactText(hangupCause, ani),
    attempts: mapShared(attempts, (attempt) => redactAttempt(attempt, ani)),
    decision: decision && redactDecision(decision),
  };
}

function redactLocation(location: CallerLocation): CallerLocation {
  const { zip, npa, npaNxx } = location;
  if (zip === null && npa === null && npaNxx === null) return location;
  return { ...location, zip: null, npa: null, npaNxx: null };
}

/** The other side's own words for why a leg ended may name anybody. */
function redactAttempt(attempt: CdrAttempt, ani: RecordedAni): CdrAttempt {
  const hangupCause = redactText(attempt.hangupCause, ani);
  return hangupCause === attempt.hangupCause ? attempt : { ...attempt, hangupCause };
}

function redactDecision(decision: RouteDecision): RouteDecision {
  return {
    ...decision,
    location: redactLocation(decision.location),
    candidates: mapShared(decision.candidates, redactCandidate),
  };
}

function redactCandidate(candidate: Candidate): Candidate {
  const values = redactValues(candidate.values);
  return values === candidate.values ? candidate : { ...candidate, values };
}

/** Entries of areas that only callers of one small place match, or of one number. */
const TELLING_ENTRY = /^(zip|zipPrefix|npa|npaNxx|prefix|radius):.*$/s;

/** What a route's reason compared comes from the configuration and its counters, but for these. */
function redactValues(values: ReasonValues): ReasonValues {
  const { zip, npa, excludedBy } = values;
  const entry = typeof excludedBy === 'string' ? excludedBy.replace(TELLING_ENTRY, '$1') : excludedBy;
  if ((zip ?? npa ?? null) === null && entry === excludedBy) return values;
  return {
    ...values,
    ...(zip === undefined ? {} : { zip: null }),
    ...(npa === undefined ? {} : { npa: null }),
    ...(entry === undefined ? {} : { excludedBy: entry }),
  };
}

function redactText(text: string | null, ani: RecordedAni): string | null {
  return text === null ? null : eraseNumber(text, ani);
}

/** As `map`; the same list where every item came out as it went in. */
function mapShared<Item>(items: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  const changed = items.map(change);
  return changed.every((item, index) => item === items[index]) ? items : changed;
}
