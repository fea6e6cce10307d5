import { randomBytes } from 'node:crypto';

import { AppError } from '../../domain/app-error.ts';
import { ID_PREFIX } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import { MOST_WEBHOOKS, type Webhook, type WebhookFields } from '../../domain/webhooks/webhook.ts';
import type { CommitQueue } from '../commit-queue.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import { checkLimit } from '../page-limit.ts';
import type { Page } from '../resource-store.ts';
import type { EventOutbox } from './event-outbox.ts';
import type { WantedEvents } from './wanted-events.ts';
import { createFindWebhook, requireWebhook, toWebhook, WEBHOOK_COLUMNS, type WebhookRow } from './webhook-rows.ts';

/** What a person writes of a webhook. */
export interface WrittenWebhook extends WebhookFields {
  /** `whsec_…`; made, or left as it is, where absent. */
  readonly secret?: string;
}

/** A webhook, and its secret where one was just made: this once. */
export interface MadeWebhook extends Webhook {
  readonly secret?: string;
}

/** All but `create` and `list` reject with AppError `not-found`. */
export interface WebhookStore {
  /** Rejects with AppError `wrong-state` where there are as many as there may be. */
  create(fields: WrittenWebhook): Promise<MadeWebhook>;
  get(id: string): Promise<Webhook>;
  /** In order of creation. Rejects with AppError `invalid` for a bad limit or a foreign cursor. */
  list(query: { readonly limit: number; readonly cursor?: string }): Promise<Page<Webhook>>;
  /**
   * Writes it anew, as `change` makes it of what it is inside the transaction. A secret that is another than before is a
   * rotation. Switched on again, it begins with a clean slate. Rejects with what `change` throws.
   */
  change(id: string, change: (current: Webhook) => WrittenWebhook): Promise<Webhook>;
  /** Gives it another secret, made where none is given. For a day posts are signed with the one before, too. */
  rotateSecret(id: string, secret?: string): Promise<MadeWebhook>;
  /** Nothing is sent to it any more, what waits included. Rejects with what `check` throws. */
  remove(id: string, check: (current: Webhook) => void): Promise<void>;
}

/** As many bytes as the HMAC's hash has. */
const SECRET_BYTES = 32;

/** How long receivers have to learn a new secret. */
const BOTH_SECRETS_MS = 24 * 3_600_000;

/** What its cursors belong to. */
const LIST = ['webhooks'];

export function createWebhookStore(parts: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly wanted: WantedEvents;
  readonly outbox: Pick<EventOutbox, 'announce'>;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}): WebhookStore {
  const { sqlite, queue, wanted, outbox, newId, now } = parts;
  const find = createFindWebhook(sqlite);
  const page = sqlite.prepare<[string, number], WebhookRow>(
    `SELECT ${WEBHOOK_COLUMNS} FROM webhooks WHERE removed_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
  );
  const count = sqlite.prepare<[], number>('SELECT count(*) FROM webhooks WHERE removed_at IS NULL').pluck();
  const insert = sqlite.prepare<[string, string, string, string | null, number, string, number, number]>(
    `INSERT INTO webhooks (id, url, events, description, enabled, secret, created_at, updated_at, revision)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)`,
  );
  const update = sqlite.prepare<
    [Omit<WebhookRow, 'secret' | 'previous_secret' | 'previous_secret_until' | 'created_at'>]
  >(
    `UPDATE webhooks SET url = @url, events = @events, description = @description, enabled = @enabled,
       failing_since = @failing_since, disabled_reason = @disabled_reason, disabled_at = @disabled_at,
       updated_at = @updated_at, revision = @revision WHERE id = @id`,
  );
  const rotate = sqlite.prepare<[number, string, string]>(
    'UPDATE webhooks SET previous_secret = secret, previous_secret_until = ?, secret = ? WHERE id = ?',
  );
  const touch = sqlite.prepare<[number, string]>(
    'UPDATE webhooks SET updated_at = ?, revision = revision + 1 WHERE id = ?',
  );
  const remove = sqlite.prepare<[number, string]>('UPDATE webhooks SET removed_at = ? WHERE id = ?');

  const read = (id: string): WebhookRow => requireWebhook(find(id), id);
  const show = (id: string): Webhook => toWebhook(read(id), now());
  const write = <Result>(work: () => Result): Promise<Result> => wanted.during(() => queue.write('power', work));

  /** The same once more is no change: it would make the secret its own predecessor. */
  function setSecret(before: WebhookRow, secret: string): void {
    if (secret !== before.secret) rotate.run(now() + BOTH_SECRETS_MS, secret, before.id);
  }

  return {
    create({ url, events, description, enabled, secret }) {
      return write(() => {
        if ((count.get() ?? 0) >= MOST_WEBHOOKS) {
          throw new AppError('wrong-state', `There are ${MOST_WEBHOOKS} webhooks already, the most there may be`);
        }
        const id = newId(ID_PREFIX.webhook);
        const kept = secret ?? newSecret();
        insert.run(id, url, JSON.stringify(events), description ?? null, Number(enabled), kept, now(), now());
        return { ...show(id), ...(secret === undefined ? { secret: kept } : {}) };
      });
    },

    async get(id) {
      return show(id);
    },

    async list({ limit, cursor }) {
      checkLimit(limit);
      const [after] = cursor === undefined ? [''] : decodeCursor(LIST, cursor, ['string']);
      const rows = page.all(String(after), limit + 1);
      const last = rows[limit - 1];
      return {
        data: rows.slice(0, limit).map((row) => toWebhook(row, now())),
        nextCursor: rows.length > limit && last !== undefined ? encodeCursor(LIST, [last.id]) : null,
      };
    },

    change(id, change) {
      return write(() => {
        const before = read(id);
        const { url, events, description, enabled, secret } = change(toWebhook(before, now()));
        const isFresh = url !== before.url || (enabled && before.enabled === 0);
        update.run({
          id: before.id,
          url,
          events: JSON.stringify(events),
          description: description ?? null,
          enabled: enabled ? 1 : 0,
          failing_since: isFresh ? null : before.failing_since,
          disabled_reason: enabled ? null : before.disabled_reason,
          disabled_at: enabled ? null : before.disabled_at,
          updated_at: now(),
          revision: before.revision + 1,
        });
        if (secret !== undefined) setSecret(before, secret);
        // Switched on, or elsewhere now: what waits may go.
        outbox.announce();
        return show(id);
      });
    },

    rotateSecret(id, secret) {
      return write(() => {
        const next = secret ?? newSecret();
        setSecret(read(id), next);
        touch.run(now(), id);
        return { ...show(id), ...(secret === undefined ? { secret: next } : {}) };
      });
    },

    remove(id, check) {
      return write(() => {
        check(show(id));
        remove.run(now(), id);
      });
    },
  };
}

function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}
