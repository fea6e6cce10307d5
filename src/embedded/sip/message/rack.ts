/** RSeq and RAck, the headers of reliable provisional responses (RFC 3262 §7). */
import { parseCSeq, type CSeq } from './cseq.ts';
import { parseDecimal } from './grammar.ts';

/** What a PRACK acknowledges: the response's RSeq and the CSeq of the request it answers. */
export interface RAck {
  readonly rseq: number;
  readonly cseq: CSeq;
}

/** Response numbers are 32 bits wide and never zero (RFC 3262 §7.1). */
const MAX_RSEQ = 2 ** 32 - 1;

/** Reads an RSeq value, 1…2³²−1; undefined for anything else. */
export function parseRSeq(value: string): number | undefined {
  const rseq = parseDecimal(value, MAX_RSEQ);
  return rseq === 0 ? undefined : rseq;
}

/** Reads `776656 1 INVITE`; undefined when any of its three parts is missing or malformed. */
export function parseRAck(value: string): RAck | undefined {
  const gap = /[ \t]+/.exec(value);
  if (gap === null) return undefined;
  const rseq = parseRSeq(value.slice(0, gap.index));
  const cseq = parseCSeq(value.slice(gap.index + gap[0].length));
  return rseq === undefined || cseq === undefined ? undefined : { rseq, cseq };
}

/** `776656 1 INVITE`. */
export function formatRAck({ rseq, cseq }: RAck): string {
  return `${rseq} ${cseq.seq} ${cseq.method}`;
}
