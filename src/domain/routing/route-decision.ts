import type { DestinationId, RouteId } from '../ids.ts';
import type { CallerLocation } from '../numbers/location.ts';
import type { IsoInstant } from '../time.ts';

/** Why a route was not chosen. Where several apply, the first of this list is given. */
export const REJECT_REASONS = [
  'route-disabled',
  'destination-disabled',
  'buyer-paused',
  'out-of-area',
  'location-unknown',
  'closed',
  'holiday',
  'concurrency-cap',
  'hourly-cap',
  'daily-cap',
  'monthly-cap',
  'total-cap',
  'spend-cap',
  'insufficient-balance',
  'duplicate-excluded',
  'already-tried',
  'source-excluded',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** The values a reason compared, by name: `{used: 50, cap: 50, resetsAt: '…'}`. Flat, so that it reads in one line. */
export type ReasonValues = Readonly<Record<string, string | number | boolean | null>>;

/** Why a route is not for a call. */
export interface Rejection {
  readonly reason: RejectReason;
  readonly values: ReasonValues;
}

/** What a decision says of one route. `values` says what was compared, for selected routes too. */
export type Candidate =
  | {
      readonly routeId: RouteId;
      readonly destinationId: DestinationId;
      readonly verdict: 'selected';
      /** 1 is dialled first. */
      readonly place: number;
      readonly reason: null;
      readonly values: ReasonValues;
    }
  | {
      readonly routeId: RouteId;
      readonly destinationId: DestinationId;
      readonly verdict: 'rejected';
      readonly reason: RejectReason;
      readonly values: ReasonValues;
    };

/** What was decided for a call and why, whole: the same offer, snapshot, instant and seed give the same bytes. */
export interface RouteDecision {
  readonly seed: number;
  readonly snapshotVersion: number;
  readonly at: IsoInstant;
  readonly location: CallerLocation;
  /** Every route of the campaign: the selected in their order, then the rejected in order of route id. */
  readonly candidates: readonly Candidate[];
}
