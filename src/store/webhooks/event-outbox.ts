import { AppError } from '../../domain/app-error.ts';
import type { Adjustment } from '../../domain/billing/adjustment.ts';
import { ID_PREFIX, type CallId, type RecordingId, type WebhookEventId, type WebhookId } from '../../domain/ids.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import { EVENT_API_VERSION, type WebhookEvent, type WebhookEventType } from '../../domain/webhooks/webhook-event.ts';
import type { CallRecord } from '../calls/call-queries.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import type { WantedEvents } from './wanted-events.ts';

/** What an event says beside the call. */
export interface EventDetails {
  /** With `call.adjusted`. */
  readonly adjustment?: Adjustment;
  /** With `recording.ready`. */
  readonly recording?: { readonly id: RecordingId; readonly durationMs: number };
}

/** What is told of calls to whoever wants to know. */
export interface EventOutbox {
  /**
   * Writes an event and a delivery to each webhook that wants it, with the call as it stands now. For the inside of the
   * transaction that makes it so, after everything else in it: told if and only if it happened, and at no time lost.
   */
  tell(type: WebhookEventType, callId: CallId, details?: EventDetails): void;
  /** Hears after each commit with something new in it, and perhaps after one that was undone. */
  onTold(listener: () => void): void;
  /** Calls the listeners once what is being committed is. */
  announce(): void;
}

export function createEventOutbox(parts: {
  readonly sqlite: Sqlite;
  readonly wanted: WantedEvents;
  /** The call as the API shows it, read inside the transaction. */
  readonly readCall: (id: CallId) => CallRecord | undefined;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}): EventOutbox {
  const { sqlite, wanted, readCall, newId, now } = parts;
  const wanting = sqlite
    .prepare<[string], WebhookId>(
      `SELECT id FROM webhooks WHERE enabled = 1 AND removed_at IS NULL
         AND EXISTS (SELECT 1 FROM json_each(webhooks.events) WHERE value = ?)`,
    )
    .pluck();
  const insertEvent = sqlite.prepare<[string, string, string, number, string]>(
    'INSERT INTO webhook_events (id, type, call_id, at, body) VALUES (?, ?, ?, ?, ?)',
  );
  const insertDelivery = sqlite.prepare<[string, string, number | bigint, number, number]>(
    `INSERT INTO webhook_deliveries (id, webhook_id, event_seq, status, created_at, due_at)
     VALUES (?, ?, ?, 'pending', ?, ?)`,
  );
  const listeners: (() => void)[] = [];
  let announced = false;

  function announce(): void {
    if (announced) return;
    announced = true;
    // A batch of writes is committed without a pause: what is queued now runs after it.
    queueMicrotask(() => {
      announced = false;
      for (const listener of listeners) listener();
    });
  }

  return {
    tell(type, callId, details = {}) {
      if (!wanted.has(type)) return;
      const webhooks = wanting.all(type);
      if (webhooks.length === 0) return;
      const call = readCall(callId);
      if (call === undefined) throw new AppError('internal', `There is no call ${callId} to tell of`);
      const at = now();
      const event: WebhookEvent<{ readonly call: CallRecord } & EventDetails> = {
        type,
        id: newId(ID_PREFIX.webhookEvent) as WebhookEventId,
        apiVersion: EVENT_API_VERSION,
        createdAt: toIso(at),
        data: { call, ...details },
      };
      const { lastInsertRowid: seq } = insertEvent.run(event.id, type, callId, at, JSON.stringify(event));
      for (const webhookId of webhooks) insertDelivery.run(newId(ID_PREFIX.delivery), webhookId, seq, at, at);
      announce();
    },
    onTold(listener) {
      listeners.push(listener);
    },
    announce,
  };
}
