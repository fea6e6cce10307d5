/** A SIP message as it passed between the product and the SIP server. */
export interface SipSighting {
  /** As the network sees it: `in` came from a carrier or a phone, `out` went to one. */
  readonly direction: 'in' | 'out';
  /** For a response, of the request that it answers. */
  readonly method: string;
  /** Null for a request. */
  readonly status: number | null;
}

const REQUEST_LINE = /^([A-Za-z]+) \S+ SIP\/2\.0$/;
const STATUS_LINE = /^SIP\/2\.0 (\d{3})(?: |$)/;
const CSEQ = /\r\nCSeq[ \t]*:[ \t]*\d+[ \t]+([A-Za-z]+)/i;

/**
 * What a frame of drachtio's control protocol says was received or sent; null where it is about something else. Its first
 * line is `id|sip|network…` for what was received, `id|sip|application…` for what the server sent by itself and
 * `id|response|of|OK|application…` for what it has sent for us; the message follows.
 */
export function sightMessage(frame: string): SipSighting | null {
  const endOfLeader = frame.indexOf('\r\n');
  if (endOfLeader === -1) return null;
  const [, kind, second, outcome] = frame.slice(0, endOfLeader).split('|', 4);
  const isOurs = kind === 'response' && outcome === 'OK';
  if (kind !== 'sip' && !isOurs) return null;
  const direction = kind === 'sip' && second === 'network' ? 'in' : 'out';
  const message = frame.slice(endOfLeader + 2);
  const endOfLine = message.indexOf('\r\n');
  const firstLine = endOfLine === -1 ? message : message.slice(0, endOfLine);
  const status = STATUS_LINE.exec(firstLine)?.[1];
  const method = status === undefined ? REQUEST_LINE.exec(firstLine)?.[1] : CSEQ.exec(message)?.[1];
  return method === undefined ? null : { direction, method, status: status === undefined ? null : Number(status) };
}
