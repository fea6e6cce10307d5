import { randomBytes } from 'node:crypto';
import type { DigestCredentials } from '../../domain/plan/trunk.ts';
import type { OutgoingName } from '../outgoing-headers.ts';
import { quoted } from './auth-params.ts';
import type { Challenge } from './challenge.ts';
import { readChallenges, strongestFor } from './challenge.ts';
import { digestResponse } from './digest-response.ts';
import type { NonceCounts } from './nonce-counts.ts';

/** What is read of a 401 or 407. */
export interface ChallengeResponse {
  readonly status: number;
  has(header: string): boolean;
  get(header: string): string;
}

/** The header that answers a challenge; or in one word why it isn't answered. */
export type ChallengeAnswer =
  | { readonly answered: true; readonly header: Extract<OutgoingName, `${string}uthorization`>; readonly value: string }
  | { readonly answered: false; readonly why: 'no-credentials' | 'challenge-not-for-us' | 'credentials-refused' };

/** Whether a response asks for credentials (RFC 3261 §22.2, §22.3). */
export function isChallenge(status: number): boolean {
  return status === 401 || status === 407;
}

/**
 * Answers the challenges to one request of ours. A password is for the one realm it was given for: a challenge of any
 * other realm is not answered, whoever sends it. Each request is answered once, and once more where the peer says that
 * only its nonce was stale (RFC 3261 §22.1, §22.2): a peer that asks on and on is not listened to.
 */
export class ChallengeAnswers {
  readonly #credentials: DigestCredentials | null;
  readonly #counts: NonceCounts;
  readonly #refused = new Set<string>();
  #left: 'first' | 'stale' | 'none' = 'first';

  constructor(credentials: DigestCredentials | null, counts: NonceCounts) {
    this.#credentials = credentials;
    this.#counts = counts;
  }

  /** The answer to a 401 or 407 that came to a request of this method and Request-URI. */
  answer(response: ChallengeResponse, request: { readonly method: string; readonly uri: string }): ChallengeAnswer {
    const credentials = this.#credentials;
    if (!credentials) return { answered: false, why: 'no-credentials' };
    const [asks, header] =
      response.status === 401
        ? (['WWW-Authenticate', 'authorization'] as const)
        : (['Proxy-Authenticate', 'proxyAuthorization'] as const);
    const challenges = response.has(asks) ? readChallenges(response.get(asks)) : [];
    const challenge = strongestFor(credentials.realm, challenges);
    if (!challenge) return { answered: false, why: 'challenge-not-for-us' };
    if (!this.#mayAnswer(challenge)) return { answered: false, why: 'credentials-refused' };
    this.#left = this.#left === 'first' ? 'stale' : 'none';
    this.#refused.add(challenge.nonce);
    return { answered: true, header, value: this.#credentialsFor(challenge, credentials, request) };
  }

  #mayAnswer(challenge: Challenge): boolean {
    if (this.#left === 'first') return true;
    return this.#left === 'stale' && challenge.stale && !this.#refused.has(challenge.nonce);
  }

  #credentialsFor(
    challenge: Challenge,
    { username, password }: DigestCredentials,
    { method, uri }: { readonly method: string; readonly uri: string },
  ): string {
    const { realm, nonce, opaque, algorithm, wantsCount } = challenge;
    const counted = wantsCount ? { nc: this.#counts.next(nonce), cnonce: randomBytes(8).toString('hex') } : null;
    const response = digestResponse({ algorithm, username, realm, password, nonce, method, uri, counted });
    return `Digest ${[
      `username=${quoted(username)}`,
      // As they came, escapes and all: the peer compares them byte by byte.
      `realm="${realm}"`,
      `nonce="${nonce}"`,
      `uri=${quoted(uri)}`,
      `response="${response}"`,
      `algorithm=${algorithm}`,
      ...(counted ? [`cnonce="${counted.cnonce}"`, 'qop=auth', `nc=${counted.nc}`] : []),
      ...(opaque === null ? [] : [`opaque="${opaque}"`]),
    ].join(', ')}`;
  }
}
