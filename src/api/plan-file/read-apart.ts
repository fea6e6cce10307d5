import { Worker } from 'node:worker_threads';

import { AppError, type ErrorCode, type InputProblem } from '../../domain/app-error.ts';
import type { PlanFile, PlanText } from './plan-file.ts';
import { readPlanFile } from './read-plan-file.ts';

/** What the thread answers: what it read, as JSON, which is the quickest to hand over; or why it can't be read. */
export type ReadOutcome =
  | { readonly file: string }
  | {
      readonly fault: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly problems: readonly InputProblem[];
      };
    };

/** A text no longer than this is read in some milliseconds. */
const SHORT = 16_384;

/** Twice what the longest YAML of a real plan takes. */
const MOST_MEMORY_MB = 768;

let queue: Promise<unknown> = Promise.resolve();

/**
 * Reads a file's text so that calls don't feel it: a long one in a thread of its own, one at a time.
 *
 * @throws AppError as `readPlanFile`, and `body-too-large` for what would take too much memory
 */
export async function readApart(text: PlanText): Promise<PlanFile> {
  if (text.text.length <= SHORT) return readPlanFile(text);
  const turn = queue.then(() => readInThread(text));
  queue = turn.catch(() => undefined);
  return turn;
}

async function readInThread(text: PlanText): Promise<PlanFile> {
  const worker = new Worker(workerUrl(), {
    workerData: text,
    name: 'plan-reader',
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
  });
  const { promise, resolve, reject } = Promise.withResolvers<ReadOutcome>();
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', (code) => reject(new Error(`the reader of a file ended with ${code}`)));
  try {
    const outcome = await promise;
    if ('file' in outcome) return JSON.parse(outcome.file) as PlanFile;
    const { code, message, problems } = outcome.fault;
    throw new AppError(code, message, { problems });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
    const detail = `Reading this takes more than ${MOST_MEMORY_MB} MB of memory: send it in parts.`;
    throw new AppError('body-too-large', detail, { cause: error });
  } finally {
    await worker.terminate();
  }
}

/** The thread's program beside this file, as source or as built. */
const workerUrl = (): URL =>
  new URL(`./read-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
