import { hasTalked } from '../billing/call-merits.ts';
import { micros } from '../billing/money.ts';
import { payoutForCall } from '../billing/payout-for-call.ts';
import { mostACallCanCost, priceForTalk } from '../billing/price-for-talk.ts';
import type { Terms } from '../billing/terms.ts';
import type { Cdr } from '../call/cdr.ts';
import type { Campaign } from '../plan/campaign.ts';
import type { Publisher } from '../plan/party.ts';
import type { RouteLine } from '../routing/routing-snapshot.ts';
import { freezeTerms } from '../routing/terms-for-route.ts';
import type { EpochMs } from '../time.ts';
import type { HeldCall } from './cap-ledger.ts';
import type { TalkTimes } from './talk-times.ts';

/** What became of a call, or would have: the places it held in turn, and the one that got it. */
export interface Story {
  readonly held: readonly HeldCall[];
  /** Null where nobody got it. */
  readonly winner: HeldCall | null;
}

/** A call, and whom it would be sent to. */
export interface Retelling {
  readonly cdr: Cdr;
  /** In the order to dial them. */
  readonly selected: readonly RouteLine[];
  readonly campaign: Campaign;
  readonly publisher: Publisher | null;
}

/**
 * Who would have got a call: the destinations it would be sent to, in turn. One that answered it in truth answers, with
 * the same talk; one that failed it fails, and so does one that was in line for it when the caller gave up; any other is
 * taken to answer, and to talk as long as its calls do on average. Of a tier that rings at once the one that won wins.
 */
export function retellCall(call: Retelling, talkTimes: TalkTimes): Story {
  const { cdr, campaign } = call;
  const held: HeldCall[] = [];
  const tried = new Set<string>();
  for (const turn of turnsOf(call)) {
    const fresh = turn.filter(({ destination }) => !tried.has(destination.id));
    const rung = fresh.slice(0, campaign.maxAttempts - tried.size);
    const line = rung.find(won(cdr)) ?? rung.find(({ destination }) => !failed(cdr, destination.id));
    if (line !== undefined) {
      const winner = connectedOn(line, call, talkTimes);
      return { held: [...held, winner], winner };
    }
    for (const each of rung) {
      tried.add(each.destination.id);
      held.push(...failedOn(each, call));
    }
  }
  return { held, winner: null };
}

/** What did become of it, by its CDR. @param lines of the plan it was decided on; routes missing there are left out */
export function tellCall(cdr: Cdr, lines: ReadonlyMap<string, RouteLine>): Story {
  const held = cdr.attempts.flatMap((attempt): HeldCall[] => {
    const line = attempt.routeId === null ? undefined : lines.get(attempt.routeId);
    const isWinner = cdr.connectedAt !== null && attempt.routeId === cdr.routeId && attempt.answeredAt !== null;
    if (line === undefined || isWinner) return [];
    return [{ ...placeOn(line, cdr, cdr.terms), ...timesOf(attempt, cdr), result: null }];
  });
  const line = cdr.routeId === null || cdr.connectedAt === null ? undefined : lines.get(cdr.routeId);
  if (line === undefined) return { held, winner: null };
  const { buyerVerdict, publisherVerdict } = cdr;
  const result = {
    billable: buyerVerdict?.billable ?? false,
    chargeMicros: buyerVerdict?.amountMicros ?? 0,
    payoutMicros: publisherVerdict?.amountMicros ?? 0,
  };
  const winner = { ...placeOn(line, cdr, cdr.terms), result };
  return { held: [...held, winner], winner };
}

/** Those that ring together: a tier where the campaign has it so, otherwise each alone. */
function turnsOf({ selected, campaign }: Retelling): readonly (readonly RouteLine[])[] {
  if (!campaign.simultaneous) return selected.map((line) => [line]);
  return Array.from(Map.groupBy(selected, ({ route }) => route.priority).values());
}

function won(cdr: Cdr): (line: RouteLine) => boolean {
  return ({ destination }) => cdr.connectedAt !== null && cdr.destinationId === destination.id;
}

/** Whether it was rung in vain, or was in line for a call that ended before its turn came. */
function failed(cdr: Cdr, destinationId: string): boolean {
  if (cdr.attempts.some((attempt) => attempt.destinationId === destinationId)) return true;
  const candidates = cdr.decision?.candidates ?? [];
  return (
    cdr.connectedAt === null &&
    candidates.some((each) => each.verdict === 'selected' && each.destinationId === destinationId)
  );
}

function connectedOn(line: RouteLine, { cdr, publisher }: Retelling, talkTimes: TalkTimes): HeldCall {
  const terms = freezeTerms(line.campaign, line.route, publisher);
  const same = won(cdr)(line);
  const talkMs = same ? cdr.talkMs : talkTimes.averageMs(line.destination.id, line.campaign.id);
  const place = placeOn(line, cdr, terms);
  const until = same ? place.until : ((place.from + talkMs) as EpochMs);
  return { ...place, until, result: same ? resultOf(cdr, line, terms) : estimate(talkMs, terms) };
}

/** The place it held while it rang; none where its turn never came. */
function failedOn(line: RouteLine, { cdr, publisher }: Retelling): readonly HeldCall[] {
  const attempt = cdr.attempts.find(({ destinationId }) => destinationId === line.destination.id);
  if (attempt === undefined) return [];
  const place = placeOn(line, cdr, freezeTerms(line.campaign, line.route, publisher));
  return [{ ...place, ...timesOf(attempt, cdr), result: null }];
}

/** Reasons that rest on talk and price, which other terms would change; the others stand whatever the terms. */
const BY_TERMS: ReadonlySet<string> = new Set(['billable', 'below-min-talk', 'test-campaign', 'over-cap']);

/** What a call that the same destination got comes to: as it was judged, or on other terms anew. */
function resultOf(cdr: Cdr, { route }: RouteLine, terms: Terms): NonNullable<HeldCall['result']> {
  const { buyerVerdict, publisherVerdict } = cdr;
  const asBefore = cdr.routeId === route.id && JSON.stringify(ordered(cdr.terms)) === JSON.stringify(ordered(terms));
  if (buyerVerdict !== null && (asBefore || !BY_TERMS.has(buyerVerdict.reason))) {
    const { billable, amountMicros } = buyerVerdict;
    return { billable, chargeMicros: amountMicros, payoutMicros: publisherVerdict?.amountMicros ?? 0 };
  }
  return estimate(cdr.talkMs, terms);
}

/** The money of terms in one order: what was stored has its members sorted. */
function ordered(terms: Terms | null): unknown {
  if (terms === null) return null;
  const { priceMicros, minTalkS, tiers, test, payout } = terms;
  const steps = tiers.map((tier) => [tier.minTalkS, tier.priceMicros]);
  return [priceMicros, minTalkS, steps, test, payout && [payout.kind, payoutAmount(payout), payout.minTalkS ?? null]];
}

function payoutAmount(payout: NonNullable<Terms['payout']>): number {
  return payout.kind === 'fixed' ? payout.amountMicros : payout.percent;
}

/** What a conversation of this length would come to, if nothing but talk and price counted. */
function estimate(talkMs: number, terms: Terms): NonNullable<HeldCall['result']> {
  const billable = !terms.test && hasTalked(talkMs, terms.minTalkS);
  const chargeMicros = billable ? priceForTalk(talkMs, terms) : micros(0);
  const { payout } = terms;
  const earns = payout !== null && !terms.test && hasTalked(talkMs, payout.minTalkS ?? terms.minTalkS);
  return { billable, chargeMicros, payoutMicros: earns ? payoutForCall(payout, chargeMicros) : 0 };
}

/** A place of the call on a route for as long as the call lasted. */
function placeOn(line: RouteLine, cdr: Cdr, terms: Terms | null): Omit<HeldCall, 'result'> {
  const receivedAt = Date.parse(cdr.receivedAt) as EpochMs;
  const chargeMicros = terms === null ? micros(0) : mostACallCanCost(terms);
  const payoutMicros =
    terms === null || terms.payout === null || terms.test ? 0 : payoutForCall(terms.payout, chargeMicros);
  return {
    line,
    publisherId: cdr.publisherId,
    receivedAt,
    from: receivedAt,
    until: Date.parse(cdr.endedAt ?? cdr.receivedAt) as EpochMs,
    pending: { chargeMicros, payoutMicros },
  };
}

function timesOf(attempt: Cdr['attempts'][number], cdr: Cdr): Pick<HeldCall, 'from' | 'until'> {
  return {
    from: Date.parse(attempt.startedAt) as EpochMs,
    until: Date.parse(attempt.endedAt ?? cdr.endedAt ?? attempt.startedAt) as EpochMs,
  };
}
