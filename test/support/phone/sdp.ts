import type { HostPort } from './addresses.ts';

/** The codecs phones speak, with their static payload types (RFC 3551). */
export const PAYLOAD_TYPES = { PCMU: 0, PCMA: 8 } as const;
export type Codec = keyof typeof PAYLOAD_TYPES;

/** Payload type that phones offer for RFC 4733 digits. */
const DIGITS_TYPE = 101;

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** What is heard from one side is said by the other. */
const MIRRORED: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

/** One audio session as a phone understands it. */
export interface Session extends HostPort {
  /** In order of preference; those phones don't speak are left out. */
  readonly codecs: readonly Codec[];
  /** Payload type for RFC 4733 digits; null where none was offered. */
  readonly digitsType: number | null;
  readonly direction: Direction;
}

/** Describes a session of our own as an offer (RFC 3264 §5). `version` grows with each change. */
export function writeSdp(session: Session, version = 1): string {
  const { host, port, codecs, digitsType, direction } = session;
  const formats = codecs.map((codec) => String(PAYLOAD_TYPES[codec]));
  const attributes = codecs.map((codec) => `a=rtpmap:${PAYLOAD_TYPES[codec]} ${codec}/8000`);
  if (digitsType !== null) {
    formats.push(String(digitsType));
    attributes.push(`a=rtpmap:${digitsType} telephone-event/8000`, `a=fmtp:${digitsType} 0-15`);
  }
  return [
    'v=0',
    `o=phone ${port} ${version} IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${formats.join(' ')}`,
    ...attributes,
    'a=ptime:20',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

/** What a phone offers: its codecs and digits, at this address. */
export function offerFrom(at: HostPort, codecs: readonly Codec[], direction: Direction = 'sendrecv'): Session {
  return { ...at, codecs, digitsType: DIGITS_TYPE, direction };
}

/**
 * Answers an offer with what both sides speak (RFC 3264 §6); null where that is no codec, which is a 488.
 *
 * @param wanted what we would like to do; the answer never does more than the offer allows
 */
export function answerFrom(
  at: HostPort,
  codecs: readonly Codec[],
  offer: Session,
  wanted: Direction = 'sendrecv',
): Session | null {
  const common = offer.codecs.filter((codec) => codecs.includes(codec));
  if (common.length === 0) return null;
  return { ...at, codecs: common, digitsType: offer.digitsType, direction: both(wanted, MIRRORED[offer.direction]) };
}

function both(a: Direction, b: Direction): Direction {
  const sends = maySend(a) && maySend(b);
  const hears = mayHear(a) && mayHear(b);
  if (sends) return hears ? 'sendrecv' : 'sendonly';
  return hears ? 'recvonly' : 'inactive';
}

export function maySend(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

export function mayHear(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}

/**
 * Reads the first audio session of an SDP. The old way of holding, `c=0.0.0.0` (RFC 2543), reads as `inactive`.
 *
 * @throws Error naming the line that is missing
 */
export function readSdp(sdp: string): Session {
  const lines = sdp.split(/\r?\n/);
  const find = (pattern: RegExp): RegExpExecArray | undefined =>
    lines.map((line) => pattern.exec(line)).find((match) => match !== null) ?? undefined;
  const host = find(/^c=IN IP4 (\S+)/)?.[1];
  const media = find(/^m=audio (\d+) RTP\/AVP (.+)$/);
  if (host === undefined || !media) throw new Error(`no c= or m=audio line in the SDP:\n${sdp}`);

  const names = new Map(Object.entries(PAYLOAD_TYPES).map(([name, type]) => [type as number, name]));
  for (const line of lines) {
    const [, type, name] = /^a=rtpmap:(\d+) ([^/]+)\/8000/.exec(line) ?? [];
    if (type !== undefined && name !== undefined) names.set(Number(type), name);
  }
  const types = (media[2] ?? '').trim().split(/\s+/).map(Number);
  const direction = find(/^a=(sendrecv|sendonly|recvonly|inactive)$/)?.[1] as Direction | undefined;
  return {
    host,
    port: Number(media[1]),
    codecs: types.map((type) => names.get(type)?.toUpperCase()).filter((name) => name === 'PCMU' || name === 'PCMA'),
    digitsType: types.find((type) => names.get(type) === 'telephone-event') ?? null,
    direction: host === '0.0.0.0' ? 'inactive' : (direction ?? 'sendrecv'),
  };
}
