import type { Readable } from 'node:stream';

import type { QuestionName, Questions } from './questions.ts';

/** An answer's text: all of it where it is short, else a stream of texts that are made as fast as they are read. */
export type Answer = string | Readable;

/** Answers what takes long to read, so that calls don't wait for it. */
export interface Reader {
  /**
   * Resolves once the answer has begun; what was committed before is in it.
   *
   * Rejects with AppError as the question's query does, and `reads-unavailable` where nobody can answer at present.
   *
   * @param signal says that nobody waits for the answer any more: it is empty then, unless it has begun
   */
  ask<Name extends QuestionName>(name: Name, question: Questions[Name], signal: AbortSignal): Promise<Answer>;
}
