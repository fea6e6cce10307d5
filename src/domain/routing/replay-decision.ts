import type { CampaignId, PublisherId } from '../ids.ts';
import type { Ani, E164 } from '../numbers/e164.ts';
import type { EpochMs } from '../time.ts';
import { type DecisionBasis, readingsFrom, spell } from './decision-basis.ts';
import { routeCall } from './route-call.ts';
import type { RouteDecision } from './route-decision.ts';
import type { RoutingSnapshot } from './routing-snapshot.ts';

/** A call that was decided, as its CDR tells it. */
export interface DecidedCall {
  readonly did: E164;
  readonly campaignId: CampaignId;
  readonly publisherId: PublisherId | null;
  readonly ani: Ani;
  readonly decision: RouteDecision;
}

/** A decision made once more. */
export interface Replay {
  readonly decision: RouteDecision;
  /** What it asked for and the first time had not: answered with zeros. Empty where the two are the same. */
  readonly unrecorded: readonly string[];
}

/**
 * Decides a call once more from what is kept of it: the instant, seed and location of its decision, the answers of its
 * basis, and the plan of its version. Gives the same bytes unless one of these, or the rules themselves, have changed.
 */
export function replayDecision(call: DecidedCall, basis: DecisionBasis, snapshot: RoutingSnapshot): Replay {
  const { decision, ...who } = call;
  const { readings, ...excluded } = basis;
  const unrecorded = new Set<string>();
  const offer = {
    ...who,
    ...excluded,
    location: decision.location,
    ...readingsFrom((question) => {
      const text = spell(question);
      const answer = readings[text];
      if (answer === undefined) unrecorded.add(text);
      return answer ?? [];
    }),
  };
  const again = routeCall(offer, snapshot, Date.parse(decision.at) as EpochMs, decision.seed);
  return { decision: again, unrecorded: Array.from(unrecorded) };
}
