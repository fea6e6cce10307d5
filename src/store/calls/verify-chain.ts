import { setImmediate as nextTurn } from 'node:timers/promises';

import type { CallId } from '../../domain/ids.ts';
import type { Sqlite } from '../database.ts';
import { COLUMN_NAMES, columnsOf, type CallColumns } from './call-columns.ts';
import { createCdrChain, GENESIS_HASH } from './cdr-chain.ts';
import { proveRecord, type KeptRecord } from './prove-record.ts';

/** What a walk along the chain of CDRs came to. */
export type ChainReport =
  | {
      readonly intact: true;
      readonly length: number;
      readonly head: string;
      /** Records whose callers were erased. */
      readonly erased: number;
      /**
       * Those of them that were written before hashes could outlive an erasure: that they follow one another and agree
       * with all that was made of them is all that is known.
       */
      readonly unproven: number;
    }
  | {
      readonly intact: false;
      /** Place in the chain, from 1, of the first record that is not what was written there. */
      readonly at: number;
      /** Null where no record is left at that place. */
      readonly callId: CallId | null;
      readonly problem: string;
    };

/** Hears how far a walk along the chain has come. */
export type OnChainProgress = (sound: number, total: number) => void;

interface LinkRow extends CallColumns, Omit<KeptRecord, 'text'> {
  readonly chain_seq: number;
  readonly id: CallId;
  readonly received_at: number;
  readonly record: string | null;
}

/** Records read between two looks at the rest of the world. */
const STRIDE = 250;

/**
 * Walks the chain from its first record: each must hold the hash of the one before, hash to what is kept as its own, and
 * agree with the columns that lists and reports use; the last must be the one the head names. Reads beside the running
 * server without holding it up; records settled meanwhile are checked too.
 *
 * @param onProgress told now and then how many records have been found sound, and how many there are
 */
export async function verifyChain(sqlite: Sqlite, onProgress?: OnChainProgress): Promise<ChainReport> {
  const chain = createCdrChain(sqlite);
  const nextLinks = sqlite.prepare<[number], LinkRow>(
    `SELECT chain_seq, calls.id, received_at, hash, record, commitment, salt, erasures.seq IS NOT NULL AS erased,
       ${COLUMN_NAMES.join(', ')}
     FROM calls LEFT JOIN call_records ON call_records.call_seq = calls.seq
       LEFT JOIN erased_calls ON erased_calls.call_seq = calls.seq
       LEFT JOIN erasures ON erasures.seq = erasure_seq
     WHERE chain_seq > ? ORDER BY chain_seq LIMIT ${STRIDE}`,
  );
  const hashedWhole = readHashedWhole(sqlite);
  let length = 0;
  let head = GENESIS_HASH;
  let erased = 0;
  let unproven = 0;
  for (;;) {
    const links = nextLinks.all(length);
    for (const link of links) {
      const problem = problemOf(link, { place: length + 1, previous: head, hashedWhole });
      if (problem !== null) {
        const missing = link.chain_seq !== length + 1;
        return { intact: false, at: length + 1, callId: missing ? null : link.id, problem };
      }
      length += 1;
      head = link.hash;
      erased += link.erased;
      unproven += Number(link.erased === 1 && link.commitment === null);
    }
    if (links.length < STRIDE) {
      // In the same turn as the last reading, so that nothing has been settled in between.
      const kept = chain.head();
      if (kept.length === length && kept.hash === head) {
        return { intact: true, length, head, erased, unproven };
      }
      return endsElsewhere(sqlite, length, kept.length);
    }
    onProgress?.(length, chain.head().length);
    await nextTurn();
  }
}

function readHashedWhole(sqlite: Sqlite): number {
  const read = sqlite.prepare<[], number>("SELECT value FROM meta WHERE key = 'records_hashed_whole'").pluck();
  return read.get() ?? 0;
}

/** What is the matter where each record follows the one before, but the last is not the one that the head names. */
function endsElsewhere(sqlite: Sqlite, found: number, written: number): ChainReport {
  if (found < written) {
    const problem = `the chain ends here, but ${written} records were written: the rest was removed`;
    return { intact: false, at: found + 1, callId: null, problem };
  }
  const at = found === written ? found : written + 1;
  const problem =
    found === written
      ? 'it is not the record that was written last'
      : `only ${written} records were written: it was added`;
  const idAt = sqlite.prepare<[number], CallId>('SELECT id FROM calls WHERE chain_seq = ?').pluck();
  return { intact: false, at, callId: idAt.get(at) ?? null, problem };
}

/** Where a record must stand, and how many of the first may be hashed as they were before there were commitments. */
interface Expected {
  readonly place: number;
  readonly previous: string;
  readonly hashedWhole: number;
}

function problemOf(link: LinkRow, { place, previous, hashedWhole }: Expected): string | null {
  if (link.chain_seq !== place) return `the record is missing: the next one left is number ${link.chain_seq}`;
  if (link.record === null) return 'the text of the record is missing';
  if (link.commitment === null && place > hashedWhole) return 'what binds the record to its caller is missing';
  const { cdr, problem } = proveRecord({ ...link, text: link.record });
  if (cdr === null) return problem;
  if (cdr.prevHash !== previous) return 'it does not follow the record before it';
  if (cdr.id !== link.id) return `the record is that of ${cdr.id}`;
  const columns = columnsOf(cdr);
  const changed = COLUMN_NAMES.find((name) => columns[name] !== link[name]);
  if (changed !== undefined) return `the column ${changed} says ${link[changed]}, the record ${columns[changed]}`;
  if (Date.parse(cdr.receivedAt) !== link.received_at) return 'the column received_at differs from the record';
  return null;
}
