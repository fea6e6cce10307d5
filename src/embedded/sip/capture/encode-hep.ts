import { isIPv4, isIPv6 } from 'node:net';
import type { SocketAddress, TransportName } from '../transport/flow.ts';

/** One SIP message as it was seen. */
export interface CapturedMessage {
  readonly transport: TransportName;
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** Who sends it. */
export interface CaptureAgent {
  /** 32 bits by which the capture server tells its agents apart. */
  readonly id: number;
  readonly password?: string | undefined;
}

/** The most that one UDP datagram carries over IPv4. */
const MAX_DATAGRAM_BYTES = 65_507;

const HEADER_BYTES = 6;

/** Chunk types of vendor 0, the generic ones (HEP3 network protocol specification, §4.1). */
const CHUNK = {
  family: 1,
  protocol: 2,
  sourceV4: 3,
  targetV4: 4,
  sourceV6: 5,
  targetV6: 6,
  sourcePort: 7,
  targetPort: 8,
  seconds: 9,
  microseconds: 10,
  payloadType: 11,
  agentId: 12,
  password: 14,
  payload: 15,
} as const;

/** AF_INET and AF_INET6 as the specification writes them, whatever this machine's are. */
const FAMILY = { v4: 2, v6: 10 } as const;

/** IP protocol numbers. */
const PROTOCOL = { tcp: 6, udp: 17 } as const;

/** What the payload is: SIP. */
const SIP = 1;

/**
 * A SIP message as one HEP version 3 packet: `HEP3`, the whole length, then chunks of vendor, type, length (itself and
 * those two included) and value. Null where it does not fit one datagram.
 */
export function encodeHep(message: CapturedMessage, agent: CaptureAgent): Buffer | null {
  const { transport, from, to, atMs, bytes } = message;
  const isV4 = isIPv4(from.host) && isIPv4(to.host);
  const chunks: (readonly [type: number, value: Uint8Array])[] = [
    [CHUNK.family, Uint8Array.of(isV4 ? FAMILY.v4 : FAMILY.v6)],
    [CHUNK.protocol, Uint8Array.of(PROTOCOL[transport])],
    [isV4 ? CHUNK.sourceV4 : CHUNK.sourceV6, isV4 ? v4Bytes(from.host) : v6Bytes(from.host)],
    [isV4 ? CHUNK.targetV4 : CHUNK.targetV6, isV4 ? v4Bytes(to.host) : v6Bytes(to.host)],
    [CHUNK.sourcePort, uint16(from.port)],
    [CHUNK.targetPort, uint16(to.port)],
    [CHUNK.seconds, uint32(Math.floor(atMs / 1_000))],
    [CHUNK.microseconds, uint32(Math.floor((atMs % 1_000) * 1_000))],
    [CHUNK.payloadType, Uint8Array.of(SIP)],
    [CHUNK.agentId, uint32(agent.id)],
    ...(agent.password === undefined ? [] : [[CHUNK.password, Buffer.from(agent.password)] as const]),
    [CHUNK.payload, bytes],
  ];
  const length = chunks.reduce((total, [, value]) => total + HEADER_BYTES + value.length, HEADER_BYTES);
  if (length > MAX_DATAGRAM_BYTES) return null;
  const packet = Buffer.allocUnsafe(length);
  packet.write('HEP3', 'latin1');
  packet.writeUInt16BE(length, 4);
  let at = HEADER_BYTES;
  for (const [type, value] of chunks) {
    packet.writeUInt16BE(0, at);
    packet.writeUInt16BE(type, at + 2);
    packet.writeUInt16BE(HEADER_BYTES + value.length, at + 4);
    packet.set(value, at + HEADER_BYTES);
    at += HEADER_BYTES + value.length;
  }
  return packet;
}

function v4Bytes(address: string): Uint8Array {
  return Uint8Array.from(address.split('.'), Number);
}

/** An IPv4 address among IPv6 ones is written as mapped (RFC 4291 §2.5.5.2); what is no address is all zeros. */
function v6Bytes(address: string): Uint8Array {
  const bytes = Buffer.alloc(16);
  const text = isIPv4(address) ? `::ffff:${address}` : address;
  if (!isIPv6(text)) return bytes;
  const [before = '', after] = (text.split('%')[0] ?? '').split('::');
  const head = groupsOf(before);
  const tail = groupsOf(after ?? '');
  head.forEach((group, index) => bytes.writeUInt16BE(group, 2 * index));
  tail.forEach((group, index) => bytes.writeUInt16BE(group, 16 - 2 * (tail.length - index)));
  return bytes;
}

function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = v4Bytes(group);
    return [a * 256 + b, c * 256 + d];
  });
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
