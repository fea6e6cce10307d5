/** The CSeq header (RFC 3261 §8.1.1.5, §20.16). */
import { isToken, parseDecimal } from './grammar.ts';

/** Where a request stands in its dialog. */
export interface CSeq {
  /** 0…2³¹−1. */
  readonly seq: number;
  /** Case-sensitive. */
  readonly method: string;
}

/** RFC 3261 §8.1.1.5: the number must be less than 2³¹. */
const MAX_CSEQ = 2 ** 31 - 1;

/** Reads `314159 INVITE`; undefined when the number or the method is missing, malformed or out of range. */
export function parseCSeq(value: string): CSeq | undefined {
  const parts = value.split(/[ \t]+/);
  const [number, method] = parts;
  if (parts.length !== 2 || number === undefined || method === undefined || !isToken(method)) return undefined;
  const seq = parseDecimal(number, MAX_CSEQ);
  return seq === undefined ? undefined : { seq, method };
}

/** `314159 INVITE`. */
export function formatCSeq({ seq, method }: CSeq): string {
  return `${seq} ${method}`;
}
