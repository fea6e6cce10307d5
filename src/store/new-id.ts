import { getRandomValues } from 'node:crypto';

import { monotonicFactory } from 'ulid';

import type { EpochMs } from '../domain/time.ts';

/** Makes ids: the given prefix and a ULID that is greater than every one made before it, whatever the clock does. */
export type NewId = (prefix: string) => string;

/** Random bytes fetched at a time: the library asks for each character by itself, and fetching costs more than a byte. */
const POOL_BYTES = 1_024;

/** @param now wall clock; ids sort by it */
export function createNewId(now: () => EpochMs): NewId {
  const nextUlid = monotonicFactory(createRandom());
  return (prefix) => `${prefix}${nextUlid(now())}`;
}

/** Numbers from 0 to below 1, as `Math.random` gives, with a byte of the system's randomness in each. */
function createRandom(): () => number {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return () => {
    if (used === POOL_BYTES) {
      getRandomValues(pool);
      used = 0;
    }
    return (pool[used++] ?? 0) / 256;
  };
}
