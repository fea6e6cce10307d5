import { AppError } from '../../domain/app-error.ts';
import type { WebhookId } from '../../domain/ids.ts';
import { toIso, type EpochMs, type IsoInstant } from '../../domain/time.ts';
import type { DisabledReason, Webhook } from '../../domain/webhooks/webhook.ts';
import type { WebhookEventType } from '../../domain/webhooks/webhook-event.ts';
import type { Sqlite } from '../database.ts';

/** A webhook as its table holds it. */
export interface WebhookRow {
  readonly id: WebhookId;
  readonly url: string;
  /** A JSON array. */
  readonly events: string;
  readonly description: string | null;
  readonly enabled: 0 | 1;
  readonly secret: string;
  readonly previous_secret: string | null;
  readonly previous_secret_until: EpochMs | null;
  readonly failing_since: EpochMs | null;
  readonly disabled_reason: DisabledReason | null;
  readonly disabled_at: EpochMs | null;
  readonly created_at: EpochMs;
  readonly updated_at: EpochMs;
  readonly revision: number;
}

/** The columns of a `WebhookRow`, for a SELECT. */
export const WEBHOOK_COLUMNS = `id, url, events, description, enabled, secret, previous_secret, previous_secret_until,
  failing_since, disabled_reason, disabled_at, created_at, updated_at, revision`;

/** A webhook that was removed is gone, though its rows may still be there. */
export type FindWebhook = (id: string) => WebhookRow | undefined;

export function createFindWebhook(sqlite: Sqlite): FindWebhook {
  const byId = sqlite.prepare<[string], WebhookRow>(
    `SELECT ${WEBHOOK_COLUMNS} FROM webhooks WHERE id = ? AND removed_at IS NULL`,
  );
  return (id) => byId.get(id);
}

/** @throws AppError `not-found` where there is none */
export function requireWebhook(row: WebhookRow | undefined, id: string): WebhookRow {
  if (row === undefined) throw new AppError('not-found', `There is no webhook ${id}`);
  return row;
}

/** As it is shown: without its secrets. */
export function toWebhook(row: WebhookRow, now: EpochMs): Webhook {
  const { previous_secret_until: until } = row;
  return {
    id: row.id,
    url: row.url,
    events: JSON.parse(row.events) as WebhookEventType[],
    ...(row.description === null ? {} : { description: row.description }),
    enabled: row.enabled === 1,
    disabledReason: row.disabled_reason,
    disabledAt: isoOrNull(row.disabled_at),
    failingSince: isoOrNull(row.failing_since),
    previousSecretUntil: isoOrNull(until !== null && until > now ? until : null),
    createdAt: toIso(row.created_at),
    updatedAt: toIso(row.updated_at),
    revision: row.revision,
  };
}

/** The secrets to sign with: the one before, too, for as long as it is still good. */
export function secretsOf({ secret, previous_secret, previous_secret_until }: WebhookRow, now: EpochMs): string[] {
  const isGood = previous_secret_until !== null && previous_secret_until > now;
  return previous_secret !== null && isGood ? [secret, previous_secret] : [secret];
}

function isoOrNull(at: EpochMs | null): IsoInstant | null {
  return at === null ? null : toIso(at);
}
