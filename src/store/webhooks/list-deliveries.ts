import { toIso, type EpochMs } from '../../domain/time.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Sqlite } from '../database.ts';
import { checkLimit } from '../page-limit.ts';
import type { Page } from '../resource-store.ts';
import type { Delivery, DeliveryStatus } from './delivery.ts';
import { createFindWebhook, requireWebhook } from './webhook-rows.ts';

/** What to list of a webhook's deliveries. */
export interface DeliveryQuery {
  /** 1…500. */
  readonly limit: number;
  readonly cursor?: string;
  readonly status?: DeliveryStatus;
}

/**
 * One page of a webhook's deliveries, newest first. Rejects with AppError `not-found`, and `invalid` for a bad limit or
 * a foreign cursor.
 */
export type ListDeliveries = (webhookId: string, query: DeliveryQuery) => Promise<Page<Delivery>>;

/** A delivery as its table holds it. */
export interface DeliveryRow extends Omit<Delivery, 'createdAt' | 'dueAt' | 'finishedAt'> {
  readonly seq: number;
  readonly eventSeq: number;
  readonly createdAt: EpochMs;
  readonly dueAt: EpochMs;
  readonly finishedAt: EpochMs | null;
}

/** Reads `DeliveryRow`s. */
export const SELECT_DELIVERIES = `SELECT webhook_deliveries.seq, webhook_deliveries.id, webhook_id AS webhookId,
    event_seq AS eventSeq, webhook_events.id AS eventId, type, call_id AS callId, status, reason, tries, created_at AS createdAt,
    due_at AS dueAt, finished_at AS finishedAt, last_status AS lastStatus, last_error AS lastError
  FROM webhook_deliveries JOIN webhook_events ON webhook_events.seq = event_seq`;

export function createListDeliveries(sqlite: Sqlite): ListDeliveries {
  const find = createFindWebhook(sqlite);
  const page = (condition: string) =>
    sqlite.prepare<[string, number, number], DeliveryRow>(
      `${SELECT_DELIVERIES} WHERE webhook_id = ? AND webhook_deliveries.seq < ? ${condition}
       ORDER BY webhook_deliveries.seq DESC LIMIT ?`,
    );
  // Each status written out: an index over a part of the rows serves a query that says the very same.
  const pages = {
    all: page(''),
    pending: page("AND status = 'pending'"),
    delivered: page("AND status = 'delivered'"),
    dead: page("AND status = 'dead'"),
  };

  return async (webhookId, { limit, cursor, status }) => {
    checkLimit(limit);
    requireWebhook(find(webhookId), webhookId);
    const list = ['deliveries', webhookId, status ?? null];
    const [before] = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(list, cursor, ['number']);
    const rows = pages[status ?? 'all'].all(webhookId, Number(before), limit + 1);
    const last = rows[limit - 1];
    return {
      data: rows.slice(0, limit).map(toDelivery),
      nextCursor: rows.length > limit && last !== undefined ? encodeCursor(list, [last.seq]) : null,
    };
  };
}

/** A row as it is shown. */
export function toDelivery({ seq: _seq, eventSeq: _eventSeq, ...row }: DeliveryRow): Delivery {
  return {
    ...row,
    createdAt: toIso(row.createdAt),
    dueAt: row.status === 'pending' ? toIso(row.dueAt) : null,
    finishedAt: row.finishedAt === null ? null : toIso(row.finishedAt),
  };
}
