import type { DeliveryId, WebhookEventId, WebhookId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { PostOutcome, PostVerdict } from '../../domain/webhooks/judge-post.ts';
import type { DisabledReason } from '../../domain/webhooks/webhook.ts';

/** Where to post, and with what to sign. */
export interface PostTarget {
  readonly webhookId: WebhookId;
  readonly url: string;
  /** `whsec_…`: the newest first, and for a while after a change the one before. */
  readonly secrets: readonly string[];
  /** Nothing has got through since the latest success. */
  readonly isFailing: boolean;
}

/** One event on its way to one webhook. */
export interface DueDelivery {
  readonly id: DeliveryId;
  readonly eventId: WebhookEventId;
  /** What is posted, byte for byte. */
  readonly body: string;
  /** Made before. */
  readonly tries: number;
  readonly createdAt: EpochMs;
}

/** One post that was made, and what follows from it. */
export interface MadePost {
  readonly deliveryId: DeliveryId;
  readonly webhookId: WebhookId;
  readonly at: EpochMs;
  readonly tookMs: number;
  readonly outcome: PostOutcome;
  readonly verdict: PostVerdict;
}

/** How much was given up or removed in one round of tidying. */
export interface Tidied {
  /** Deliveries that nothing came of in time, or that were too many. */
  readonly given: number;
  /** Rows that nobody looks at any more. */
  readonly removed: number;
}

/**
 * What is to be delivered, as the one process that delivers it sees it. A delivery stays due until its post is recorded:
 * that a process has taken it up is known to that process alone, so that none is lost with it.
 */
export interface DeliveryStore {
  /** The webhooks that are switched on. */
  targets(now: EpochMs): readonly PostTarget[];
  /** One of them, switched on or off. Throws AppError `not-found`. */
  target(webhookId: WebhookId, now: EpochMs): PostTarget;
  /** What is due, the longest due first; at most so many, those in flight left out. */
  due(webhookId: WebhookId, now: EpochMs, most: number, inFlight: readonly DeliveryId[]): readonly DueDelivery[];
  /** When the next delivery after this instant falls due; null where none waits. */
  nextDueAt(webhookId: WebhookId, after: EpochMs): EpochMs | null;
  /** Resolves once all that is due now is on the disk: nobody is told what a power cut could still undo. */
  onDisk(): Promise<void>;
  /** Writes what came of a post. Resolves to why the webhook was switched off by it, null where it was not. */
  recordPost(post: MadePost): Promise<DisabledReason | null>;
  /** Gives up what is too old or too much, and removes what has been over for so long; a piece of it, 0 when all is done. */
  tidy(now: EpochMs, keepMs: number): Promise<Tidied>;
  /** Hears that something may have become due. Called after the commit, or in vain after a rollback. */
  onDue(listener: () => void): void;
}
