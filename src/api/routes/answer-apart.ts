import { text } from 'node:stream/consumers';

import type { FastifyReply } from 'fastify';

import { AppError } from '../../domain/app-error.ts';
import type { QuestionName, Questions } from '../reading/questions.ts';
import type { Answer, Reader } from '../reading/reader.ts';

const RETRY_AFTER_S = 2;

/**
 * Has a question answered apart from calls, and sends what comes of it as fast as the client takes it in. It is JSON
 * unless the reply has another type already.
 *
 * Rejects with AppError as the question's query does, and `reads-unavailable` where nobody can answer at present.
 */
export async function answerApart<Name extends QuestionName>(
  reader: Reader,
  reply: FastifyReply,
  name: Name,
  question: Questions[Name],
): Promise<FastifyReply> {
  const answer = await askApart(reader, reply, name, question);
  if (!reply.hasHeader('content-type')) void reply.type('application/json; charset=utf-8');
  return reply.send(answer);
}

/** An answer as text, all of it. */
export async function textOf(answer: Answer): Promise<string> {
  return typeof answer === 'string' ? answer : text(answer);
}

/** Rejects as `answerApart`; says in the reply when to come back where that is the remedy. */
export async function askApart<Name extends QuestionName>(
  reader: Reader,
  reply: FastifyReply,
  name: Name,
  question: Questions[Name],
): Promise<Answer> {
  const gone = new AbortController();
  // Not of an answer that is out: an abort costs more than most else that is done here.
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  try {
    return await reader.ask(name, question, gone.signal);
  } catch (error) {
    // What is answered now is no file.
    void reply.removeHeader('content-disposition');
    if (error instanceof AppError && error.code === 'reads-unavailable') {
      void reply.header('retry-after', RETRY_AFTER_S);
    }
    throw error;
  }
}
