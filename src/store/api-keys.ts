import { hash, randomBytes } from 'node:crypto';

import { AppError } from '../domain/app-error.ts';
import { ID_PREFIX, type BuyerId, type PublisherId } from '../domain/ids.ts';
import { toIso, type EpochMs, type IsoInstant } from '../domain/time.ts';
import type { CommitQueue } from './commit-queue.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Sqlite } from './database.ts';
import type { NewId } from './new-id.ts';
import { checkLimit } from './page-limit.ts';
import type { Page } from './resource-store.ts';

/** What a key may do. */
export type ApiRole = 'admin' | 'operator' | 'viewer' | `buyer:${BuyerId}` | `publisher:${PublisherId}`;

/** A key without its secret. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: ApiRole;
  readonly createdAt: IsoInstant;
}

/** A key that has just been made, with the secret that is shown this once. */
export interface NewApiKey extends ApiKey {
  readonly key: string;
}

export interface ApiKeyStore {
  /** @throws AppError `invalid` where the role's buyer or publisher does not exist */
  create(key: { readonly name: string; readonly role: ApiRole }): Promise<NewApiKey>;
  /** Makes a key whose secret was chosen elsewhere (a setting) work in this role; does nothing if it does already. */
  ensure(key: { readonly name: string; readonly role: ApiRole; readonly secret: string }): Promise<ApiKey>;
  /**
   * The working key that a bearer shows; undefined for any other text. Looked up by its hash, so the time it takes tells
   * nothing of how much of a guess is right.
   */
  verify(secret: string): Promise<ApiKey | undefined>;
  /** Whether the key of this id has not been revoked. */
  isWorking(id: string): boolean;
  /** Working keys, oldest first. Rejects with AppError `invalid` for a bad limit or a foreign cursor. */
  list(query: { readonly limit: number; readonly cursor?: string }): Promise<Page<ApiKey>>;
  /**
   * From now on the key opens nothing. Rejects with AppError `not-found` where no working key has the id, and with
   * `wrong-state` for the last key of an admin and for one that a setting would bring back, unless `evenLast`.
   */
  revoke(id: string, options?: { readonly evenLast: boolean }): Promise<void>;
  /** Hears of each key that this process revoked, once it is. */
  onRevoked(listener: (id: string) => void): void;
}

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: ApiRole;
  readonly created_at: EpochMs;
  readonly revoked_at: EpochMs | null;
}

/** What its cursors belong to. */
const LIST = ['api-keys'];
const COLUMNS = 'id, name, role, created_at, revoked_at';
/** 256 bits: beyond guessing, so that a plain hash of it is as good as a slow one. */
const SECRET_BYTES = 32;

export function createApiKeyStore(parts: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}): ApiKeyStore {
  const { sqlite, queue, newId, now } = parts;
  const insert = sqlite.prepare<[string, string, string, string, number]>(
    'INSERT INTO api_keys (id, name, role, key_hash, created_at) VALUES (?, ?, ?, ?, ?)',
  );
  const byId = sqlite.prepare<[string], KeyRow>(`SELECT ${COLUMNS} FROM api_keys WHERE id = ?`);
  const byHash = sqlite.prepare<[string], KeyRow>(`SELECT ${COLUMNS} FROM api_keys WHERE key_hash = ?`);
  const working = sqlite.prepare<[string, number], KeyRow>(
    `SELECT ${COLUMNS} FROM api_keys WHERE id > ? AND revoked_at IS NULL ORDER BY id LIMIT ?`,
  );
  const revoke = sqlite.prepare<[number, string]>('UPDATE api_keys SET revoked_at = ? WHERE id = ?');
  const otherAdmin = sqlite.prepare<[string]>(
    "SELECT 1 FROM api_keys WHERE role = 'admin' AND revoked_at IS NULL AND id <> ? LIMIT 1",
  );
  const revokedListeners: ((id: string) => void)[] = [];
  /** Ids and names of those whose secrets were chosen elsewhere, as far as this process was told. */
  const chosenElsewhere = new Map<string, string>();
  const reinstate = sqlite.prepare<[string, string, string]>(
    'UPDATE api_keys SET role = ?, name = ?, revoked_at = NULL WHERE id = ?',
  );

  function insertKey(name: string, role: ApiRole, secret: string): ApiKey {
    checkParty(sqlite, role);
    const id = newId(ID_PREFIX.apiKey);
    insert.run(id, name, role, hashSecret(secret), now());
    return toApiKey(rowOf(id));
  }

  function rowOf(id: string): KeyRow {
    const row = byId.get(id);
    if (row === undefined) throw new AppError('not-found', `There is no API key ${id}`);
    return row;
  }

  function refuseWayIn(id: string, role: ApiRole): void {
    const setting = chosenElsewhere.get(id);
    if (setting !== undefined) {
      const message = `This is the key of ${setting}, which would work again after the next start: unset ${setting} and restart first.`;
      throw new AppError('wrong-state', message);
    }
    if (role !== 'admin' || otherAdmin.get(id) !== undefined) return;
    throw new AppError('wrong-state', 'This is the last key of an admin: make another first.');
  }

  return {
    create({ name, role }) {
      return queue.write('power', () => {
        const key = `tg_${randomBytes(SECRET_BYTES).toString('base64url')}`;
        return { ...insertKey(name, role, key), key };
      });
    },
    ensure({ name, role, secret }) {
      return queue.write('power', () => {
        const row = byHash.get(hashSecret(secret));
        if (row && (row.role !== role || row.revoked_at !== null)) reinstate.run(role, name, row.id);
        const key = row ? toApiKey(rowOf(row.id)) : insertKey(name, role, secret);
        chosenElsewhere.set(key.id, name);
        return key;
      });
    },
    async verify(secret) {
      const row = byHash.get(hashSecret(secret));
      return row === undefined || row.revoked_at !== null ? undefined : toApiKey(row);
    },
    isWorking(id) {
      return byId.get(id)?.revoked_at === null;
    },
    async list({ limit, cursor }) {
      checkLimit(limit);
      const [after] = cursor === undefined ? [''] : decodeCursor(LIST, cursor, ['string']);
      const rows = working.all(String(after), limit + 1);
      const last = rows[limit - 1];
      return {
        data: rows.slice(0, limit).map(toApiKey),
        nextCursor: rows.length > limit && last !== undefined ? encodeCursor(LIST, [last.id]) : null,
      };
    },
    async revoke(id, { evenLast } = { evenLast: false }) {
      await queue.write('power', () => {
        const { role, revoked_at } = rowOf(id);
        if (revoked_at !== null) throw new AppError('not-found', `The API key ${id} is revoked already`);
        if (!evenLast) refuseWayIn(id, role);
        revoke.run(now(), id);
      });
      for (const listener of revokedListeners) listener(id);
    },
    onRevoked(listener) {
      revokedListeners.push(listener);
    },
  };
}

function hashSecret(secret: string): string {
  return hash('sha256', secret);
}

/** A key for one buyer or publisher needs that one to exist. */
function checkParty(sqlite: Sqlite, role: ApiRole): void {
  const [kind, id] = role.split(':');
  if (id === undefined) return;
  const table = kind === 'buyer' ? 'buyers' : 'publishers';
  if (sqlite.prepare<[string]>(`SELECT 1 FROM ${table} WHERE id = ?`).get(id) !== undefined) return;
  const message = `there is no ${id} among the ${table}`;
  throw new AppError('invalid', `The role ${role} can't be given: ${message}`, {
    problems: [{ path: '/role', message }],
  });
}

function toApiKey({ id, name, role, created_at }: KeyRow): ApiKey {
  return { id, name, role, createdAt: toIso(created_at) };
}
