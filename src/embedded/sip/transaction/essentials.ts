import { parseCSeq, type CSeq } from '../message/cseq.ts';
import { getHeader, listValues } from '../message/header-fields.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { parseVia, type Via } from '../message/via.ts';

/** What matching a message to its transaction and dialog takes, read once per message. */
export interface Essentials {
  /** The topmost Via. */
  readonly via: Via;
  readonly callId: string;
  /** Empty where From has no tag, as RFC 2543 allowed. */
  readonly fromTag: string;
  /** Empty outside a dialog. */
  readonly toTag: string;
  readonly cseq: CSeq;
}

/** Reads the essentials; undefined when one of the five headers is missing or can't be read. */
export function readEssentials(message: SipMessage): Essentials | undefined {
  const via = listValues(message, 'Via')[0];
  const callId = getHeader(message, 'Call-ID');
  const parsedVia = via === undefined ? undefined : parseVia(via);
  const from = parseNameAddr(getHeader(message, 'From') ?? '');
  const to = parseNameAddr(getHeader(message, 'To') ?? '');
  const cseq = parseCSeq(getHeader(message, 'CSeq') ?? '');
  if (parsedVia === undefined || callId === undefined || !from || !to || !cseq) return undefined;
  return { via: parsedVia, callId, fromTag: from.params.get('tag') ?? '', toTag: to.params.get('tag') ?? '', cseq };
}
