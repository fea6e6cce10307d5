import type { IsoInstant } from '../time.ts';
import type { RouteDecision } from './route-decision.ts';

/** What a decision comes to. */
export type DecisionOutcome =
  | { readonly kind: 'routes' }
  | { readonly kind: 'after-hours'; readonly nextOpening: IsoInstant | null }
  | { readonly kind: 'no-route' };

export declare function decisionOutcome(decision: Pick<RouteDecision, 'candidates'>): DecisionOutcome;
