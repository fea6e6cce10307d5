import type { InboundInvite } from '../calls/ports/a-leg.ts';
import type { SipRequest } from './drachtio.ts';
import { parseAddress, userOf } from './read-address.ts';

/** Why an INVITE can't be read, and what it is answered with. */
export interface UnreadableInvite {
  readonly status: number;
  readonly cause: string;
}

const PASSED_ON = ['Diversion', 'History-Info', 'Identity'] as const;

/** Default of RFC 3261 §8.1.1.6 where the caller sent none. */
const DEFAULT_MAX_FORWARDS = 70;

/**
 * Reads a caller's INVITE (RFC 3261 §8.1.1, RFC 3323, RFC 3325). The server's own helpers take the first `sip:` they
 * see, even inside a display name, and believe any P-Asserted-Identity; so the headers are read here.
 */
export function readInvite(request: SipRequest): Omit<InboundInvite, 'proofs'> | UnreadableInvite {
  const from = request.has('From') ? parseAddress(request.get('From')) : undefined;
  if (!from) return { status: 400, cause: 'bad-from' };
  const asserted = request.has('P-Asserted-Identity') ? parseAddress(request.get('P-Asserted-Identity')) : undefined;
  const privacy = request.has('Privacy') ? request.get('Privacy').toLowerCase() : '';
  const maxForwards = request.has('Max-Forwards') ? Number(request.get('Max-Forwards')) : DEFAULT_MAX_FORWARDS;
  if (!Number.isInteger(maxForwards) || maxForwards < 0 || maxForwards > 255) {
    return { status: 400, cause: 'bad-max-forwards' };
  }
  if (maxForwards === 0) return { status: 483, cause: 'too-many-hops' };
  const passOn: Record<string, string> = {};
  for (const name of PASSED_ON) if (request.has(name)) passOn[name] = request.get(name);
  return {
    sipCallId: request.get('Call-ID'),
    source: { address: request.source_address, port: request.source_port, transport: request.protocol },
    dnis: userOf(request.uri),
    from: { user: userOf(from.uri), displayName: from.displayName },
    assertedIdentity: asserted ? { user: userOf(asserted.uri), displayName: asserted.displayName } : null,
    wantsPrivacy: /\b(id|user|header)\b/.test(privacy),
    attestation: readAttestation(asserted?.uri ?? from.uri, from.uri),
    supplied: {
      ...(request.has('X-Caller-Zip') ? { publisherZip: request.get('X-Caller-Zip') } : {}),
      ...(request.has('X-Caller-State') ? { publisherState: request.get('X-Caller-State') } : {}),
    },
    sdp: request.body ? request.body : null,
    maxForwards,
    passOn,
  };
}

/** The verdict a trunk passes as `verstat` in the caller's URI (ATIS-1000074 §5.3.1), or as its attestation. */
function readAttestation(...uris: readonly string[]): 'A' | 'B' | 'C' | null {
  for (const uri of uris) {
    const verstat = /[;]verstat=TN-Validation-Passed(?:-([ABC]))?/i.exec(uri);
    if (verstat) return (verstat[1]?.toUpperCase() as 'A' | 'B' | 'C' | undefined) ?? 'A';
  }
  return null;
}
