import type { Cdr } from '../call/cdr.ts';
import type { Posting } from './ledger.ts';

/** A call with its verdicts, ready to be written. */
export interface JudgedCall {
  readonly cdr: Cdr;
  readonly postings: readonly Posting[];
}
