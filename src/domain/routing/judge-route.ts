import { payoutForCall } from '../billing/payout-for-call.ts';
import { micros } from '../billing/money.ts';
import type { BuyerId, DestinationId, PublisherId } from '../ids.ts';
import type { Ani } from '../numbers/e164.ts';
import type { CallerLocation, Gazetteer } from '../numbers/location.ts';
import type { AreaEntry } from '../plan/area.ts';
import type { Publisher } from '../plan/party.ts';
import type { EpochMs } from '../time.ts';
import { type AreaMatch, matchArea } from './area.ts';
import type { CapUsage } from './caps.ts';
import { checkCaps, checkLine } from './check-caps.ts';
import type { Rejection } from './route-decision.ts';
import type { NamedArea, PublisherCaps, RouteLine } from './routing-snapshot.ts';
import { scheduleAt } from './schedule.ts';

/** The caller, as areas see one. */
export interface Caller {
  readonly ani: Ani;
  readonly location: CallerLocation;
}

/** What a route that serves the caller is judged on. */
export interface Circumstances {
  readonly now: EpochMs;
  readonly usage: CapUsage;
  readonly duplicates: readonly DestinationId[];
  readonly duplicateBuyers: readonly BuyerId[];
  readonly tried: readonly DestinationId[];
  /** Null where nobody sent the call. */
  readonly publisherId: PublisherId | null;
  /** Null where it is not known what the caller wants. */
  readonly category: string | null;
  /** Null where nobody sent the call, or its sender has no caps. */
  readonly capped: { readonly publisher: Publisher; readonly limits: PublisherCaps } | null;
}

/**
 * The first reasons of the list, `route-disabled` to `location-unknown`: whether the route is for such callers at all.
 * They rest on the plan and the caller alone, not on clock or counters, so they can be asked for at any later time.
 */
export function judgeService(
  { switchedOff, area }: RouteLine,
  { ani, location }: Caller,
  gazetteer: Gazetteer,
): Rejection | null {
  if (switchedOff !== null || area === null) return switchedOff;
  return outsideArea(area, matchArea(area.compiled, ani, location, gazetteer));
}

/** The other reasons, `closed` to `source-excluded`: whether a route that serves the caller can take the call now. */
export function judgeAvailability(line: RouteLine, circumstances: Circumstances): Rejection | null {
  const { now, usage } = circumstances;
  const { schedule } = line;
  if (schedule !== null) {
    const state = scheduleAt(schedule, now);
    if (!state.open) {
      const values = { schedule: schedule.name, timezone: schedule.zone.name, nextOpening: state.nextOpening };
      return { reason: state.reason, values };
    }
  }
  const full = checkLine(line, usage, now);
  if (full) return full;
  return (
    checkEarlierCalls(line, circumstances) ??
    checkAccepted(line, circumstances) ??
    checkCategory(line, circumstances) ??
    checkPublisherCaps(line, circumstances)
  );
}

/** Most callers have reached nobody before, so destination and buyer are not fetched to be looked up in empty lists. */
function checkEarlierCalls({ destination, buyer }: RouteLine, circumstances: Circumstances): Rejection | null {
  const { duplicates, duplicateBuyers, tried } = circumstances;
  if (duplicates.length > 0 && duplicates.includes(destination.id)) {
    return { reason: 'duplicate-excluded', values: { destinationId: destination.id } };
  }
  if (duplicateBuyers.length > 0 && duplicateBuyers.includes(buyer.id)) {
    return { reason: 'duplicate-excluded', values: { buyerId: buyer.id } };
  }
  if (tried.length > 0 && tried.includes(destination.id)) {
    return { reason: 'already-tried', values: { destinationId: destination.id } };
  }
  return null;
}

/** A route may accept the calls of some publishers alone; one that nobody sent is of none of them. */
function checkAccepted({ route }: RouteLine, { publisherId }: Circumstances): Rejection | null {
  const accepted = route.acceptedPublisherIds;
  if (accepted === undefined || (publisherId !== null && accepted.includes(publisherId))) return null;
  return { reason: 'source-excluded', values: { publisherId, acceptedPublishers: accepted.length } };
}

/** A route may take the calls of some categories alone; one of which nothing is known is of none of them. */
function checkCategory({ route }: RouteLine, { category }: Circumstances): Rejection | null {
  const { categories } = route;
  if (categories === undefined || (category !== null && categories.includes(category))) return null;
  return { reason: 'source-excluded', values: { category, accepts: categories.join(', ') } };
}

/**
 * A publisher that has filled one of its own caps sends no more calls. What it spends is our money, the most that this
 * call could pay out.
 */
function checkPublisherCaps(line: RouteLine, { usage, now, capped }: Circumstances): Rejection | null {
  if (capped === null) return null;
  const { publisher, limits } = capped;
  const costMicros = line.campaign.status === 'test' ? 0 : payoutForCall(publisher.payout, micros(line.costMicros));
  const full = checkCaps(limits.caps, { usage, windows: limits.windows ?? line.windows, now, costMicros });
  return (
    full && { reason: 'source-excluded', values: { publisherId: publisher.id, limit: full.reason, ...full.values } }
  );
}

function outsideArea({ name }: NamedArea, match: AreaMatch): Rejection | null {
  switch (match.result) {
    case 'in':
      return null;
    case 'out': {
      const { matchedExclude } = match;
      const values = { ...match.values, area: name };
      return {
        reason: 'out-of-area',
        values: matchedExclude ? { ...values, excludedBy: describeEntry(matchedExclude) } : values,
      };
    }
    case 'unknown':
      return { reason: 'location-unknown', values: { ...match.values, area: name } };
  }
}

/** `state:TX`, `radius:94107/25mi`. */
function describeEntry(entry: AreaEntry): string {
  if ('radius' in entry) return `radius:${entry.radius.zip}/${entry.radius.miles}mi`;
  return Object.entries(entry)
    .map(([kind, value]) => `${kind}:${value}`)
    .join();
}
