import type { Outcome } from '../domain/call/cdr.ts';
import type { CallId } from '../domain/ids.ts';
import type { Ani, E164 } from '../domain/numbers/e164.ts';
import { locateCaller } from '../domain/numbers/locate-caller.ts';
import { capsAllow } from '../domain/routing/check-caps.ts';
import { decisionOutcome } from '../domain/routing/decision-outcome.ts';
import { routeCall } from '../domain/routing/route-call.ts';
import type { RouteDecision } from '../domain/routing/route-decision.ts';
import type { RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import type { EpochMs } from '../domain/time.ts';
import { forwardLine } from './forward-line.ts';
import { offerForCall } from './offer-for-call.ts';
import type { AdmissionView } from './ports/call-store.ts';
import { refuseAfterRouting, refuseBeforeRouting, type Refused } from './refuse-call.ts';

/** A call that has not been made. */
export interface ImaginedCall {
  readonly did: E164;
  readonly ani: Ani;
  readonly at: EpochMs;
  /** A ZIP that the caller would enter. */
  readonly zip?: string;
  /** What a trusted publisher would supply; a state is two letters. */
  readonly publisherZip?: string;
  readonly publisherState?: string;
  /** What the caller would say they want. */
  readonly category?: string;
  readonly seed: number;
}

/** What would become of a call. */
export interface Explanation {
  readonly decision: RouteDecision;
  /** Why nobody would be rung, and whether that is known before routing; null where somebody would. */
  readonly refusal: (Refused & { readonly when: 'before-routing' | 'after-routing' }) | null;
}

/** Everyone is closed, and the caller may leave a message. */
const TAKES_MESSAGE: Refused = { outcome: 'voicemail', sipStatus: 200, cause: 'voicemail' };

/** The id of a call that has none: no record has it, so no earlier call is left out for being this one. */
const NO_CALL = '' as CallId;

/**
 * Decides a call that has not been made as one that comes in would be, on the counters and earlier calls as they are,
 * and reserves nothing. A call that would be refused before routing is routed all the same, to show what else there is
 * to say of it. Undefined where the DID is none of ours.
 */
export function explainCall(
  call: ImaginedCall,
  snapshot: RoutingSnapshot,
  view: AdmissionView,
): Explanation | undefined {
  const did = snapshot.didByNumber.get(call.did);
  const campaign = did && snapshot.campaignById.get(did.campaignId);
  if (!did || !campaign) return undefined;
  const { ani, at, zip, publisherZip, publisherState } = call;
  const clues = {
    ani,
    ...(zip === undefined ? {} : { enteredZip: zip }),
    ...(publisherZip === undefined ? {} : { publisherZip }),
    ...(publisherState === undefined ? {} : { publisherState }),
  };
  const asked = {
    callId: NO_CALL,
    did: did.number,
    campaign,
    publisherId: did.publisherId ?? null,
    ani,
    location: locateCaller(clues, snapshot.gazetteer),
    category: call.category ?? null,
    at,
  };
  const decision = routeCall(offerForCall(asked, view), snapshot, at, call.seed);
  const arriving = { ...asked, campaign: did.enabled ? campaign : null, attestation: null, trunkLimit: null };
  const before = refuseBeforeRouting(arriving, snapshot, view);
  if (before) return { decision, refusal: { ...before, when: 'before-routing' } };
  if (decisionOutcome(decision).kind === 'routes') return { decision, refusal: null };
  const refused = refuseAfterRouting(decision, campaign);
  // Where it is forwarded somebody would be rung, past the routes.
  const line = refused.outcome === 'after-hours' ? forwardLine(campaign, snapshot) : null;
  if (line && capsAllow(line, view, at, [])) return { decision, refusal: null };
  const message = refused.outcome === 'after-hours' && campaign.afterHours.action === 'voicemail';
  return { decision, refusal: { ...(message ? TAKES_MESSAGE : refused), when: 'after-routing' } };
}

/** As `explainCall`, in one object: a CDR's decision, and how such a call would end; null where somebody would be rung. */
export function explainRoute(
  call: ImaginedCall,
  snapshot: RoutingSnapshot,
  view: AdmissionView,
): (RouteDecision & { readonly outcome: Outcome | null }) | undefined {
  const explanation = explainCall(call, snapshot, view);
  return explanation && { ...explanation.decision, outcome: explanation.refusal?.outcome ?? null };
}
