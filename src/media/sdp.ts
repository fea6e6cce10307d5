/** RFC 3551's static payload types of G.711; what else may be offered is not taken up. */
export const PCMU = 0;
export const PCMA = 8;
export type AudioCodec = typeof PCMU | typeof PCMA;

const CODEC_NAMES: Readonly<Record<AudioCodec, string>> = { [PCMU]: 'PCMU', [PCMA]: 'PCMA' };

/** From the side that says it. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** An audio stream as one side describes it: one codec, and RFC 4733 keys where it takes them. */
export interface AudioStream {
  readonly address: string;
  readonly port: number;
  readonly codec: AudioCodec;
  /** Payload type of telephone-event; null where it takes none. */
  readonly keys: number | null;
  readonly direction: Direction;
  /** The packet length it wishes for, as its `a=ptime` says it. */
  readonly packetMs: number | null;
}

/** Where an audio stream stands in the SDP it was read from, and the others with it. */
export interface OfferedMedia {
  readonly audio: AudioStream;
  /** How each media section is answered that is not that stream: refused (RFC 3264 §6). Null stands for the stream. */
  readonly sections: readonly (string | null)[];
}

/** What an SDP's `o=` line says of who made it, and how often it was changed (RFC 4566 §5.2). */
export interface Origin {
  readonly id: string;
  readonly version: number;
}

/**
 * Reads the first audio stream over RTP/AVP that is in G.711: of its codecs the one that stands first, since it is the
 * one preferred. Null where there is none, or no address to send to.
 */
export function readOffer(sdp: string): OfferedMedia | null {
  const [session = '', ...media] = sdp.split(/^(?=m=)/m);
  const streams = media.map((section) => readAudio(section, session));
  const chosen = streams.findIndex((stream) => stream !== null);
  const audio = streams[chosen];
  if (!audio) return null;
  return { audio, sections: media.map((section, index) => (index === chosen ? null : refuse(section))) };
}

function readAudio(section: string, session: string): AudioStream | null {
  const line = /^m=audio (\d+)(?:\/\d+)? RTP\/AVP (.+)$/m.exec(section);
  const address = /^c=IN IP4 (\S+)/m.exec(section) ?? /^c=IN IP4 (\S+)/m.exec(session);
  if (!line?.[1] || line[1] === '0' || !line[2] || !address?.[1]) return null;
  const types = line[2].trim().split(/\s+/).map(Number);
  const codec = types.find((type): type is AudioCodec => type === PCMU || type === PCMA);
  if (codec === undefined) return null;
  const keyTypes = new Set(
    [...section.matchAll(/^a=rtpmap:(\d+) telephone-event\/8000\b/gim)].map(([, type]) => Number(type)),
  );
  return {
    address: address[1],
    port: Number(line[1]),
    codec,
    keys: types.find((type) => keyTypes.has(type)) ?? null,
    direction: directionOf(address[1], section, session),
    packetMs: Number(/^a=ptime:(\d+)/m.exec(section)?.[1] ?? Number.NaN) || null,
  };
}

/** The old way to hold is the address 0.0.0.0 (RFC 3264 §8.4): nothing is to be sent there. */
function directionOf(address: string, section: string, session: string): Direction {
  const attribute = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m;
  const said = (attribute.exec(section) ?? attribute.exec(session))?.[1] as Direction | undefined;
  if (address !== '0.0.0.0') return said ?? 'sendrecv';
  return said === 'recvonly' || said === 'inactive' ? 'inactive' : 'sendonly';
}

function refuse(section: string): string {
  return section.replace(/^m=(\S+) \d+(?:\/\d+)? (.+?)\s*$[^]*/m, 'm=$1 0 $2');
}

/** Writes a stream as an SDP of its own. */
export function writeSdp(audio: AudioStream, origin: Origin): string {
  return document(audio.address, origin, [streamLines(audio, [audio.codec])]);
}

/** Writes a stream as an offer of both codecs, its own first. */
export function writeOffer(audio: AudioStream, origin: Origin): string {
  const other = audio.codec === PCMU ? PCMA : PCMU;
  return document(audio.address, origin, [streamLines(audio, [audio.codec, other])]);
}

/** Writes a stream as the answer to what was offered: as many media sections, in the same order. */
export function writeAnswer(audio: AudioStream, { sections }: OfferedMedia, origin: Origin): string {
  const lines = streamLines(audio, [audio.codec]);
  return document(
    audio.address,
    origin,
    sections.map((refused) => (refused === null ? lines : [refused])),
  );
}

function document(address: string, { id, version }: Origin, sections: readonly (readonly string[])[]): string {
  const session = ['v=0', `o=- ${id} ${version} IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0'];
  return [...session, ...sections.flat(), ''].join('\r\n');
}

function streamLines(audio: AudioStream, codecs: readonly AudioCodec[]): readonly string[] {
  const { port, keys, direction, packetMs } = audio;
  const types = keys === null ? codecs : [...codecs, keys];
  return [
    `m=audio ${port} RTP/AVP ${types.join(' ')}`,
    ...codecs.map((codec) => `a=rtpmap:${codec} ${CODEC_NAMES[codec]}/8000`),
    ...(keys === null ? [] : [`a=rtpmap:${keys} telephone-event/8000`, `a=fmtp:${keys} 0-15`]),
    ...(packetMs === null ? [] : [`a=ptime:${packetMs}`]),
    `a=${direction}`,
  ];
}
