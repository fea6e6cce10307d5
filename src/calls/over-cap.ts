import { partyCaps, type PartyCaps } from './forward-line.ts';
import type { Cdr } from '../domain/call/cdr.ts';
import { hasTalked } from '../domain/billing/call-merits.ts';
import { micros, type Micros } from '../domain/billing/money.ts';
import { payoutForCall } from '../domain/billing/payout-for-call.ts';
import { priceForTalk } from '../domain/billing/price-for-talk.ts';
import type { Terms } from '../domain/billing/terms.ts';
import { type CapCheck, checkCaps } from '../domain/routing/check-caps.ts';
import type { CapWindows } from '../domain/routing/cap-windows.ts';
import type { RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import type { EpochMs } from '../domain/time.ts';
import type { OverCap } from './settle-call.ts';

/**
 * Says whether a settling call would pass a soft cap: of its route, destination or buyer, for the buyer's verdict; of
 * the publisher, for the publisher's. A soft cap lets calls begin while others are still in progress, so more may come
 * to be billable than it allows; those past it are not billed. Money is what this very call costs or earns, now that its
 * length is known. Strict caps hold at admission.
 *
 * Windows are those of the instant the call was received: the ones that were checked when it was admitted.
 */
export function softCapsOf(snapshot: () => RoutingSnapshot): OverCap {
  return (cdr, usage) => {
    const plan = snapshot();
    const line = cdr.routeId === null ? forwardedTo(cdr, plan) : plan.routeById.get(cdr.routeId);
    if (!line || cdr.connectedAt === null || cdr.terms === null) return { buyer: false, publisher: false };
    const { terms } = cdr;
    const now = Date.parse(cdr.receivedAt) as EpochMs;
    const isFull = (caps: readonly CapCheck[], windows: CapWindows, costMicros: number): boolean =>
      checkCaps(caps.filter(isSoft), { usage, windows, now, costMicros }) !== null;
    const chargeMicros = chargeFor(cdr.talkMs, terms);
    const buyer = isFull(line.caps, line.windows, chargeMicros);
    const limits = cdr.publisherId === null ? undefined : plan.publisherCapsById.get(cdr.publisherId);
    if (limits === undefined || terms.payout === null) return { buyer, publisher: false };
    // A share of what a full buyer doesn't owe is nothing.
    const payoutMicros = terms.test ? 0 : payoutForCall(terms.payout, buyer ? micros(0) : chargeMicros);
    return { buyer, publisher: isFull(limits.caps, limits.windows ?? line.windows, payoutMicros) };
  };
}

/** The caps of a destination that calls are forwarded to, past all routes; undefined for a call that reached nobody. */
function forwardedTo({ destinationId, buyerId }: Cdr, plan: RoutingSnapshot): PartyCaps | undefined {
  const destination = destinationId === null ? undefined : plan.destinationById.get(destinationId);
  const buyer = buyerId === null ? undefined : plan.buyerById.get(buyerId);
  return destination && buyer && partyCaps(destination, buyer);
}

/** What a conversation of this length costs where nothing else speaks against it. */
function chargeFor(talkMs: number, terms: Terms): Micros {
  return terms.test || !hasTalked(talkMs, terms.minTalkS) ? micros(0) : priceForTalk(talkMs, terms);
}

function isSoft(check: CapCheck): boolean {
  return check.kind !== 'concurrent' && check.soft;
}
