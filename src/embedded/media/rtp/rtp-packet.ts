/** Length of an RTP header without its optional parts (RFC 3550 §5.1). */
export const RTP_HEADER_BYTES = 12;

const VERSION = 2;
const MARKER = 0x80;
const PADDING = 0x20;
const EXTENSION = 0x10;

/**
 * Where the payload of an RTP packet begins: behind contributing sources and header extension (RFC 3550 §5.1, §5.3.1).
 * -1 for what is no RTP: another version, cut off, or RTCP on the wrong port (RFC 5761 §4).
 */
export function payloadStart(packet: Buffer): number {
  const length = packet.length;
  if (length < RTP_HEADER_BYTES || packet[0]! >> 6 !== VERSION) return -1;
  const second = packet[1]!;
  if (second >= 192 && second <= 223) return -1;
  let start = RTP_HEADER_BYTES + (packet[0]! & 0x0f) * 4;
  if (packet[0]! & EXTENSION) start += start + 4 > length ? length : 4 + packet.readUInt16BE(start + 2) * 4;
  return start > length ? -1 : start;
}

/** Where the payload ends: before the padding, whose last octet is its length. -1 where that can't be. */
export function payloadEnd(packet: Buffer, start: number): number {
  if (!(packet[0]! & PADDING)) return packet.length;
  const end = packet.length - packet.at(-1)!;
  return end < start || end === packet.length ? -1 : end;
}

export function payloadTypeOf(packet: Buffer): number {
  return packet[1]! & 0x7f;
}

export function hasMarker(packet: Buffer): boolean {
  return (packet[1]! & MARKER) !== 0;
}

export function sequenceOf(packet: Buffer): number {
  return packet.readUInt16BE(2);
}

export function timestampOf(packet: Buffer): number {
  return packet.readUInt32BE(4);
}

export function ssrcOf(packet: Buffer): number {
  return packet.readUInt32BE(8);
}

/** A packet with room for so many octets of payload, to be stamped and sent again and again. */
export function blankPacket(payloadBytes: number): Buffer {
  const packet = Buffer.alloc(RTP_HEADER_BYTES + payloadBytes);
  packet[0] = VERSION << 6;
  return packet;
}

/** Writes what changes from packet to packet; sources, extension, padding and payload stay as they are. */
export function stampPacket(
  packet: Buffer,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  packet[1] = (marker ? MARKER : 0) | payloadType;
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(timestamp, 4);
  packet.writeUInt32BE(ssrc, 8);
}
