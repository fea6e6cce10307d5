import type { DeliveryId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import { isLost, type PostVerdict } from '../../domain/webhooks/judge-post.ts';
import type { DisabledReason } from '../../domain/webhooks/webhook.ts';
import type { DeliveryStore, DueDelivery, MadePost, PostTarget } from '../../webhooks/ports/delivery-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';
import type { EventOutbox } from './event-outbox.ts';
import { createTidyDeliveries } from './tidy-deliveries.ts';
import { createFindWebhook, requireWebhook, secretsOf, WEBHOOK_COLUMNS, type WebhookRow } from './webhook-rows.ts';

/** What the worker sees, and what only the metrics ask. */
export interface SqliteDeliveries extends DeliveryStore {
  /** When the delivery that has waited longest, of any webhook that is switched on, began to; null where none waits. */
  pendingSince(): EpochMs | null;
}

/** Who switches a webhook off that nobody can be reached at. */
const SYSTEM = { keyId: 'system', role: 'system' } as const;

/** The deliveries, as the worker that makes them sees them. */
export function createDeliveryRows(parts: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly outbox: Pick<EventOutbox, 'onTold'>;
  readonly audit: Pick<AuditLog, 'watch'>;
}): SqliteDeliveries {
  const { sqlite, queue, outbox, audit } = parts;
  const find = createFindWebhook(sqlite);
  const enabled = sqlite.prepare<[], WebhookRow>(
    `SELECT ${WEBHOOK_COLUMNS} FROM webhooks WHERE enabled = 1 AND removed_at IS NULL ORDER BY id`,
  );
  const selectDue = sqlite.prepare<[string, number, string, number], DueDelivery>(
    `SELECT webhook_deliveries.id, webhook_events.id AS eventId, body, tries, created_at AS createdAt
     FROM webhook_deliveries JOIN webhook_events ON webhook_events.seq = event_seq
     WHERE webhook_id = ? AND status = 'pending' AND due_at <= ?
       AND webhook_deliveries.id NOT IN (SELECT value FROM json_each(?))
     ORDER BY due_at, webhook_deliveries.seq LIMIT ?`,
  );
  const selectNext = sqlite
    .prepare<[string, number], EpochMs | null>(
      "SELECT min(due_at) FROM webhook_deliveries WHERE webhook_id = ? AND status = 'pending' AND due_at > ?",
    )
    .pluck();
  const oldestPending = sqlite
    .prepare<[], EpochMs | null>(
      `SELECT min((SELECT created_at FROM webhook_deliveries
         WHERE webhook_id = webhooks.id AND status = 'pending' ORDER BY webhook_deliveries.seq LIMIT 1))
       FROM webhooks WHERE enabled = 1 AND removed_at IS NULL`,
    )
    .pluck();
  const insertPost = sqlite.prepare<
    [{ id: DeliveryId; at: number; tookMs: number; status: number | null; error: string | null }]
  >(
    `INSERT INTO webhook_posts (delivery_seq, try, at, took_ms, status, error)
     SELECT seq, tries + 1, @at, @tookMs, @status, @error FROM webhook_deliveries WHERE id = @id`,
  );
  const countPost = sqlite.prepare<[number | null, string | null, string]>(
    'UPDATE webhook_deliveries SET tries = tries + 1, last_status = ?, last_error = ? WHERE id = ?',
  );
  const postpone = sqlite.prepare<[number, string]>(
    "UPDATE webhook_deliveries SET due_at = ? WHERE id = ? AND status = 'pending'",
  );
  const finish = sqlite.prepare<['delivered' | 'dead', string | null, number, string]>(
    'UPDATE webhook_deliveries SET status = ?, reason = ?, finished_at = ? WHERE id = ?',
  );
  const succeed = sqlite.prepare<[string]>(
    'UPDATE webhooks SET failing_since = NULL WHERE id = ? AND failing_since IS NOT NULL',
  );
  const fail = sqlite.prepare<[number, string]>(
    'UPDATE webhooks SET failing_since = ? WHERE id = ? AND failing_since IS NULL',
  );
  const disable = sqlite.prepare<[string, number, number, string]>(
    `UPDATE webhooks SET enabled = 0, disabled_reason = ?, disabled_at = ?, updated_at = ?, revision = revision + 1
     WHERE id = ?`,
  );

  function writeVerdict({ deliveryId, at, verdict }: MadePost): void {
    switch (verdict.kind) {
      case 'delivered':
        finish.run('delivered', null, at, deliveryId);
        break;
      case 'retry':
        postpone.run(verdict.dueAt, deliveryId);
        break;
      case 'dead':
        finish.run('dead', verdict.reason, at, deliveryId);
        break;
      default:
        verdict satisfies never;
    }
  }

  return {
    targets: (now) => enabled.all().map((row) => toTarget(row, now)),
    target: (webhookId, now) => toTarget(requireWebhook(find(webhookId), webhookId), now),
    due: (webhookId, now, most, inFlight) => selectDue.all(webhookId, now, JSON.stringify(inFlight), most),
    nextDueAt: (webhookId, after) => selectNext.get(webhookId, after) ?? null,
    pendingSince: () => oldestPending.get() ?? null,

    recordPost(post) {
      const { deliveryId, webhookId, at, tookMs, outcome, verdict } = post;
      return queue.write('process', () => {
        const { status, error } = outcome;
        insertPost.run({ id: deliveryId, at, tookMs, status, error });
        countPost.run(status, error, deliveryId);
        writeVerdict(post);
        if (verdict.kind === 'delivered') succeed.run(webhookId);
        else fail.run(at, webhookId);
        const webhook = find(webhookId);
        const reason = webhook === undefined ? null : reasonToDisable(webhook, verdict, at);
        if (reason === null) return null;
        const action = { actor: SYSTEM, action: 'disable', resource: 'webhooks', resourceId: webhookId };
        audit.watch(action, () => disable.run(reason, at, at, webhookId));
        return reason;
      });
    },

    tidy: createTidyDeliveries({ sqlite, queue }),
    onDisk: () => queue.onDisk(),
    onDue: (listener) => outbox.onTold(listener),
  };
}

function toTarget(row: WebhookRow, now: EpochMs): PostTarget {
  const { id: webhookId, url, failing_since } = row;
  return { webhookId, url, secrets: secretsOf(row, now), isFailing: failing_since !== null };
}

function reasonToDisable(webhook: WebhookRow, verdict: PostVerdict, at: EpochMs): DisabledReason | null {
  if (verdict.kind !== 'dead' || webhook.enabled === 0) return null;
  if (verdict.reason === 'gone') return 'gone';
  return isLost(webhook.failing_since, at) ? 'failing' : null;
}
