import { parentPort, workerData } from 'node:worker_threads';

import { AppError } from '../../domain/app-error.ts';
import type { PlanText } from './plan-file.ts';
import type { ReadOutcome } from './read-apart.ts';
import { readPlanFile } from './read-plan-file.ts';

/** The thread that reads one long file: `read-apart.ts` starts it and ends it. */
parentPort?.postMessage(read(workerData as PlanText), []);
// Stays until it is ended from the other side: what a thread says in its last moment may never arrive.
parentPort?.on('message', () => undefined);

function read(text: PlanText): ReadOutcome {
  try {
    return { file: JSON.stringify(readPlanFile(text)) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, problems } = error;
    return { fault: { code, message, problems } };
  }
}
