import Fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';

import { sendReport } from './send-report.ts';

const ROWS = 1_234;

/** Asks for a report of many rows, accepting what is said. */
async function ask(accept?: string) {
  const app = Fastify();
  onTestFinished(() => app.close());
  app.get('/', (request, reply) => {
    const rows = Array.from({ length: ROWS }, (_, n) => [n, '=1+1', null]);
    return sendReport(request, reply, { data: rows }, { name: 'many', columns: ['n', '@formula', 'none'], rows });
  });
  return app.inject({ method: 'GET', url: '/', headers: accept === undefined ? {} : { accept } });
}

it('is JSON unless CSV is preferred', async () => {
  for (const accept of [undefined, '*/*', 'text/html', 'application/json, text/csv']) {
    const response = await ask(accept);
    expect(response.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', vary: 'Accept' });
    expect(response.json<{ data: unknown[] }>().data).toHaveLength(ROWS);
  }
  expect((await ask('text/csv, application/json;q=0.9')).headers['content-type']).toBe('text/csv; charset=utf-8');
});

it('as CSV has its headings once and every row, streamed, and no cell is a formula', async () => {
  const { headers, body } = await ask('text/csv');
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="many.csv"',
    vary: 'Accept',
  });
  expect(headers).not.toHaveProperty('content-length');
  const lines = body.split('\r\n');
  expect(lines[0]).toBe("n,'@formula,none");
  expect(lines.slice(1, -1)).toEqual(Array.from({ length: ROWS }, (_, n) => `${n},'=1+1,`));
  expect(lines.at(-1)).toBe('');
});
