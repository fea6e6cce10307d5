import { isIPv6 } from 'node:net';
import type { AudioAgreement } from '../audio-port.ts';
import type { NegotiatedAudio, OwnAudio } from './negotiate-audio.ts';
import type { MediaDescription } from './session-description.ts';

/** Which description of a session this is (RFC 8866 §5.2): `version` grows with each that differs. */
export interface SessionOrigin {
  readonly id: number;
  readonly version: number;
}

/** The payload type we offer for telephone-events. */
const TELEPHONE_EVENT = 101;

/** What we can do, where we are the one to offer. */
export function writeOffer(origin: SessionOrigin, own: OwnAudio): string {
  const lines = audioLines(own, 'RTP/AVP', [0, 8], TELEPHONE_EVENT, 20, 'sendrecv');
  return text(origin, own, lines);
}

/** The answer to an offer: the one stream that was agreed on, and every other refused (RFC 3264 §6). */
export function writeAnswer(
  origin: SessionOrigin,
  own: OwnAudio,
  offered: readonly MediaDescription[],
  { agreement, stream }: NegotiatedAudio,
): string {
  const { codec, telephoneEvent, packetMs, direction } = agreement;
  const lines = offered.flatMap((each) =>
    each === stream
      ? audioLines(own, each.protocol, [codec], telephoneEvent, packetMs, direction)
      : [`m=${each.kind} 0 ${each.protocol} ${each.formats.join(' ')}`],
  );
  return text(origin, own, lines);
}

function text({ id, version }: SessionOrigin, { address }: OwnAudio, media: readonly string[]): string {
  const at = `IN ${isIPv6(address) ? 'IP6' : 'IP4'} ${address}`;
  const head = ['v=0', `o=mrf ${id} ${version} ${at}`, 's=mrf', `c=${at}`, 't=0 0'];
  return [...head, ...media, ''].join('\r\n');
}

function audioLines(
  { port }: OwnAudio,
  protocol: string,
  codecs: readonly AudioAgreement['codec'][],
  telephoneEvent: number | null,
  packetMs: number,
  direction: AudioAgreement['direction'],
): string[] {
  const formats = telephoneEvent === null ? codecs : [...codecs, telephoneEvent];
  return [
    `m=audio ${port} ${protocol} ${formats.join(' ')}`,
    ...codecs.map((codec) => `a=rtpmap:${codec} ${codec === 0 ? 'PCMU' : 'PCMA'}/8000`),
    ...(telephoneEvent === null
      ? []
      : [`a=rtpmap:${telephoneEvent} telephone-event/8000`, `a=fmtp:${telephoneEvent} 0-15`]),
    `a=ptime:${packetMs}`,
    // What is not said is `sendrecv`; said here, it would outweigh what an answerer says of the whole session.
    ...(direction === 'sendrecv' ? [] : [`a=${direction}`]),
  ];
}
