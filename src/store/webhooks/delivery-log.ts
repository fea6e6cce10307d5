import { AppError } from '../../domain/app-error.ts';
import { ID_PREFIX } from '../../domain/ids.ts';
import { toIso, type EpochMs, type IsoInstant } from '../../domain/time.ts';
import type { WebhookEventType } from '../../domain/webhooks/webhook-event.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import type { Delivery } from './delivery.ts';
import type { EventOutbox } from './event-outbox.ts';
import {
  createListDeliveries,
  SELECT_DELIVERIES,
  toDelivery,
  type DeliveryRow,
  type ListDeliveries,
} from './list-deliveries.ts';
import { createFindWebhook, requireWebhook } from './webhook-rows.ts';

/** One post of a delivery. */
export interface DeliveryPost {
  readonly at: IsoInstant;
  readonly tookMs: number;
  readonly status: number | null;
  readonly error: string | null;
}

/** A delivery with every post that was made for it, and what was posted. */
export interface DeliveryDetails extends Delivery {
  readonly posts: readonly DeliveryPost[];
  readonly event: object;
}

export interface Replayed {
  /** How many were set on their way. */
  readonly deliveries: number;
  /** Where to go on, where there are more than are replayed at a time; null where there are not. */
  readonly nextFrom: IsoInstant | null;
}

/** What was sent, what was not, and sending it again. All reject with AppError `not-found`. */
export interface DeliveryLog {
  readonly list: ListDeliveries;
  get(webhookId: string, deliveryId: string): Promise<DeliveryDetails>;
  /** Sends an event once more, in a delivery of its own; one that waits still is sent now instead. */
  replay(webhookId: string, deliveryId: string): Promise<Delivery>;
  /** Sends every event of `[from, to)` that is kept and of these types, oldest first, whatever became of it before. */
  replayAll(
    webhookId: string,
    span: { readonly from: EpochMs; readonly to: EpochMs; readonly types?: readonly WebhookEventType[] },
  ): Promise<Replayed>;
}

/** Events replayed at a time: rows are written in one transaction, and calls wait for that. */
const MOST_AT_A_TIME = 2_000;

export function createDeliveryLog(parts: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly outbox: Pick<EventOutbox, 'announce'>;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}): DeliveryLog {
  const { sqlite, queue, outbox, newId, now } = parts;
  const find = createFindWebhook(sqlite);
  const one = sqlite.prepare<[string, string], DeliveryRow>(
    `${SELECT_DELIVERIES} WHERE webhook_deliveries.id = ? AND webhook_id = ?`,
  );
  const postsOf = sqlite.prepare<[number], Omit<DeliveryPost, 'at'> & { at: EpochMs }>(
    'SELECT at, took_ms AS tookMs, status, error FROM webhook_posts WHERE delivery_seq = ? ORDER BY try',
  );
  const bodyOf = sqlite.prepare<[number], string>('SELECT body FROM webhook_events WHERE seq = ?').pluck();
  const eventsBetween = sqlite.prepare<[number, number, string, number], { seq: number; at: EpochMs }>(
    `SELECT seq, at FROM webhook_events WHERE at >= ? AND at < ? AND type IN (SELECT value FROM json_each(?))
     ORDER BY at, seq LIMIT ?`,
  );
  const insert = sqlite.prepare<[string, string, number, number, number]>(
    `INSERT INTO webhook_deliveries (id, webhook_id, event_seq, status, created_at, due_at)
     VALUES (?, ?, ?, 'pending', ?, ?)`,
  );
  const bringForward = sqlite.prepare<[number, number]>('UPDATE webhook_deliveries SET due_at = ? WHERE seq = ?');

  function read(webhookId: string, deliveryId: string): DeliveryRow {
    requireWebhook(find(webhookId), webhookId);
    const row = one.get(deliveryId, webhookId);
    if (row === undefined) throw new AppError('not-found', `The webhook ${webhookId} has no delivery ${deliveryId}`);
    return row;
  }

  function send(webhookId: string, eventSeq: number): string {
    const id = newId(ID_PREFIX.delivery);
    insert.run(id, webhookId, eventSeq, now(), now());
    return id;
  }

  return {
    list: createListDeliveries(sqlite),

    async get(webhookId, deliveryId) {
      const row = read(webhookId, deliveryId);
      return {
        ...toDelivery(row),
        posts: postsOf.all(row.seq).map((post) => ({ ...post, at: toIso(post.at) })),
        event: JSON.parse(bodyOf.get(row.eventSeq) ?? '{}') as object,
      };
    },

    replay(webhookId, deliveryId) {
      return queue.write('power', () => {
        const row = read(webhookId, deliveryId);
        if (row.status === 'pending') bringForward.run(now(), row.seq);
        const id = row.status === 'pending' ? row.id : send(webhookId, row.eventSeq);
        outbox.announce();
        return toDelivery(read(webhookId, id));
      });
    },

    replayAll(webhookId, { from, to, types }) {
      return queue.write('power', () => {
        const webhook = requireWebhook(find(webhookId), webhookId);
        const wanted = types === undefined ? webhook.events : JSON.stringify(types);
        const events = eventsBetween.all(from, to, wanted, MOST_AT_A_TIME + 1);
        const next = events[MOST_AT_A_TIME];
        for (const { seq } of events.slice(0, MOST_AT_A_TIME)) send(webhookId, seq);
        outbox.announce();
        return {
          deliveries: Math.min(events.length, MOST_AT_A_TIME),
          nextFrom: next === undefined ? null : toIso(next.at),
        };
      });
    },
  };
}
