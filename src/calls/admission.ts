import { mostACallCanCost } from '../domain/billing/price-for-talk.ts';
import type { AdmissionPlan } from '../domain/call/admission-plan.ts';
import { newFacts, type CallFacts, type CallOrigin } from '../domain/call/call-facts.ts';
import type { Cdr } from '../domain/call/cdr.ts';
import { cdrOfOpenCall } from '../domain/call/cdr-of-call.ts';
import { dialAddresses } from '../domain/call/dial-addresses.ts';
import type { DialAddress, DialTarget } from '../domain/call/dial-target.ts';
import type { AttemptId, DestinationId, PromptId } from '../domain/ids.ts';
import type { Terms } from '../domain/billing/terms.ts';
import type { Publisher } from '../domain/plan/party.ts';
import { capsAllow } from '../domain/routing/check-caps.ts';
import { type DecisionBasis, watchOffer } from '../domain/routing/decision-basis.ts';
import { explainSelection, selectRoutes } from '../domain/routing/route-call.ts';
import type { RouteSelection } from '../domain/routing/route-call.ts';
import type { Campaign } from '../domain/plan/campaign.ts';
import { locateCaller } from '../domain/numbers/locate-caller.ts';
import type { CallerLocation } from '../domain/numbers/location.ts';
import type { RouteDecision } from '../domain/routing/route-decision.ts';
import type { RouteLine, RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import { seededRandom } from '../domain/routing/seeded-random.ts';
import { freezeTerms } from '../domain/routing/terms-for-route.ts';
import { audioPlanOf, screeningOf, VOICEMAIL_S, welcomeOf } from './audio-plan.ts';
import { forwardLine, NO_ROUTE } from './forward-line.ts';
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

/** What the caller said of themselves before routing. */
export interface Answers {
  readonly zip: string | null;
  readonly category: string | null;
}

const NO_ANSWERS: Answers = { zip: null, category: null };

/** What was dialled before a choice. */
interface Turn {
  readonly tried: ReadonlySet<DestinationId>;
  /** Places reserved so far, which are numbered on. */
  readonly reserved: number;
  /** Attempts that the campaign still allows. */
  readonly left: number;
}

const firstTurnOf = ({ maxAttempts }: Campaign): Turn => ({ tried: new Set(), reserved: 0, left: maxAttempts });

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

  /**
   * Decides a new call: a refusal with its status, the first routes with their places, or what its caller is to be told
   * and asked before it is routed.
   */
  decide(view: AdmissionView): Decided & { readonly draft: Cdr } {
    const { origin, snapshot, trunkLimit } = this.#input;
    const campaign = this.#campaign();
    const call = { ...origin, campaign, trunkLimit, at: origin.receivedAt.wall };
    const refused = refuseBeforeRouting(call, snapshot, view);
    const welcome = campaign && welcomeOf(campaign);
    const decided = refused
      ? refusal(refused)
      : welcome
        ? { plan: welcome, reserve: [], basis: null }
        : this.#route(view, NO_ANSWERS);
    const facts: CallFacts = { ...newFacts(origin), decision: decided.plan.decision };
    return { ...decided, draft: cdrOfOpenCall(facts, null) };
  }

  /** Where the caller is, by what they answered; null where the number dialled is none of ours. */
  locate({ zip }: Answers): CallerLocation | null {
    const { origin, snapshot } = this.#input;
    if (origin.location === null || zip === null) return origin.location;
    return locateCaller({ ani: origin.ani, enteredZip: zip }, snapshot.gazetteer);
  }

  /** Decides a call whose caller has been asked: as `decide`, without screening it again. */
  route(facts: CallFacts, answers: Answers): (view: AdmissionView) => Decided & { readonly draft: Cdr } {
    return (view) => {
      const decided = this.#route(view, answers);
      const inquiry = facts.inquiry && { ...facts.inquiry, location: this.locate(answers) };
      const known = { ...facts, inquiry, decision: decided.plan.decision };
      return { ...decided, draft: cdrOfOpenCall(known, null) };
    };
  }

  /** After the attempts so far: the next routes of the same decision whose caps still have room. */
  chooseNext(facts: CallFacts): (view: AdmissionView) => Chosen {
    const tried = new Set(facts.attempts.map((attempt) => attempt.target.destinationId));
    const reserved = new Set(facts.attempts.map((attempt) => attempt.target.reservationId)).size;
    const lines = this.#selection?.selected ?? [];
    const left = (this.#campaign()?.maxAttempts ?? 0) - facts.attempts.length;
    return (view) => this.#choose(lines, view, { tried, reserved, left });
  }

  #campaign(): Campaign | null {
    const { origin, snapshot } = this.#input;
    return origin.campaignId === null ? null : (snapshot.campaignById.get(origin.campaignId) ?? null);
  }

  #route(view: AdmissionView, answers: Answers): Decided {
    const { origin, snapshot, seed } = this.#input;
    const now = origin.receivedAt.wall;
    const campaign = this.#campaign();
    const { callId, did, publisherId, ani } = origin;
    const location = this.locate(answers);
    if (!campaign || !did || !location) {
      return refusal({ outcome: 'unknown-did', sipStatus: 404, cause: 'unknown-did' });
    }
    const { category } = answers;
    const call = { callId, did, campaign, publisherId, ani, location, category, at: now };
    const watched = watchOffer(offerForCall(call, view));
    this.#selection = selectRoutes(watched.offer, snapshot, now, seed);
    const { selected } = this.#selection;
    const decision = explainSelection(this.#selection);
    const decided = { decision, basis: watched.basis() };
    const chosen = this.#choose(selected, view, firstTurnOf(campaign));
    if (chosen.targets.length > 0) return dialling(campaign, selected, chosen, decided);
    return this.#closed(campaign, view, decided);
  }

  /** Nobody is there to dial: what the campaign does then. */
  #closed(campaign: Campaign, view: AdmissionView, decided: DecidedSoFar): Decided {
    const refused = refuseAfterRouting(decided.decision, campaign);
    const { afterHours, prompts } = campaign;
    if (refused.outcome !== 'after-hours') {
      return refusal(refused, { ...decided, announce: refused.outcome === 'no-route' ? prompts.noRoute : undefined });
    }
    const line = forwardLine(campaign, this.#input.snapshot);
    const forwarded = line && this.#choose([line], view, firstTurnOf(campaign));
    if (line && forwarded && forwarded.targets.length > 0) return dialling(campaign, [line], forwarded, decided);
    const promptId = ('promptId' in afterHours ? afterHours.promptId : undefined) ?? prompts.afterHours;
    if (afterHours.action !== 'voicemail') return refusal(refused, { ...decided, announce: promptId });
    const { decision, basis } = decided;
    const maxS = campaign.voicemailMaxS ?? VOICEMAIL_S;
    return { plan: { kind: 'message', promptId: promptId ?? null, maxS, decision }, reserve: [], basis };
  }

  #choose(lines: readonly RouteLine[], view: AdmissionView, { tried, reserved, left }: Turn): Chosen {
    const { origin } = this.#input;
    const now = origin.receivedAt.wall;
    const targets: DialTarget[] = [];
    const reserve: Reservation[] = [];
    let tier: number | null = null;
    for (const line of lines) {
      // Who won't be dialled holds no place.
      if (targets.length >= left) break;
      if (tier !== null && (line.route.priority !== tier || !line.campaign.simultaneous)) break;
      if (tried.has(line.destination.id) || targets.some((target) => target.destinationId === line.destination.id))
        continue;
      const [first, ...others] = this.#addressesOf(line);
      // Places taken within this choice aren't in the counters yet, so a tier's shared buyer is checked with them.
      if (!first || !capsAllow(line, view, now, reserve)) continue;
      tier = line.route.priority;
      const { target, place } = this.#reserve(line, [first, ...others], reserved + targets.length + 1);
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
    const terms = termsOf(line, publisher);
    const reservationId = `${origin.callId}.r${place}` as AttemptId;
    const { destination, buyer } = line;
    const ids = { destinationId: destination.id, buyerId: buyer.id };
    const routeId = line.route.id;
    return {
      target: {
        reservationId,
        routeId: routeId === NO_ROUTE ? null : routeId,
        ...ids,
        addresses,
        ringTimeoutS: destination.ringTimeoutS,
        terms,
        screening: screeningOf(destination),
      },
      place: {
        attemptId: reservationId,
        routeId,
        ...ids,
        pendingMicros: terms.unbilled ? 0 : mostACallCanCost(terms),
        terms,
      },
    };
  }
}

type DecidedSoFar = { readonly decision: RouteDecision; readonly basis: DecisionBasis };

function termsOf({ campaign, route }: RouteLine, publisher: Publisher | null): Terms {
  const terms = freezeTerms(campaign, route, publisher);
  const { afterHours } = campaign;
  const forwarded = route.id === NO_ROUTE && afterHours.action === 'forward';
  return forwarded && afterHours.billable !== true ? { ...terms, unbilled: true } : terms;
}

function dialling(campaign: Campaign, lines: readonly RouteLine[], chosen: Chosen, decided: DecidedSoFar): Decided {
  const { simultaneous, maxAttempts, setupBudgetS, maxCallS } = campaign;
  const policy = { simultaneous, maxAttempts, setupBudgetS, maxCallS, audio: audioPlanOf(campaign, lines) };
  const { decision, basis } = decided;
  const { targets, reserve } = chosen;
  return { plan: { kind: 'dial', decision, policy, targets }, reserve, basis };
}

function refusal(
  why: Refused,
  after: Partial<DecidedSoFar> & { readonly announce?: PromptId | undefined } = {},
): Decided {
  const { decision, basis, announce } = after;
  const plan = { kind: 'refuse', ...why, decision: decision ?? null, announce: announce ?? null } as const;
  return { plan, reserve: [], basis: basis ?? null };
}
