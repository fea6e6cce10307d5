import { readDigests } from './auth-params.ts';
import type { DigestAlgorithm } from './digest-response.ts';
import { algorithmNamed, DIGEST_ALGORITHMS } from './digest-response.ts';

/** A challenge we could answer (RFC 7616 §3.3). */
export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  readonly algorithm: DigestAlgorithm;
  /** Whether `auth` was among its qop values; false where it offered none at all. */
  readonly wantsCount: boolean;
  /** Only the nonce was too old: the credentials were right. */
  readonly stale: boolean;
}

/**
 * The challenges of a 401 or 407 that we could answer. One with an algorithm we don't speak, or with `auth-int` alone,
 * is left out: the client is to take another (RFC 8760 §2.4).
 */
export function readChallenges(value: string): readonly Challenge[] {
  return readDigests(value).flatMap((params): Challenge[] => {
    const realm = params.get('realm');
    const nonce = params.get('nonce');
    const algorithm = algorithmNamed(params.get('algorithm'));
    const qop = params
      .get('qop')
      ?.toLowerCase()
      .split(',')
      .map((word) => word.trim());
    if (realm === undefined || nonce === undefined || algorithm === undefined) return [];
    if (qop && !qop.includes('auth')) return [];
    const stale = params.get('stale')?.toLowerCase() === 'true';
    return [{ realm, nonce, opaque: params.get('opaque') ?? null, algorithm, wantsCount: qop !== undefined, stale }];
  });
}

/** The strongest of the challenges for a realm; undefined where none is for it. */
export function strongestFor(realm: string, challenges: readonly Challenge[]): Challenge | undefined {
  const ours = challenges.filter((challenge) => challenge.realm === realm);
  return DIGEST_ALGORITHMS.map((algorithm) => ours.find((challenge) => challenge.algorithm === algorithm)).find(
    (challenge) => challenge !== undefined,
  );
}
