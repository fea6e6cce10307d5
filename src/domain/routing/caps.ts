import type { BuyerId, DestinationId, PublisherId, RouteId } from '../ids.ts';
import type { CountedWindow } from '../plan/caps.ts';
import type { CapWindow } from './cap-windows.ts';

/** Whose cap it is. */
export type CapOwner =
  | { readonly kind: 'route'; readonly id: RouteId }
  | { readonly kind: 'destination'; readonly id: DestinationId }
  | { readonly kind: 'buyer'; readonly id: BuyerId }
  | { readonly kind: 'publisher'; readonly id: PublisherId };

/** Billable calls in a window: settled ones, and calls in progress that could still become billable. */
export interface CountedUsage {
  readonly settled: number;
  readonly pending: number;
}

/** Money in a window: charged (for a publisher: paid out), and the most that calls in progress could still add. */
export interface SpentUsage {
  readonly settledMicros: number;
  readonly pendingMicros: number;
}

/**
 * How full the caps are, read at one moment; the store implements it inside its admission transaction, so that what was
 * read still holds when the place is taken. A decision may ask the same thing of a buyer once for each of its routes.
 */
export interface CapUsage {
  /** Calls in progress, dialling ones included. */
  concurrent(owner: CapOwner): number;
  /** Calls received in that window, which is of that length. */
  counted(owner: CapOwner, length: CountedWindow, window: CapWindow): CountedUsage;
  /** Money of the calls received on that local day. */
  spent(owner: CapOwner, day: CapWindow): SpentUsage;
  /** What the buyer has on account (negative: owes), and the most that its calls in progress could take of it. */
  balance(buyerId: BuyerId): { readonly balanceMicros: number; readonly pendingMicros: number };
}
