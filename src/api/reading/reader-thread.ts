import { Worker } from 'node:worker_threads';

import { AppError } from '../../domain/app-error.ts';
import { AnswerStream } from './answer-stream.ts';
import type { Part } from './in-parts.ts';
import type { QuestionName, Questions } from './questions.ts';
import type { Answer, Reader } from './reader.ts';
import type { FromReader, ReaderData, ReadFault, ToReader } from './reader-messages.ts';

/** Answers that are being made or taken in at a time: beyond that somebody asks more than can be read. */
const MOST_ANSWERS = 512;

/** What the thread may hold in memory. */
const MOST_MEMORY_MB = 512;

/** A thread that has died so often within a minute is not started again before the minute is over. */
const MOST_DEATHS = 5;
const MINUTE_MS = 60_000;

export interface ReaderThreadOptions {
  /** The database; a store of this process serves it. */
  readonly file: string;
  /** Milliseconds on a clock that never goes back. */
  readonly nowMs: () => number;
  /** The thread has died, and takes the answers it was at with it. It is started again when somebody asks. */
  readonly onDeath: (error: Error) => void;
  /** Something is not as it should be, and reading goes on. */
  readonly onTrouble: (message: string) => void;
  /** The thread's program; the one beside this file unless given. */
  readonly program?: URL;
}

/** An answer that is not all here. */
interface OpenAnswer {
  take(part: Part): void;
  fail(error: AppError): void;
}

/**
 * Reads in a thread of its own, with a connection of its own that can't write, so that neither the queries nor the
 * writing out of what they find hold up a call. It is started by the first question.
 */
export class ReaderThread implements Reader {
  readonly #options: ReaderThreadOptions;
  readonly #answers = new Map<number, OpenAnswer>();
  /** When the thread died of late. */
  #deathsMs: readonly number[] = [];
  #worker: Worker | null = null;
  #isClosed = false;
  #lastId = 0;

  constructor(options: ReaderThreadOptions) {
    this.#options = options;
  }

  async ask<Name extends QuestionName>(name: Name, question: Questions[Name], signal: AbortSignal): Promise<Answer> {
    if (this.#isClosed) throw unavailable('the server is stopping');
    if (this.#answers.size >= MOST_ANSWERS) {
      throw unavailable(`${MOST_ANSWERS} answers are being made or taken in at this moment`);
    }
    const worker = (this.#worker ??= this.#start());
    const id = (this.#lastId += 1);
    const send = (message: ToReader): void => worker.postMessage(message, []);
    const forget = (): void => {
      if (this.#answers.delete(id)) send({ kind: 'drop', id });
    };
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    send({ kind: 'ask', id, name, question } as ToReader);
    this.#answers.set(id, {
      take: (first) => {
        if (first.isLast) {
          this.#answers.delete(id);
          resolve(first.text);
          return;
        }
        const stream = new AnswerStream(first, { wanted: () => send({ kind: 'more', id }), gone: forget });
        this.#answers.set(id, {
          take: (part) => {
            if (part.isLast) this.#answers.delete(id);
            stream.give(part);
          },
          fail: (error) => stream.destroy(error),
        });
        resolve(stream);
      },
      fail: reject,
    });
    const giveUp = (): void => {
      forget();
      resolve('');
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    return promise;
  }

  /** Ends the thread, and with it what it is asked at this moment. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#failAll(unavailable('the server is stopping'));
    await this.#worker?.terminate();
  }

  /** @throws AppError `reads-unavailable` where it died too often */
  #start(): Worker {
    const { file, nowMs, onDeath, onTrouble, program = workerUrl() } = this.#options;
    this.#deathsMs = this.#deathsMs.filter((atMs) => nowMs() - atMs < MINUTE_MS);
    if (this.#deathsMs.length >= MOST_DEATHS) throw unavailable('the thread that reads has failed too often of late');
    const worker = new Worker(program, {
      workerData: { file } satisfies ReaderData,
      name: 'reader',
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
    });
    // It has nothing to do but answer: it keeps nobody alive who wants to end.
    worker.unref();
    let failure: Error | undefined;
    worker.once('error', (error) => (failure = error as Error));
    worker.once('exit', (code) => {
      if (this.#isClosed) return;
      this.#worker = null;
      this.#deathsMs = [...this.#deathsMs, nowMs()];
      this.#failAll(unavailable('the thread that reads has failed'));
      onDeath(failure ?? new Error(`the thread that reads ended with code ${code}`));
    });
    worker.on('message', (message: FromReader) => {
      if (message.kind === 'trouble') onTrouble(message.message);
      else if (message.kind === 'part') this.#answers.get(message.id)?.take(message.part);
      else this.#fail(message.id, toError(message.fault));
    });
    return worker;
  }

  #failAll(error: AppError): void {
    for (const id of this.#answers.keys()) this.#fail(id, error);
  }

  #fail(id: number, error: AppError): void {
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    answer?.fail(error);
  }
}

function toError({ code, message, problems, stack }: ReadFault): AppError {
  if (stack === undefined) return new AppError(code, message, { problems });
  const cause = new Error(message);
  cause.stack = stack;
  return new AppError(code, message, { problems, cause });
}

function unavailable(why: string): AppError {
  return new AppError(
    'reads-unavailable',
    `Lists and reports are not answered for the moment, ${why}: try again soon.`,
  );
}

/** The thread's program beside this file, as source or as built. */
const workerUrl = (): URL =>
  new URL(`./reader-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
