import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { AudioAgreement, G711 } from '../audio-port.ts';
import type { Direction, MediaDescription } from './session-description.ts';

/** What an offer, or the answer to ours, comes to. */
export interface NegotiatedAudio {
  readonly agreement: AudioAgreement;
  /** The peer doesn't want to hear us (RFC 3264 §8.4). */
  readonly isHeld: boolean;
  /** Which of the peer's streams it is. */
  readonly stream: MediaDescription;
}

/** Why nothing can be agreed on, in words for whoever made the offer. */
export interface NoAudio {
  readonly refusal: string;
}

/** The port our own audio arrives at. */
export interface OwnAudio {
  readonly address: string;
  readonly port: number;
}

const INSTEAD = 'or run a FreeSWITCH (FREESWITCH_HOST)';

/** What is heard from one side is said by the other. */
const MIRRORED: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

const CODECS: ReadonlyMap<string, G711> = new Map([
  ['PCMU/8000', 0],
  ['PCMA/8000', 8],
]);

const PACKET_LENGTHS_MS = [10, 20, 30, 40, 60] as const;

/** Agrees on the first audio stream that can be served, with the first codec in the peer's order that can (RFC 3264 §6). */
export function negotiateAudio(streams: readonly MediaDescription[], own: OwnAudio): NegotiatedAudio | NoAudio {
  const offered = streams.filter(({ kind, port }) => kind === 'audio' && port !== 0);
  if (offered.length === 0) return { refusal: 'no audio is offered' };
  const plain = offered.filter(({ protocol }) => protocol === 'RTP/AVP' || protocol === 'RTP/AVPF');
  if (plain.length === 0) {
    const protocols = offered.map(({ protocol }) => protocol).join(', ');
    return { refusal: `only ${protocols} is offered, the embedded engine has no SRTP: offer RTP/AVP, ${INSTEAD}` };
  }
  const stream = plain.find((each) => codecOf(each) !== undefined);
  const codec = stream === undefined ? undefined : codecOf(stream);
  if (stream === undefined || codec === undefined) {
    const encodings = plain.flatMap(({ formats, encodings }) =>
      formats.map((type) => encodings.get(Number(type)) ?? type),
    );
    return { refusal: `only ${encodings.join(', ')} is offered, the embedded engine has PCMU and PCMA, ${INSTEAD}` };
  }
  const addressRefusal = refusalOfAddress(stream, own);
  return addressRefusal === undefined ? agree(stream, codec, own) : { refusal: addressRefusal };
}

function agree(stream: MediaDescription, codec: G711, own: OwnAudio): NegotiatedAudio {
  const { address = '', port, direction } = stream;
  const isUnspecified = address === '0.0.0.0' || address === '::';
  // A peer that echoes our own address has none of its own yet: nothing may be sent in a circle.
  const isOwn = address === own.address && port === own.port;
  const mirrored = isUnspecified && direction === 'sendrecv' ? 'recvonly' : MIRRORED[direction];
  return {
    stream,
    isHeld: mirrored === 'recvonly' || mirrored === 'inactive',
    agreement: {
      remote: { address, port },
      codec,
      telephoneEvent: telephoneEventOf(stream),
      direction: isOwn ? 'inactive' : mirrored,
      packetMs: packetMsOf(stream),
    },
  };
}

function codecOf({ formats, encodings }: MediaDescription): G711 | undefined {
  for (const format of formats) {
    const codec = CODECS.get(encodings.get(Number(format)) ?? '');
    // G.711 under a number of somebody's own would have to be translated in every packet.
    if (codec !== undefined && codec === Number(format)) return codec;
  }
  return undefined;
}

function telephoneEventOf({ formats, encodings }: MediaDescription): number | null {
  const format = formats.find((each) => encodings.get(Number(each)) === 'TELEPHONE-EVENT/8000');
  return format === undefined ? null : Number(format);
}

/** The length the peer asks for, or the longest it takes; 20 ms where it says nothing that can be done. */
function packetMsOf({ packetMs = 20, maxPacketMs = Infinity }: MediaDescription): AudioAgreement['packetMs'] {
  const wanted = PACKET_LENGTHS_MS.find((length) => length === packetMs && length <= maxPacketMs);
  return wanted ?? (maxPacketMs < 20 ? 10 : 20);
}

function refusalOfAddress({ address }: MediaDescription, own: OwnAudio): string | undefined {
  if (address === undefined || isIP(address) === 0) {
    return `the audio's c= line must hold an IP address, not ${address ?? 'nothing'}`;
  }
  if (isIPv6(address) && isIPv4(own.address)) return `audio goes over IPv4 here, and ${address} is IPv6`;
  return undefined;
}
