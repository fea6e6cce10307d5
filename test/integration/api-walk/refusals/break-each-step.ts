import Database from 'better-sqlite3';

import { codesOf } from '../operations.ts';
import type { Answer, Ask } from '../walk-stage.ts';
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
 * What was refused is asked for once more as it stands, since nothing of it is done; a step may also fail without harm,
 * and then it is done. Gives every refusal, the last one too: with no step failing there should be none.
 */
export async function breakEachStep(
  { operation, stage, how }: Scene,
  code: keyof typeof FAULTS,
): Promise<readonly Answer[]> {
  // Outside /v1 nothing is read from the store.
  if (code === 'store-unavailable' && !operation.path.startsWith('/v1/')) return [];
  const refusals: Answer[] = [];
  const prepare = async (): Promise<Ask> => {
    const ask = await how(stage);
    const isRepeatable = codesOf(operation).includes('idempotency-conflict');
    return isRepeatable ? { ...ask, headers: { ...ask.headers, 'idempotency-key': `try-${stage.next()}` } } : ask;
  };
  let ask = await prepare();
  for (let step = 1; step <= MOST_STEPS; step += 1) {
    stage.deps.breakStep(step, FAULTS[code]());
    const answer = await stage.send(operation, ask);
    const { broke } = stage.deps;
    stage.deps.mend();
    if (answer.status >= 400) refusals.push(answer);
    if (!broke) return refusals;
    if (answer.status < 400) ask = await prepare();
  }
  throw new Error(`${operation.name} has more than ${MOST_STEPS} steps`);
}
