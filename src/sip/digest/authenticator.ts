import { createHash, timingSafeEqual } from 'node:crypto';
import type { CallerProof } from '../../calls/ports/caller-proof.ts';
import { userOf } from '../read-address.ts';
import type { AuthParams } from './auth-params.ts';
import { quoted, readDigests } from './auth-params.ts';
import { algorithmNamed, DIGEST_ALGORITHMS, digestResponse } from './digest-response.ts';
import { Nonces } from './nonces.ts';

/** What is read of a request that may carry credentials. */
export interface ProvingRequest {
  readonly method: string;
  readonly uri: string;
  readonly source_address: string;
  has(header: string): boolean;
  get(header: string): string;
}

/** The server's side of digest authentication: makes challenges, and reads the answers to them. */
export class Authenticator {
  readonly #nonces: Nonces;

  /** @param nowMs wall-clock milliseconds */
  constructor(nowMs: () => number) {
    this.#nonces = new Nonces(nowMs);
  }

  /**
   * The WWW-Authenticate values of a 401: one for each realm and algorithm, the strongest algorithm first
   * (RFC 8760 §2.3). Each is a header of its own: they may not be joined (RFC 3261 §7.3.1).
   */
  challenges(realms: readonly string[], address: string, stale: boolean): readonly string[] {
    return DIGEST_ALGORITHMS.flatMap((algorithm) =>
      realms.map((realm) =>
        [
          `Digest realm=${quoted(realm)}`,
          `nonce="${this.#nonces.make(address)}"`,
          `algorithm=${algorithm}`,
          'qop="auth"',
          ...(stale ? ['stale=true'] : []),
        ].join(', '),
      ),
    );
  }

  /** What a request offers to prove who sends it; empty where it carries no credentials that can be read. */
  proofsOf(request: ProvingRequest): readonly CallerProof[] {
    if (!request.has('Authorization')) return [];
    return readDigests(request.get('Authorization')).flatMap((params): CallerProof[] => {
      const username = params.get('username');
      const realm = params.get('realm');
      if (username === undefined || realm === undefined) return [];
      const name = unescaped(username);
      return [{ username: name, realm: unescaped(realm), check: (password) => this.#check(request, params, password) }];
    });
  }

  /**
   * The nonce is looked at first: only who has received our challenge at this address can answer wrongly, so that no
   * one can spend another's tries from afar.
   */
  #check(request: ProvingRequest, params: AuthParams, password: string): ReturnType<CallerProof['check']> {
    const nonce = params.get('nonce') ?? '';
    const address = request.source_address;
    if (!this.#nonces.isCurrent(nonce, address)) return 'stale';
    const count = countOf(params);
    if (count === undefined || !isRight(request, params, password)) return 'wrong';
    return this.#nonces.use(nonce, address, count) ? 'right' : 'stale';
  }
}

/** The count of credentials with qop, null for those without; undefined where it can't be read. */
function countOf(params: AuthParams): number | null | undefined {
  if (!params.has('qop')) return null;
  const nc = params.get('nc') ?? '';
  return /^[0-9a-f]{8}$/i.test(nc) ? Number.parseInt(nc, 16) : undefined;
}

function isRight(request: ProvingRequest, params: AuthParams, password: string): boolean {
  const algorithm = algorithmNamed(params.get('algorithm'));
  const qop = params.get('qop')?.toLowerCase() ?? null;
  const uri = unescaped(params.get('uri') ?? '');
  if (algorithm === undefined || (qop !== null && qop !== 'auth')) return false;
  // Proxies may rewrite the host; credentials made for another number are not for this call.
  if (userOf(uri) !== '' && userOf(uri) !== userOf(request.uri)) return false;
  const expected = digestResponse({
    algorithm,
    username: unescaped(params.get('username') ?? ''),
    realm: unescaped(params.get('realm') ?? ''),
    password,
    nonce: params.get('nonce') ?? '',
    method: request.method,
    uri,
    counted: qop === null ? null : { nc: params.get('nc') ?? '', cnonce: params.get('cnonce') ?? '' },
  });
  return isSame(expected, (params.get('response') ?? '').toLowerCase());
}

/** Compared in constant time, whatever the lengths. */
function isSame(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
