import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';

import { AppError } from '../../domain/app-error.ts';
import { openReader } from '../../store/open-reader.ts';
import { asStoreFault } from '../../store/store-fault.ts';
import { answerTo } from './answers.ts';
import { inParts, type Part } from './in-parts.ts';
import type { FromReader, ReaderData, ReadFault, ToReader } from './reader-messages.ts';

/**
 * How far this thread stands back from those of calls where more is to be done than there are cores for (nice(2)): it
 * gets a tenth of what one of them does.
 */
const NICENESS = 10;

/** The thread that reads: `reader-thread.ts` starts it and ends it. */
standBack();
const store = openReader((workerData as ReaderData).file);
const answers = new Map<number, AsyncGenerator<Part, void, undefined>>();

parentPort?.on('message', (message: ToReader) => {
  const { id } = message;
  switch (message.kind) {
    case 'ask':
      answers.set(id, inParts(answerTo(store, message.name, message.question)));
      void sendPart(id);
      break;
    case 'more':
      void sendPart(id);
      break;
    case 'drop':
      // Ends it where it stands, or once the part that is being made is made.
      void answers.get(id)?.return();
      answers.delete(id);
      break;
  }
});

async function sendPart(id: number): Promise<void> {
  try {
    const made = await answers.get(id)?.next();
    if (made?.done !== false || !answers.has(id)) return;
    const part = made.value;
    if (part.isLast) answers.delete(id);
    send({ kind: 'part', id, part });
  } catch (error) {
    answers.delete(id);
    send({ kind: 'fault', id, fault: toFault(error) });
  }
}

function toFault(thrown: unknown): ReadFault {
  const error = asStoreFault(thrown);
  if (error instanceof AppError && error.status < 500) {
    const { code, message, problems } = error;
    return { code, message, problems };
  }
  const { code, message, stack } = error instanceof AppError ? error : { code: 'internal' as const, ...asError(error) };
  return { code, message, problems: [], stack };
}

function asError(thrown: unknown): { readonly message: string; readonly stack: string | undefined } {
  const { message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { message, stack };
}

/** On Linux alone a priority is a thread's own; elsewhere it would be that of the whole process, calls included. */
function standBack(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(19, getPriority() + NICENESS));
  } catch (error) {
    // Some sandboxes forbid it; reading goes on all the same.
    send({ kind: 'trouble', message: `it may not stand back: ${String(error)}` });
  }
}

function send(message: FromReader): void {
  parentPort?.postMessage(message, []);
}
