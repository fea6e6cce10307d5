import { monotonicFactory } from 'ulid';

import type { EpochMs } from '../domain/time.ts';

/** Makes ids: the given prefix and a ULID that is greater than every one made before it, whatever the clock does. */
export type NewId = (prefix: string) => string;

/** @param now wall clock; ids sort by it */
export function createNewId(now: () => EpochMs): NewId {
  const nextUlid = monotonicFactory();
  return (prefix) => `${prefix}${nextUlid(now())}`;
}
