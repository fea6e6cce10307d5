import type { IsoInstant } from '../time.ts';
import type { Candidate } from './route-decision.ts';

/** What a decision comes to. */
export type DecisionOutcome =
  | { readonly kind: 'routes' }
  /** `nextOpening` is the earliest of the closed routes'; null where none opens again. */
  | { readonly kind: 'after-hours'; readonly nextOpening: IsoInstant | null }
  | { readonly kind: 'no-route' };

/**
 * Whether there is someone to dial; and if not, whether that is for the hour.
 *
 * It is after hours when every route that serves this caller is closed, and there is at least one. Routes that don't
 * serve the caller (switched off, or another area) have no say. A route that is open but full, tried, or excluded makes
 * it `no-route`: somebody is at work, so telling the caller to ring in the morning would be wrong. The order of reasons
 * makes this plain to see: those before `closed` say that a route is not for this caller, those after `holiday` that it
 * is open.
 */
export function decisionOutcome(decision: { readonly candidates: readonly Candidate[] }): DecisionOutcome {
  let closed = false;
  let open = false;
  let nextOpening: string | null = null;
  for (const { verdict, reason, values } of decision.candidates) {
    if (verdict === 'selected') return { kind: 'routes' };
    switch (reason) {
      case 'route-disabled':
      case 'destination-disabled':
      case 'buyer-paused':
      case 'out-of-area':
      case 'location-unknown':
        break;
      case 'closed':
      case 'holiday':
        closed = true;
        nextOpening = earlier(nextOpening, values['nextOpening']);
        break;
      case 'concurrency-cap':
      case 'hourly-cap':
      case 'daily-cap':
      case 'monthly-cap':
      case 'total-cap':
      case 'spend-cap':
      case 'insufficient-balance':
      case 'duplicate-excluded':
      case 'already-tried':
      case 'source-excluded':
        open = true;
        break;
    }
  }
  return closed && !open
    ? { kind: 'after-hours', nextOpening: nextOpening as IsoInstant | null }
    : { kind: 'no-route' };
}

/** Instants in ISO 8601 UTC sort as text. */
function earlier(known: string | null, other: unknown): string | null {
  if (typeof other !== 'string') return known;
  return known === null || other < known ? other : known;
}
