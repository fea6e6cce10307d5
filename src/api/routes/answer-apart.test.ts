import Fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';

import { AppError } from '../../domain/app-error.ts';
import { registerProblems } from '../plugins/problems.ts';
import type { Answer } from '../reading/reader.ts';
import { answerApart } from './answer-apart.ts';

/** Asks for a ledger as a file, where the one who reads does this. */
async function ask(read: () => Promise<Answer>) {
  const app = Fastify();
  onTestFinished(() => app.close());
  registerProblems(app);
  app.get('/', (_request, reply) => {
    void reply.header('content-disposition', 'attachment; filename="a.csv"').type('text/csv; charset=utf-8');
    return answerApart({ ask: read }, reply, 'ledger', { limit: 1, filters: {} });
  });
  return app.inject('/');
}

it('sends an answer as what the reply says it is', async () => {
  const { headers, body } = await ask(() => Promise.resolve('a,b\r\n'));
  expect([headers['content-type'], body]).toEqual(['text/csv; charset=utf-8', 'a,b\r\n']);
  expect(headers['content-disposition']).toContain('a.csv');
});

it('says when to come back where nobody can read at present, and sends no file', async () => {
  const { statusCode, headers } = await ask(() => Promise.reject(new AppError('reads-unavailable', 'Try again.')));
  expect(statusCode).toBe(503);
  expect(headers).toMatchObject({
    'content-type': expect.stringContaining('problem+json') as string,
    'retry-after': '2',
  });
  expect(headers).not.toHaveProperty('content-disposition');
});

it('says nothing of coming back where the question is at fault', async () => {
  const { statusCode, headers } = await ask(() => Promise.reject(new AppError('invalid', 'No.')));
  expect(statusCode).toBe(422);
  expect(headers).not.toHaveProperty('retry-after');
});
