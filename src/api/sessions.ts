import { hash, randomBytes } from 'node:crypto';

import type { MonoMs } from '../domain/time.ts';
import type { ApiKey, ApiKeyStore } from '../store/api-keys.ts';

const HOUR_MS = 3_600_000;

/** A session that nobody uses is over after so long, and any after so long: a browser left open is no key for ever. */
const IDLE_MS = 12 * HOUR_MS;
const LONGEST_MS = 7 * 24 * HOUR_MS;

/** Sessions of one key at once; past that the oldest is over. */
const MOST_OF_A_KEY = 100;

const TOKEN_BYTES = 32;

interface Session {
  readonly key: ApiKey;
  readonly begunAt: MonoMs;
  readonly usedAt: MonoMs;
}

/**
 * Who has signed in with a browser. Each session is its key's: it may do what that may, and is over when that is revoked.
 * Held in memory as hashes, so that nothing that is stored opens anything; after a restart people sign in again.
 */
export class Sessions {
  readonly #keys: Pick<ApiKeyStore, 'isWorking'>;
  /** By the hash of their token, oldest first. */
  readonly #sessions = new Map<string, Session>();

  constructor(keys: Pick<ApiKeyStore, 'isWorking'>) {
    this.#keys = keys;
  }

  /** Begins one. Returns the token that opens it, which is kept nowhere. */
  begin(key: ApiKey, now: MonoMs): string {
    for (const [name, session] of this.#sessions) if (!this.#isGood(session, now)) this.#sessions.delete(name);
    const ofKey = [...this.#sessions].filter(([, session]) => session.key.id === key.id);
    if (ofKey.length >= MOST_OF_A_KEY && ofKey[0] !== undefined) this.#sessions.delete(ofKey[0][0]);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#sessions.set(nameOf(token), { key, begunAt: now, usedAt: now });
    return token;
  }

  /** The key whose session this token opens, and uses; undefined where there is none, or none any more. */
  use(token: string, now: MonoMs): ApiKey | undefined {
    const name = nameOf(token);
    const session = this.#sessions.get(name);
    if (session === undefined || !this.#isGood(session, now)) {
      this.#sessions.delete(name);
      return undefined;
    }
    this.#sessions.set(name, { ...session, usedAt: now });
    return session.key;
  }

  /** Ends one; again is no harm. */
  end(token: string): void {
    this.#sessions.delete(nameOf(token));
  }

  #isGood({ key, begunAt, usedAt }: Session, now: MonoMs): boolean {
    return now - usedAt < IDLE_MS && now - begunAt < LONGEST_MS && this.#keys.isWorking(key.id);
  }
}

function nameOf(token: string): string {
  return hash('sha256', token);
}
