import { hash } from 'node:crypto';

import type { Cdr } from '../../domain/call/cdr.ts';
import { redactCdr } from '../../domain/erasure/redact-cdr.ts';
import { canonicalPair } from '../canonical-pair.ts';
import type { Sqlite } from '../database.ts';
import type { SealedRecord } from './call-rows.ts';
import { createSalts } from './salts.ts';

/** A settled call's CDR with its link in the chain; both null while the call is open. */
export interface ChainedCdr extends Cdr {
  readonly prevHash: string | null;
  readonly hash: string | null;
}

/** A CDR as its text is: with the hash of the record before it. */
export type LinkedCdr = Cdr & { readonly prevHash: string };

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
 * The hash chain of settled calls: each record holds the hash of the one before (`prevHash`), and is kept as canonical
 * JSON. A record that is changed or taken out breaks the chain at its place; one taken from the end leaves the head
 * pointing at nothing.
 *
 * The hash covers the record without what says who called, and a salted commitment to the whole. Once the caller is
 * erased, and the salt with them, all that is left of the record is proved as before, and nothing that is left tells who
 * it was (docs/decisions/0012).
 */
export function createCdrChain(sqlite: Sqlite): CdrChain {
  const readHead = sqlite.prepare<[], ChainHead>('SELECT length, hash FROM chain_head');
  const moveHead = sqlite.prepare<[number, string]>('UPDATE chain_head SET length = ?, hash = ?');
  const nextSalt = createSalts();

  function head(): ChainHead {
    return readHead.get() ?? { length: 0, hash: GENESIS_HASH };
  }

  return {
    head,
    append(cdr) {
      const last = head();
      const { text, redacted } = spellRecord({ ...cdr, prevHash: last.hash });
      const salt = nextSalt();
      const commitment = commitTo(text, salt);
      const sealed = { chainSeq: last.length + 1, hash: sealRecord(redacted, commitment), text, commitment, salt };
      moveHead.run(sealed.chainSeq, sealed.hash);
      return sealed;
    },
  };
}

/** A record as it is kept, and as it will be kept once its caller is erased. */
export function spellRecord(record: LinkedCdr): {
  readonly text: string;
  readonly redacted: string;
} {
  const [text, redacted] = canonicalPair(record, redactCdr(record));
  return { text, redacted };
}

/** What binds a record to its caller without telling who that is, as long as the salt is not known; hexadecimal. */
export function commitTo(text: string, salt: string): string {
  return hash('sha256', salt + text);
}

/** The hash of a record, in hexadecimal: SHA-256 over its commitment and its text without the caller. */
export function sealRecord(redacted: string, commitment: string): string {
  return hash('sha256', commitment + redacted);
}

/** The hash of a record from before there were commitments: SHA-256 over its whole text, in hexadecimal. */
export function hashWhole(text: string): string {
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
