import { hash } from 'node:crypto';

import type { Cdr } from '../../domain/call/cdr.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { Sqlite } from '../database.ts';
import type { SealedRecord } from './call-rows.ts';

/** A settled call's CDR with its link in the chain; both null while the call is open. */
export interface ChainedCdr extends Cdr {
  readonly prevHash: string | null;
  readonly hash: string | null;
}

/** What the first record of a chain names as its predecessor. */
export const GENESIS_HASH = '0'.repeat(64);

/** Where the chain ends. */
export interface ChainHead {
  readonly length: number;
  readonly hash: string;
}

export interface CdrChain {
  head(): ChainHead;
  /** Makes the next record of the chain and moves its head on; both in the caller's transaction. */
  append(cdr: Cdr): SealedRecord;
}

/**
 * The hash chain of settled calls: each record holds the hash of the one before (`prevHash`), and is kept as the text
 * that was hashed, canonical JSON. A record that is changed or taken out breaks the chain at its place; one taken from
 * the end leaves the head pointing at nothing.
 */
export function createCdrChain(sqlite: Sqlite): CdrChain {
  const readHead = sqlite.prepare<[], ChainHead>('SELECT length, hash FROM chain_head');
  const moveHead = sqlite.prepare<[number, string]>('UPDATE chain_head SET length = ?, hash = ?');

  function head(): ChainHead {
    return readHead.get() ?? { length: 0, hash: GENESIS_HASH };
  }

  return {
    head,
    append(cdr) {
      const last = head();
      const text = canonicalJson({ ...cdr, prevHash: last.hash });
      const sealed = { chainSeq: last.length + 1, hash: hashRecord(text), text };
      moveHead.run(sealed.chainSeq, sealed.hash);
      return sealed;
    },
  };
}

/** SHA-256 of a record's text, in hexadecimal. */
export function hashRecord(text: string): string {
  return hash('sha256', text);
}

/** Reads a kept record, draft or sealed, as the CDR it is. */
export function toChainedCdr(text: string, recordHash: string | null): ChainedCdr {
  const { prevHash = null, ...cdr } = JSON.parse(text) as Cdr & { prevHash?: string };
  return { ...cdr, prevHash, hash: recordHash };
}

/** Reads a kept record as the bare CDR that was settled. */
export function toCdr(text: string): Cdr {
  const { prevHash: _prevHash, ...cdr } = JSON.parse(text) as Cdr & { prevHash?: string };
  return cdr;
}
