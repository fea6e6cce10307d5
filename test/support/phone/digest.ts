import { createHash, randomUUID } from 'node:crypto';
import type { ExtraHeaders } from './build-message.ts';
import { headerValue, type SipRequest, type SipResponse } from './sip-wire.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

interface Proof extends Credentials {
  readonly realm: string;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  /** Present where the challenge offered `qop=auth`. */
  readonly counted?: { readonly nc: string; readonly cnonce: string };
}

/** The header that answers a 401 or 407 (RFC 2617 with MD5, the one every trunk speaks). */
export function authorize(
  challenge: SipResponse,
  request: { method: string; uri: string },
  credentials: Credentials,
): ExtraHeaders {
  const [asked, answered] =
    challenge.status === 401
      ? (['WWW-Authenticate', 'Authorization'] as const)
      : (['Proxy-Authenticate', 'Proxy-Authorization'] as const);
  const { realm = '', nonce = '', qop, opaque } = readParams(headerValue(challenge, asked) ?? '');
  const counted = qop === undefined ? {} : { counted: { nc: '00000001', cnonce: randomUUID().slice(0, 8) } };
  const proof: Proof = { ...credentials, ...request, realm, nonce, ...counted };
  const params = [
    `username="${credentials.username}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.uri}"`,
    `response="${responseOf(proof)}"`,
    'algorithm=MD5',
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
  const right = responseOf({ ...expected, method: request.method, uri, ...counted });
  const named = username === expected.username && realm === expected.realm && nonce === expected.nonce;
  return named && response === right;
}

function responseOf({ username, realm, password, nonce, method, uri, counted }: Proof): string {
  const who = md5(`${username}:${realm}:${password}`);
  const what = md5(`${method}:${uri}`);
  return md5(counted ? `${who}:${nonce}:${counted.nc}:${counted.cnonce}:auth:${what}` : `${who}:${nonce}:${what}`);
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function readParams(header: string): Record<string, string | undefined> {
  const params = header.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g);
  return Object.fromEntries(Array.from(params, ([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare]));
}
