import type { AudioAgreement } from '../audio-port.ts';

/** Which way media flows, as the one who says so sees it (RFC 3264 §5.1). */
export type Direction = AudioAgreement['direction'];

/** One stream of a session description (RFC 8866 §5.14), with what it takes from the session as a whole. */
export interface MediaDescription {
  /** `audio`, `video` … */
  readonly kind: string;
  /** 0 for a stream that is refused, or ended. */
  readonly port: number;
  /** `RTP/AVP`, `RTP/SAVP`, `UDP/TLS/RTP/SAVPF` … */
  readonly protocol: string;
  /** Payload types in order of preference, as written. */
  readonly formats: readonly string[];
  /** The address of its c= line; undefined where there is none. */
  readonly address: string | undefined;
  readonly direction: Direction;
  /** Encoding and clock rate by payload type, in capitals: `PCMU/8000`. */
  readonly encodings: ReadonlyMap<number, string>;
  readonly packetMs: number | undefined;
  readonly maxPacketMs: number | undefined;
}

/** What lines in front of, or below, an m= line say. */
interface Section {
  readonly line: string;
  readonly values: Map<string, string>;
  readonly attributes: string[];
}

/** The encodings every RTP peer knows without being told (RFC 3551 §6), as far as anyone still uses them. */
const STATIC_ENCODINGS: readonly (readonly [number, string])[] = [
  [0, 'PCMU/8000'],
  [3, 'GSM/8000'],
  [4, 'G723/8000'],
  [8, 'PCMA/8000'],
  [9, 'G722/8000'],
  [18, 'G729/8000'],
];

/** Reads the streams of a session description, in their order; undefined where the text is none. */
export function readSessionDescription(text: string): readonly MediaDescription[] | undefined {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line !== '');
  if (lines[0] !== 'v=0') return undefined;
  const session: Section = { line: '', values: new Map(), attributes: [] };
  const sections: Section[] = [];
  for (const line of lines) {
    const [, type, value] = /^([a-z])=(.*)$/s.exec(line) ?? [];
    if (type === undefined || value === undefined) return undefined;
    const section = sections.at(-1) ?? session;
    if (type === 'm') sections.push({ line: value, values: new Map(), attributes: [] });
    else if (type === 'a') section.attributes.push(value);
    else section.values.set(type, value);
  }
  const media = sections.map((section) => readMedia(section, session));
  return media.includes(undefined) ? undefined : media.filter((each) => each !== undefined);
}

function readMedia({ line, values, attributes }: Section, session: Section): MediaDescription | undefined {
  const [, kind, port, protocol, formats = ''] = /^(\S+) (\d{1,5})(?:\/\d+)? (\S+)((?: \S+)*) *$/.exec(line) ?? [];
  if (kind === undefined || protocol === undefined || Number(port) > 65_535) return undefined;
  const connection = values.get('c') ?? session.values.get('c') ?? '';
  return {
    kind,
    port: Number(port),
    protocol: protocol.toUpperCase(),
    formats: formats.split(' ').filter(Boolean),
    address: /^IN IP[46] ([^\s/]+)/i.exec(connection)?.[1],
    direction: directionIn(attributes) ?? directionIn(session.attributes) ?? 'sendrecv',
    encodings: encodingsIn(attributes),
    packetMs: numberIn(attributes, 'ptime'),
    maxPacketMs: numberIn(attributes, 'maxptime'),
  };
}

const directionIn = (attributes: readonly string[]): Direction | undefined =>
  attributes.findLast((each): each is Direction => /^(?:sendrecv|sendonly|recvonly|inactive)$/.test(each));

function encodingsIn(attributes: readonly string[]): ReadonlyMap<number, string> {
  const encodings = new Map(STATIC_ENCODINGS);
  for (const attribute of attributes) {
    const [, type, encoding] = /^rtpmap:(\d{1,3}) +([^\s/]+\/\d+)/.exec(attribute) ?? [];
    if (encoding !== undefined) encodings.set(Number(type), encoding.toUpperCase());
  }
  return encodings;
}

function numberIn(attributes: readonly string[], name: string): number | undefined {
  const value = attributes.find((each) => each.startsWith(`${name}:`))?.slice(name.length + 1);
  return value === undefined || !/^\d{1,4}$/.test(value) ? undefined : Number(value);
}
