import { mostACallCanCost } from '../domain/billing/price-for-talk.ts';
import type { AdmissionPlan } from '../domain/call/admission-plan.ts';
import type { CallFacts, CallOrigin } from '../domain/call/call-facts.ts';
import type { Cdr } from '../domain/call/cdr.ts';
import { cdrOfOpenCall } from '../domain/call/cdr-of-call.ts';
import { dialAddresses } from '../domain/call/dial-addresses.ts';
import type { DialAddress, DialTarget } from '../domain/call/dial-target.ts';
import type { AttemptId, DestinationId } from '../domain/ids.ts';
import { capsAllow } from '../domain/routing/check-caps.ts';
import { type DecisionBasis, watchOffer } from '../domain/routing/decision-basis.ts';
import { explainSelection, selectRoutes } from '../domain/routing/route-call.ts';
import type { RouteSelection } from '../domain/routing/route-call.ts';
import type { RouteDecision } from '../domain/routing/route-decision.ts';
import type { RouteLine, RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import { seededRandom } from '../domain/routing/seeded-random.ts';
import { freezeTerms } from '../domain/routing/terms-for-route.ts';
import { offerForCall } from './offer-for-call.ts';
import type { AdmissionView, Reservation } from './ports/call-store.ts';
import { refuseAfterRouting, refuseBeforeRouting, type Refused } from './refuse-call.ts';

/** A call's own stream of draws for gateways, apart from the one that orders its routes. */
const GATEWAY_STREAM = 0x6a09e667;

/** What is settled about a call before the store is asked: who calls, on which plan, with which seed. */
export interface AdmissionInput {
  readonly origin: CallOrigin;
  readonly snapshot: RoutingSnapshot;
  /** 32 bits; with the snapshot, the clock and the counters it replays the decision. */
  readonly seed: number;
  readonly trunkLimit: 'cps' | 'concurrent' | null;
  /** Whether a gateway, by its URI, is known to take no calls now; the one thing here that may change meanwhile. */
  readonly isDown: (gatewayUri: string) => boolean;
}

/** What was decided for a new call. */
interface Decided {
  readonly plan: AdmissionPlan;
  readonly reserve: readonly Reservation[];
  /** What the decision rested on; null where the call was refused before routing. */
  readonly basis: DecisionBasis | null;
}

/** What a reservation came to: whom to dial, and the places to hold for it. */
export interface Chosen {
  readonly targets: readonly DialTarget[];
  readonly reserve: readonly Reservation[];
}

/**
 * Screens, routes and reserves for one call. Its two methods run inside the store's transactions, on the counters as
 * they are there, and have no effects of their own: a transaction that is tried again runs them again.
 */
export class Admission {
  readonly #input: AdmissionInput;
  #selection: RouteSelection | null = null;

  constructor(input: AdmissionInput) {
    this.#input = input;
  }

  /** Decides a new call: a refusal with its status, or the first routes with their places. */
  decide(view: AdmissionView): Decided & { readonly draft: Cdr } {
    const { plan, reserve, basis } = this.#plan(view);
    const { origin } = this.#input;
    const facts: CallFacts = { origin, screenedAt: null, decision: plan.decision, attempts: [] };
    return { plan, reserve, basis, draft: cdrOfOpenCall(facts, null) };
  }

  /** After the attempts so far: the next routes of the same decision whose caps still have room. */
  chooseNext(facts: CallFacts): (view: AdmissionView) => Chosen {
    const tried = new Set(facts.attempts.map((attempt) => attempt.target.destinationId));
    const reserved = new Set(facts.attempts.map((attempt) => attempt.target.reservationId)).size;
    return (view) => this.#choose(view, tried, reserved);
  }

  #plan(view: AdmissionView): Decided {
    const { origin, snapshot, seed, trunkLimit } = this.#input;
    const now = origin.receivedAt.wall;
    const campaign = origin.campaignId === null ? null : (snapshot.campaignById.get(origin.campaignId) ?? null);
    const { callId, did, publisherId, ani, location, attestation } = origin;
    const refused = refuseBeforeRouting({ callId, ani, at: now, campaign, attestation, trunkLimit }, snapshot, view);
    if (refused || !campaign || !did || !location) {
      return refusal(refused ?? { outcome: 'unknown-did', sipStatus: 404, cause: 'unknown-did' });
    }
    const call = { callId, did, campaign, publisherId, ani, location, at: now };
    const watched = watchOffer(offerForCall(call, view));
    this.#selection = selectRoutes(watched.offer, snapshot, now, seed);
    const decision = explainSelection(this.#selection);
    const basis = watched.basis();
    const { targets, reserve } = this.#choose(view, new Set(), 0);
    if (targets.length === 0) return refusal(refuseAfterRouting(decision, campaign), { decision, basis });
    const { simultaneous, maxAttempts, setupBudgetS, maxCallS } = campaign;
    const policy = { simultaneous, maxAttempts, setupBudgetS, maxCallS };
    return { plan: { kind: 'dial', decision, policy, targets }, reserve, basis };
  }

  #choose(view: AdmissionView, tried: ReadonlySet<DestinationId>, reservedBefore: number): Chosen {
    const { origin } = this.#input;
    const now = origin.receivedAt.wall;
    const targets: DialTarget[] = [];
    const reserve: Reservation[] = [];
    let tier: number | null = null;
    for (const line of this.#selection?.selected ?? []) {
      if (tier !== null && (line.route.priority !== tier || !line.campaign.simultaneous)) break;
      if (tried.has(line.destination.id) || targets.some((target) => target.destinationId === line.destination.id))
        continue;
      const [first, ...others] = this.#addressesOf(line);
      // Places taken within this choice aren't in the counters yet, so a tier's shared buyer is checked with them.
      if (!first || !capsAllow(line, view, now, reserve)) continue;
      tier = line.route.priority;
      const { target, place } = this.#reserve(line, [first, ...others], reservedBefore + targets.length + 1);
      targets.push(target);
      reserve.push(place);
    }
    return { targets, reserve };
  }

  #addressesOf(line: RouteLine): readonly DialAddress[] {
    const { destination } = line;
    const { snapshot, origin, seed } = this.#input;
    const trunk = destination.trunkId === undefined ? undefined : snapshot.trunkById.get(destination.trunkId);
    return dialAddresses(destination, trunk, origin.ani, seededRandom(seed ^ GATEWAY_STREAM), this.#input.isDown);
  }

  #reserve(
    line: RouteLine,
    addresses: DialTarget['addresses'],
    place: number,
  ): { target: DialTarget; place: Reservation } {
    const { origin, snapshot } = this.#input;
    const publisher = origin.publisherId === null ? null : (snapshot.publisherById.get(origin.publisherId) ?? null);
    const terms = freezeTerms(line.campaign, line.route, publisher);
    const reservationId = `${origin.callId}.r${place}` as AttemptId;
    const ids = { routeId: line.route.id, destinationId: line.destination.id, buyerId: line.buyer.id };
    return {
      target: { reservationId, ...ids, addresses, ringTimeoutS: line.destination.ringTimeoutS, terms },
      place: {
        attemptId: reservationId,
        ...ids,
        timezone: line.buyer.timezone,
        pendingMicros: mostACallCanCost(terms),
        terms,
      },
    };
  }
}

function refusal(
  why: Refused,
  decided: { readonly decision: RouteDecision; readonly basis: DecisionBasis } | null = null,
): Decided {
  const plan = { kind: 'refuse', ...why, decision: decided?.decision ?? null } as const;
  return { plan, reserve: [], basis: decided?.basis ?? null };
}
