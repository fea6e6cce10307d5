import { WEBHOOK_EVENTS, type WebhookEvent } from '../../src/domain/webhooks/webhook-event.ts';
import type { CallRecord } from '../../src/store/calls/call-queries.ts';
import type { Delivery } from '../../src/store/webhooks/delivery.ts';
import type { DeliveryDetails } from '../../src/store/webhooks/delivery-log.ts';
import type { Store } from '../../src/store/open-store.ts';
import type { EventDetails } from '../../src/store/webhooks/event-outbox.ts';
import type { MadeWebhook, WrittenWebhook } from '../../src/store/webhooks/webhook-store.ts';

/** What is posted of a call. */
export type CallEvent = WebhookEvent<{ readonly call: CallRecord } & EventDetails>;

/** Adds a webhook that wants everything, where nothing else is said. */
export function addWebhook(store: Store, fields: Partial<WrittenWebhook> = {}): Promise<MadeWebhook> {
  return store.webhooks.create({ url: 'http://127.0.0.1:9/hook', events: WEBHOOK_EVENTS, enabled: true, ...fields });
}

/** Every delivery to a webhook, oldest first. */
export async function deliveriesTo(store: Store, webhookId: string): Promise<readonly Delivery[]> {
  return (await store.deliveryLog.list(webhookId, { limit: 500 })).data.toReversed();
}

/** The same with their events and posts. */
export async function detailsOf(
  store: Store,
  webhookId: string,
): Promise<readonly (Omit<DeliveryDetails, 'event'> & { readonly event: CallEvent })[]> {
  const deliveries = await deliveriesTo(store, webhookId);
  return Promise.all(
    deliveries.map(async ({ id }) => {
      const details = await store.deliveryLog.get(webhookId, id);
      return { ...details, event: details.event as CallEvent };
    }),
  );
}
