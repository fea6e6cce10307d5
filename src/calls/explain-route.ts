import type { Outcome } from '../domain/call/cdr.ts';
import type { Ani, E164 } from '../domain/numbers/e164.ts';
import { locateCaller } from '../domain/numbers/locate-caller.ts';
import { decisionOutcome } from '../domain/routing/decision-outcome.ts';
import { routeCall } from '../domain/routing/route-call.ts';
import type { RouteDecision } from '../domain/routing/route-decision.ts';
import type { RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import type { EpochMs } from '../domain/time.ts';
import type { AdmissionView } from './ports/call-store.ts';

/** A call that has not been made. */
export interface ImaginedCall {
  readonly did: E164;
  readonly ani: Ani;
  readonly at: EpochMs;
  readonly zip?: string;
  readonly seed: number;
}

/**
 * Decides a call that has not been made, on the counters as they are, and reserves nothing. Undefined where the DID is
 * none of ours. `outcome` is null where a destination would be rung.
 */
export function explainRoute(
  call: ImaginedCall,
  snapshot: RoutingSnapshot,
  view: AdmissionView,
): (RouteDecision & { readonly outcome: Outcome | null }) | undefined {
  const did = snapshot.didByNumber.get(call.did);
  if (!did) return undefined;
  const clues = { ani: call.ani, ...(call.zip === undefined ? {} : { enteredZip: call.zip }) };
  const offer = {
    did: did.number,
    campaignId: did.campaignId,
    publisherId: did.publisherId ?? null,
    ani: call.ani,
    location: locateCaller(clues, snapshot.gazetteer),
    usage: view,
  };
  const decision = routeCall(offer, snapshot, call.at, call.seed);
  const { kind } = decisionOutcome(decision);
  return { ...decision, outcome: kind === 'routes' ? null : kind };
}
