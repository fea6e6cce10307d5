import type { WebhookId } from '../ids.ts';
import type { IsoInstant } from '../time.ts';
import type { WebhookEventType } from './webhook-event.ts';

/** What a person decides about a webhook, but for its secret. */
export interface WebhookFields {
  readonly url: string;
  readonly events: readonly WebhookEventType[];
  readonly description?: string;
  readonly enabled: boolean;
}

/** `gone`: it answered 410. `failing`: for days nothing it was sent got through. */
export type DisabledReason = 'gone' | 'failing';

/** A webhook as it is shown: never with a secret. */
export interface Webhook extends WebhookFields {
  readonly id: WebhookId;
  /** Why it was switched off by itself; null where it is on, or a person switched it off. */
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: IsoInstant | null;
  /** Since when nothing gets through; null while all is well. */
  readonly failingSince: IsoInstant | null;
  /** Until when posts are signed with the secret before this one, too; null where there is none. */
  readonly previousSecretUntil: IsoInstant | null;
  readonly createdAt: IsoInstant;
  readonly updatedAt: IsoInstant;
  /** Grows by one with each change that a person makes. */
  readonly revision: number;
}

/** More webhooks than anybody needs, few enough that those that hang can't take every connection there is. */
export const MOST_WEBHOOKS = 50;
