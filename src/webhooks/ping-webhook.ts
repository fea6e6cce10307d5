import { toIso, type EpochMs } from '../domain/time.ts';
import { ID_PREFIX, type WebhookEventId, type WebhookId } from '../domain/ids.ts';
import { EVENT_API_VERSION, PING, type WebhookEvent } from '../domain/webhooks/webhook-event.ts';
import type { Posted, Poster } from './post-event.ts';
import type { DeliveryStore } from './ports/delivery-store.ts';

/** What was sent to try a webhook out, and what came back. */
export interface Pinged extends Posted {
  readonly eventId: WebhookEventId;
}

/**
 * Posts an event of type `ping` to a webhook, switched on or off, once, now and beside the outbox. Rejects with AppError
 * `not-found`.
 */
export async function pingWebhook(
  webhookId: WebhookId,
  parts: {
    readonly store: Pick<DeliveryStore, 'target'>;
    readonly poster: Pick<Poster, 'post'>;
    readonly newId: (prefix: string) => string;
    readonly now: () => EpochMs;
  },
): Promise<Pinged> {
  const now = parts.now();
  const target = parts.store.target(webhookId, now);
  const eventId = parts.newId(ID_PREFIX.webhookEvent) as WebhookEventId;
  const event: WebhookEvent<{ webhookId: WebhookId }> = {
    type: PING,
    id: eventId,
    apiVersion: EVENT_API_VERSION,
    createdAt: toIso(now),
    data: { webhookId },
  };
  return { ...(await parts.poster.post(target, { id: eventId, body: JSON.stringify(event) })), eventId };
}
