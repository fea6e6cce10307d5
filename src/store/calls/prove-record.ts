import { commitTo, hashWhole, sealRecord, spellRecord, type LinkedCdr } from './cdr-chain.ts';

/** A settled record as it is kept, with all that is kept to prove it. */
export interface KeptRecord {
  readonly text: string;
  readonly hash: string;
  /** Null for records from before there were commitments. */
  readonly commitment: string | null;
  readonly salt: string | null;
  /** Whether an erasure names its call. */
  readonly erased: 0 | 1;
}

/** A record that is what was written; or what is the matter with it. */
export type ProvenRecord =
  { readonly cdr: LinkedCdr; readonly problem: null } | { readonly cdr: null; readonly problem: string };

/**
 * Proves one record by itself: that it hashes to what is kept as its hash, and that its caller is who it was, or was
 * erased by an erasure. Whether it stands in its place is another question.
 */
export function proveRecord(kept: KeptRecord): ProvenRecord {
  const spelled = readRecord(kept.text);
  if (spelled === null) return { cdr: null, problem: 'the text of the record is not that of a call' };
  const problem = kept.commitment === null ? problemOfWhole(kept, spelled) : problemOfSealed(kept, spelled);
  return problem === null ? { cdr: spelled.cdr, problem } : { cdr: null, problem };
}

interface Spelled {
  readonly cdr: LinkedCdr;
  readonly text: string;
  readonly redacted: string;
}

const CHANGED = 'the text of the record was changed';
const STILL_THERE = 'an erasure names it, and its caller stands in it';

function problemOfSealed(kept: KeptRecord & { commitment: string | null }, spelled: Spelled): string | null {
  const { text, salt, hash, erased } = kept;
  const commitment = kept.commitment ?? '';
  if (spelled.text !== text || sealRecord(spelled.redacted, commitment) !== hash) return CHANGED;
  const isRedacted = text === spelled.redacted;
  if (erased) return isRedacted && salt === null ? null : STILL_THERE;
  if (salt !== null && commitTo(text, salt) === commitment) return null;
  return isRedacted ? 'its caller was erased, and no erasure names it' : 'what it says of its caller was changed';
}

/** A hash over the whole text proves nothing once the caller has gone from it. */
function problemOfWhole({ text, hash, erased }: KeptRecord, spelled: Spelled): string | null {
  if (!erased) return hashWhole(text) === hash ? null : CHANGED;
  return text === spelled.redacted ? null : STILL_THERE;
}

/** A text that was hashed anew by whoever changed it may be anything. */
function readRecord(text: string): Spelled | null {
  try {
    const cdr = JSON.parse(text) as LinkedCdr;
    return { cdr, ...spellRecord(cdr) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}
