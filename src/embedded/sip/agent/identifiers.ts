import { randomFillSync, randomUUID } from 'node:crypto';
import { MAGIC_COOKIE } from '../transaction/keys.ts';

/** Random bytes fetched at a time: fetching a few costs as much as fetching thousands. */
const POOL_BYTES = 4_096;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** A tag with well over the 32 bits of chance RFC 3261 §19.3 asks for. */
export const newTag = (): string => randomBytes(9).toString('base64url');

/** A branch, unique to its transaction (RFC 3261 §8.1.1.7). */
export const newBranch = (): string => `${MAGIC_COOKIE}${randomBytes(12).toString('hex')}`;

/** A Call-ID (RFC 3261 §8.1.1.4) or the name of a transaction towards the application. */
export const newId = (): string => randomUUID();

/** The first CSeq number of a dialog: small enough that it never reaches 2³¹ (RFC 3261 §8.1.1.5). */
export const firstSeq = (): number => 1 + (randomBytes(2).readUInt16BE() >> 1);

/** Bytes that nobody was given before; to be read before the next are asked for. */
function randomBytes(count: number): Buffer {
  if (used + count > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}
