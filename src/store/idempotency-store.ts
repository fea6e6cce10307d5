import { hash } from 'node:crypto';

import type { EpochMs } from '../domain/time.ts';
import { canonicalJson } from './canonical-json.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { Sqlite } from './database.ts';

/** A request that must not be done twice: whose it is, where it went, and the key its sender gave it. */
export interface RequestKey {
  /** Of the API key. */
  readonly keyId: string;
  readonly path: string;
  readonly key: string;
}

/** What a request was answered. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null for an answer that holds a secret: that one is not kept. */
  readonly body: string | null;
}

export interface KeptRequest {
  readonly bodyHash: string;
  /** Null where the change was made and the process died before the answer was known. */
  readonly answer: KeptAnswer | null;
}

/** Requests with an idempotency key, for 24 hours. */
export interface IdempotencyStore {
  find(request: RequestKey): KeptRequest | undefined;
  /** Notes that the request was carried out; for the inside of its own transaction. Forgets what is too old, too. */
  note(request: RequestKey, bodyHash: string): void;
  /** Keeps the answer. */
  keep(request: RequestKey, bodyHash: string, answer: KeptAnswer): Promise<void>;
  /** Forgets the request: it was refused, and may be sent again. */
  release(request: RequestKey): Promise<void>;
}

/** How long answers are kept. */
const KEPT_MS = 24 * 3_600_000;

interface Row {
  readonly body_hash: string;
  readonly status: number | null;
  readonly headers: string;
  readonly body: string | null;
}

export function createIdempotencyStore(parts: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly now: () => EpochMs;
}): IdempotencyStore {
  const { sqlite, queue, now } = parts;
  const select = sqlite.prepare<[string, string, string, number], Row>(
    `SELECT body_hash, status, headers, body FROM idempotency_keys
     WHERE key_id = ? AND path = ? AND key = ? AND at > ?`,
  );
  const insert = sqlite.prepare<[string, string, string, string, number]>(
    'INSERT OR REPLACE INTO idempotency_keys (key_id, path, key, body_hash, at) VALUES (?, ?, ?, ?, ?)',
  );
  const update = sqlite.prepare<[number, string, string | null, string, string, string]>(
    'UPDATE idempotency_keys SET status = ?, headers = ?, body = ? WHERE key_id = ? AND path = ? AND key = ?',
  );
  const remove = sqlite.prepare<[string, string, string]>(
    'DELETE FROM idempotency_keys WHERE key_id = ? AND path = ? AND key = ?',
  );
  const prune = sqlite.prepare<[number]>('DELETE FROM idempotency_keys WHERE at <= ?');

  function note({ keyId, path, key }: RequestKey, bodyHash: string): void {
    prune.run(now() - KEPT_MS);
    insert.run(keyId, path, key, bodyHash, now());
  }

  return {
    find({ keyId, path, key }) {
      const row = select.get(keyId, path, key, now() - KEPT_MS);
      if (row === undefined) return undefined;
      const { status, headers, body } = row;
      const answer =
        status === null ? null : { status, headers: JSON.parse(headers) as Readonly<Record<string, string>>, body };
      return { bodyHash: row.body_hash, answer };
    },
    note,
    keep(request, bodyHash, { status, headers, body }) {
      // The change itself, and that it was made, have reached the disk: of a lost answer only the words are lost.
      return queue.write('process', () => {
        note(request, bodyHash);
        update.run(status, JSON.stringify(headers), body, request.keyId, request.path, request.key);
      });
    },
    release({ keyId, path, key }) {
      return queue.write('process', () => {
        remove.run(keyId, path, key);
      });
    },
  };
}

/** The same for bodies that say the same, in whatever order their members stand. */
export function hashBody(body: unknown): string {
  return hash('sha256', canonicalJson(body ?? null));
}
