import { createHash } from 'node:crypto';

/** Algorithms we speak, the strongest first (RFC 8760 §2.1). */
export const DIGEST_ALGORITHMS = ['SHA-256', 'MD5'] as const;

export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

/** All that goes into a response. */
export interface DigestInputs {
  readonly algorithm: DigestAlgorithm;
  readonly username: string;
  readonly realm: string;
  readonly password: string;
  readonly nonce: string;
  readonly method: string;
  /** The `uri` parameter: the Request-URI as the client wrote it. */
  readonly uri: string;
  /** Present with `qop=auth`; null where the challenge offered no qop (RFC 2069's form). */
  readonly counted: { readonly nc: string; readonly cnonce: string } | null;
}

/** The `response` parameter (RFC 7616 §3.4.1, which keeps RFC 2617's construction), in lower-case hex. */
export function digestResponse(inputs: DigestInputs): string {
  const { algorithm, username, realm, password, nonce, method, uri, counted } = inputs;
  const hash = (text: string): string =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const who = hash(`${username}:${realm}:${password}`);
  const what = hash(`${method}:${uri}`);
  return hash(counted ? `${who}:${nonce}:${counted.nc}:${counted.cnonce}:auth:${what}` : `${who}:${nonce}:${what}`);
}

/** The algorithm a challenge or credentials name; MD5 where they name none. Undefined for one we don't speak. */
export function algorithmNamed(name: string | undefined): DigestAlgorithm | undefined {
  if (name === undefined) return 'MD5';
  return DIGEST_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
}
