import { parseCSeq } from './cseq.ts';
import { getHeader, getHeaders, listValues } from './header-fields.ts';
import type { SipResponse } from './sip-message.ts';
import { parseVia } from './via.ts';

const SINGLE = ['From', 'To', 'Call-ID', 'CSeq'] as const;

/**
 * Why a parsed response must be dropped, in a phrase for the log, or undefined when it can be matched to its
 * transaction: without a Via, a usable CSeq (RFC 4475 §3.1.2.5) or the names of its dialog nothing can be matched.
 * That a top Via is another's (RFC 3261 §18.1.2) is for the transport to see, which knows its own addresses.
 */
export function responseDefect(response: SipResponse): string | undefined {
  const [top] = listValues(response, 'Via');
  if (top === undefined || parseVia(top) === undefined) return 'no readable Via';
  const unclear = SINGLE.find((name) => getHeaders(response, name).length !== 1);
  if (unclear !== undefined) return `${unclear} missing or repeated`;
  return parseCSeq(getHeader(response, 'CSeq') ?? '') === undefined ? 'unusable CSeq' : undefined;
}
