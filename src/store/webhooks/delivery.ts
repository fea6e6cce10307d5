import type { CallId, DeliveryId, WebhookEventId, WebhookId } from '../../domain/ids.ts';
import type { IsoInstant } from '../../domain/time.ts';
import type { WebhookEventType } from '../../domain/webhooks/webhook-event.ts';

/** `pending`: on its way, or waiting for another try. `dead`: given up, a dead letter. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'dead'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Why a delivery was given up: the receiver is gone, time is up, or too many were waiting. */
export const DEATH_REASONS = ['gone', 'expired', 'overflow'] as const;
export type DeathReason = (typeof DEATH_REASONS)[number];

/** One event on its way to one webhook, and where it got to. */
export interface Delivery {
  readonly id: DeliveryId;
  readonly webhookId: WebhookId;
  readonly eventId: WebhookEventId;
  readonly type: WebhookEventType;
  readonly callId: CallId;
  readonly status: DeliveryStatus;
  /** Null unless dead. */
  readonly reason: DeathReason | null;
  readonly tries: number;
  readonly createdAt: IsoInstant;
  /** When it is tried next; null where it is not. */
  readonly dueAt: IsoInstant | null;
  readonly finishedAt: IsoInstant | null;
  /** What was answered last; null where nothing was. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}
