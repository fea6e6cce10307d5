import Database from 'better-sqlite3';

import type { Answer } from '../walk-stage.ts';
import type { Scene } from './refusal-table.ts';

/** What a step may throw: a defect of ours, or what the database says when the disk fails under it. */
const FAULTS = {
  internal: () => new TypeError('a defect'),
  'store-unavailable': () => new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_READ'),
} as const;

/** More steps than any operation has. */
const MOST_STEPS = 50;

/**
 * Asks for what the operation does, again and again, each time with another of its steps failing, until none is left.
 * Gives every refusal. A step may also fail without harm: then it is done, and is made ready anew.
 */
export async function breakEachStep(
  { operation, stage, how }: Scene,
  code: keyof typeof FAULTS,
): Promise<readonly Answer[]> {
  // Outside /v1 nothing is read from the store.
  if (code === 'store-unavailable' && !operation.path.startsWith('/v1/')) return [];
  const refusals: Answer[] = [];
  let ask = await how(stage);
  for (let step = 1; step <= MOST_STEPS; step += 1) {
    stage.deps.breakStep(step, FAULTS[code]());
    const answer = await stage.send(operation, ask);
    const { broke } = stage.deps;
    stage.deps.mend();
    if (!broke) return refusals;
    if (answer.status >= 400) refusals.push(answer);
    else ask = await how(stage);
  }
  throw new Error(`${operation.name} has more than ${MOST_STEPS} steps`);
}
