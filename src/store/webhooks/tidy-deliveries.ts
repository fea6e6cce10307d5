import { GIVE_UP_AFTER_MS } from '../../domain/webhooks/judge-post.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { DeliveryStore } from '../../webhooks/ports/delivery-store.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';

/** Rows looked at in one piece: a few milliseconds, and calls come in between. */
const PIECE = 200;

/** Deliveries that may wait for one webhook. Beyond that the oldest are given up: nobody reads a day's calls at once. */
const MOST_PENDING = 100_000;

/**
 * Keeps the outbox from growing without end: gives up deliveries that have waited too long (of a webhook that is switched
 * off, too) or are too many, and removes events that are old and over, and what was left of removed webhooks.
 */
export function createTidyDeliveries({
  sqlite,
  queue,
}: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
}): DeliveryStore['tidy'] {
  const webhooks = sqlite.prepare<[], { id: string; removed: 0 | 1 }>(
    'SELECT id, removed_at IS NOT NULL AS removed FROM webhooks',
  );
  const expire = sqlite.prepare<[number, string, number]>(
    `UPDATE webhook_deliveries SET status = 'dead', reason = 'expired', finished_at = ? WHERE seq IN (
       SELECT seq FROM (
         SELECT seq, created_at FROM webhook_deliveries WHERE webhook_id = ? AND status = 'pending'
         ORDER BY seq LIMIT ${PIECE})
       WHERE created_at <= ?)`,
  );
  const overflow = sqlite.prepare<[{ at: number; webhookId: string }]>(
    `UPDATE webhook_deliveries SET status = 'dead', reason = 'overflow', finished_at = @at WHERE seq IN (
       SELECT seq FROM webhook_deliveries WHERE webhook_id = @webhookId AND status = 'pending'
         AND seq <= (SELECT seq FROM webhook_deliveries WHERE webhook_id = @webhookId AND status = 'pending'
           ORDER BY seq DESC LIMIT 1 OFFSET ${MOST_PENDING})
       ORDER BY seq LIMIT ${PIECE})`,
  );
  const oldEvents = sqlite
    .prepare<[number], number>(
      `SELECT seq FROM webhook_events WHERE at <= ? AND NOT EXISTS (
         SELECT 1 FROM webhook_deliveries WHERE event_seq = webhook_events.seq AND status = 'pending')
       ORDER BY at LIMIT ${PIECE}`,
    )
    .pluck();
  const removeDeliveries = sqlite.prepare<[string]>(
    'DELETE FROM webhook_deliveries WHERE event_seq IN (SELECT value FROM json_each(?))',
  );
  const removeEvents = sqlite.prepare<[string]>(
    'DELETE FROM webhook_events WHERE seq IN (SELECT value FROM json_each(?))',
  );
  const removeSome = sqlite.prepare<[string]>(
    `DELETE FROM webhook_deliveries WHERE seq IN (
       SELECT seq FROM webhook_deliveries WHERE webhook_id = ? ORDER BY seq LIMIT ${PIECE})`,
  );
  const removeWebhook = sqlite.prepare<[string]>('DELETE FROM webhooks WHERE id = ?');

  function giveUp(webhookId: string, now: EpochMs): number {
    const late = expire.run(now, webhookId, now - GIVE_UP_AFTER_MS).changes;
    return late > 0 ? late : overflow.run({ at: now, webhookId }).changes;
  }

  /** A piece of its deliveries or, where none is left, the webhook itself. */
  function removePiece(webhookId: string): number {
    const deliveries = removeSome.run(webhookId).changes;
    return deliveries > 0 ? deliveries : removeWebhook.run(webhookId).changes;
  }

  return (now, keepMs) =>
    queue.write('process', () => {
      let given = 0;
      let removed = 0;
      for (const { id, removed: isRemoved } of webhooks.all()) {
        if (isRemoved) removed += removePiece(id);
        else given += giveUp(id, now);
      }
      const old = oldEvents.all(now - keepMs);
      removeDeliveries.run(JSON.stringify(old));
      removeEvents.run(JSON.stringify(old));
      return { given, removed: removed + old.length };
    });
}
