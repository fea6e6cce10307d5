import type { WebhookEventId } from '../ids.ts';
import type { IsoInstant } from '../time.ts';

/** What a webhook can ask to be told, all of it about one call. */
export const WEBHOOK_EVENTS = [
  'call.received',
  'call.connected',
  'call.ended',
  'call.settled',
  'call.adjusted',
  'recording.ready',
] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number];

/** What a webhook is sent when somebody asks whether it works. */
export const PING = 'ping';

/**
 * The form of what is posted, which is that of the REST API of the same name: fields are added to it, none is taken away
 * or given another meaning.
 */
export const EVENT_API_VERSION = 'v1';

/** What is posted. Its bytes are made once, with the event, and are the same at each try and each replay. */
export interface WebhookEvent<Data extends object> {
  readonly type: WebhookEventType | typeof PING;
  /** Also the `webhook-id` header, by which a receiver knows what it has had before. */
  readonly id: WebhookEventId;
  readonly apiVersion: typeof EVENT_API_VERSION;
  /** When it happened, which may be long before it is delivered. */
  readonly createdAt: IsoInstant;
  readonly data: Data;
}
