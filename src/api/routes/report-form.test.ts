import Fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';

import { chooseReportForm } from './report-form.ts';

/** Asks for a report, accepting what is said. */
async function ask(accept?: string) {
  const app = Fastify();
  onTestFinished(() => app.close());
  app.get('/', (request, reply) => {
    const form = chooseReportForm(request, reply, 'many');
    return reply.send(form === 'csv' ? 'a,b\r\n' : { data: [] });
  });
  return app.inject({ method: 'GET', url: '/', headers: accept === undefined ? {} : { accept } });
}

it('is JSON unless CSV is preferred', async () => {
  for (const accept of [undefined, '*/*', 'text/html', 'application/json, text/csv']) {
    const response = await ask(accept);
    expect(response.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', vary: 'Accept' });
    expect(response.json()).toEqual({ data: [] });
  }
});

it('is a file of its name where CSV is preferred', async () => {
  const { headers, body } = await ask('text/csv, application/json;q=0.9');
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="many.csv"',
    vary: 'Accept',
  });
  expect(body).toBe('a,b\r\n');
});
