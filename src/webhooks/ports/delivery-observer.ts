import type { DeliveryId, WebhookEventId, WebhookId } from '../../domain/ids.ts';
import type { PostVerdict } from '../../domain/webhooks/judge-post.ts';
import type { DisabledReason } from '../../domain/webhooks/webhook.ts';

/** Hears what becomes of deliveries: feeds the log and the metrics. Must not throw and must not wait. */
export interface DeliveryObserver {
  posted(post: {
    readonly webhookId: WebhookId;
    readonly deliveryId: DeliveryId;
    readonly eventId: WebhookEventId;
    readonly status: number | null;
    readonly error: string | null;
    readonly tookMs: number;
    readonly result: PostVerdict['kind'];
  }): void;
  /** Given up without a last post: too old, or too many of them. */
  gaveUp(deliveries: number): void;
  /** A webhook was switched off. */
  disabled(webhookId: WebhookId, reason: DisabledReason): void;
  /** The store could not be read or written; it is tried again. */
  faulted(error: unknown): void;
}
