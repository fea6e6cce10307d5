import type { BuyerId, DestinationId, PromptId, PublisherId, TrunkId } from '../ids.ts';
import type { Caps } from './caps.ts';

export type Payout =
  | { readonly kind: 'fixed'; readonly amountMicros: number; readonly minTalkS?: number }
  /** Percent of what the buyer owes, 0…100, up to two decimals. */
  | { readonly kind: 'percent'; readonly percent: number; readonly minTalkS?: number };

/** Who produced the call. */
export interface Publisher {
  readonly id: PublisherId;
  readonly name: string;
  readonly payout: Payout;
  readonly caps: Caps;
  /** IANA zone of its cap windows. Plans from before it could be set have none, and mean the zone of each buyer. */
  readonly timezone?: string;
}

/** Who pays for the call. */
export interface Buyer {
  readonly id: BuyerId;
  readonly name: string;
  /** IANA zone: its midnight and hours begin the cap windows. */
  readonly timezone: string;
  readonly status: 'active' | 'paused';
  readonly caps: Caps;
  /** How far below zero the account may go; absent means no limit (0 for a prepaid buyer). */
  readonly creditLimitMicros?: number;
  readonly prepaid: boolean;
}

/** One place of a buyer's that can ring. */
export interface Destination {
  readonly id: DestinationId;
  readonly buyerId: BuyerId;
  readonly name: string;
  /** `sip:user@host[:port]` dialled directly, or `tel:+1…` through `trunkId`. */
  readonly uri: string;
  readonly trunkId?: TrunkId;
  readonly ringTimeoutS: number;
  readonly caps: Caps;
  /** Digit the buyer presses to take the call; the conversation starts at the press. */
  readonly acceptDigit?: string;
  /** How long the buyer may think before the press, in seconds; absent means 10. */
  readonly acceptTimeoutS?: number;
  readonly whisper?: PromptId;
  readonly enabled: boolean;
}
