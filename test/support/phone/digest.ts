import { createHash, randomUUID } from 'node:crypto';
import type { ExtraHeaders } from './build-message.ts';
import { headerValue, type SipRequest, type SipResponse } from './sip-wire.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export type Algorithm = 'MD5' | 'SHA-256';

interface Proof extends Credentials {
  readonly realm: string;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  readonly algorithm: Algorithm;
  /** Present where the challenge offered `qop=auth`. */
  readonly counted?: { readonly nc: string; readonly cnonce: string };
}

/** The header that answers a 401 or 407: the first challenge in it, with the algorithm it names (RFC 7616). */
export function authorize(
  challenge: SipResponse,
  request: { method: string; uri: string },
  credentials: Credentials,
): ExtraHeaders {
  const [asked, answered] =
    challenge.status === 401
      ? (['WWW-Authenticate', 'Authorization'] as const)
      : (['Proxy-Authenticate', 'Proxy-Authorization'] as const);
  const asking = readParams(headerValue(challenge, asked) ?? '');
  const { realm = '', nonce = '', qop, opaque } = asking;
  const algorithm = algorithmOf(asking);
  const counted = qop === undefined ? {} : { counted: { nc: '00000001', cnonce: randomUUID().slice(0, 8) } };
  const proof: Proof = { ...credentials, ...request, realm, nonce, algorithm, ...counted };
  const params = [
    `username="${credentials.username}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.uri}"`,
    `response="${responseOf(proof)}"`,
    `algorithm=${algorithm}`,
    ...(proof.counted ? ['qop=auth', `nc=${proof.counted.nc}`, `cnonce="${proof.counted.cnonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ];
  return { [answered]: `Digest ${params.join(', ')}` };
}

/** Whether a request proves that it knows the password, for the realm and nonce it was challenged with. */
export function isAuthorized(request: SipRequest, expected: Credentials & { realm: string; nonce: string }): boolean {
  const given = readParams(headerValue(request, 'Proxy-Authorization') ?? headerValue(request, 'Authorization') ?? '');
  const { nc, cnonce, uri = '', username, realm, nonce, response } = given;
  const counted = nc === undefined || cnonce === undefined ? {} : { counted: { nc, cnonce } };
  const algorithm = algorithmOf(given);
  const right = responseOf({ ...expected, method: request.method, uri, algorithm, ...counted });
  const named = username === expected.username && realm === expected.realm && nonce === expected.nonce;
  return named && response === right;
}

function responseOf({ username, realm, password, nonce, method, uri, algorithm, counted }: Proof): string {
  const hash = (text: string): string =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const who = hash(`${username}:${realm}:${password}`);
  const what = hash(`${method}:${uri}`);
  return hash(counted ? `${who}:${nonce}:${counted.nc}:${counted.cnonce}:auth:${what}` : `${who}:${nonce}:${what}`);
}

function algorithmOf({ algorithm }: Record<string, string | undefined>): Algorithm {
  return algorithm?.toUpperCase() === 'SHA-256' ? 'SHA-256' : 'MD5';
}

function readParams(header: string): Record<string, string | undefined> {
  const params = header.matchAll(/([\w-]+)=(?:"([^"]*)"|([^\s,]+))/g);
  return Object.fromEntries(Array.from(params, ([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare]));
}
