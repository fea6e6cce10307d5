import { performance } from 'node:perf_hooks';

import { describe, expect, it } from 'vitest';

import { startTestApi, type Json, type TestApi } from '../support/api.ts';

const MB = 1_048_576;
const JSON_TYPE = 'application/json';

/** What a body is answered. */
async function answerTo(api: TestApi, path: string, type: string, body: string): Promise<Json> {
  const response = await api.request('POST', path, body, { 'content-type': type });
  return { status: response.statusCode, length: response.body.length, ...response.json() };
}

describe('A file of an import', () => {
  it('may have 10 MB, and one of more is refused at once', async () => {
    const api = await startTestApi();
    const padding = 'x'.repeat(10 * MB);
    const began = performance.now();
    expect(await answerTo(api, '/v1/import', JSON_TYPE, padding + padding)).toMatchObject({
      status: 413,
      code: 'body-too-large',
      detail: 'The body may have 10 MB (10485760 bytes): send less at a time.',
    });
    expect(performance.now() - began).toBeLessThan(5_000);
    const full = JSON.stringify({ buyers: [{ name: 'B' }] });
    const body = full + ' '.repeat(10 * MB - full.length);
    expect(await answerTo(api, '/v1/import', JSON_TYPE, body)).toMatchObject({ status: 200 });
    expect(await answerTo(api, '/v1/buyers', JSON_TYPE, `{"name":"${padding.slice(-2 * MB)}"}`)).toMatchObject({
      status: 413,
      detail: 'The body may have 1 MB (1048576 bytes): send less at a time.',
    });
  });

  it('may be YAML of 4 MB, which takes a hundred times that to read', async () => {
    const api = await startTestApi();
    expect(await answerTo(api, '/v1/import', 'application/yaml', `buyers: []\n#${'x'.repeat(4 * MB)}`)).toMatchObject({
      status: 413,
      detail: expect.stringContaining('write so much as JSON') as string,
    });
  });

  it('is JSON, YAML or CSV in UTF-8, each where it belongs', async () => {
    const api = await startTestApi();
    const refused = async (path: string, type: string): Promise<string> => {
      const { status, detail } = await answerTo(api, path, type, '{}');
      expect(status).toBe(415);
      return detail;
    };
    expect(await refused('/v1/import', 'text/csv')).toContain('Send JSON or YAML');
    expect(await refused('/v1/import/routes', JSON_TYPE)).toContain('Send CSV');
    expect(await refused('/v1/buyers', 'application/yaml')).toContain('Send JSON, with');
    for (const type of ['text/yaml', 'application/x-yaml; charset=utf-8']) {
      expect(await answerTo(api, '/v1/import', type, 'buyers: []')).toMatchObject({ status: 200 });
    }
    const { statusCode } = await api.app.inject({
      method: 'POST',
      url: '/v1/import/buyers',
      headers: { authorization: `Bearer ${await api.keyFor('operator')}`, 'content-type': 'text/csv' },
      payload: Buffer.from('name\nM\xfcller\n', 'latin1'),
    });
    expect(statusCode).toBe(400);
  });

  it.each([
    ['JSON of empty entries', '/v1/import', JSON_TYPE, `{"routes":[${'{},'.repeat(3 * MB)}{}]}`, /100000 entries/],
    [
      'deep JSON',
      '/v1/import',
      JSON_TYPE,
      `{"areas":[{"include":${'['.repeat(MB)}${']'.repeat(MB)}}]}`,
      /nested deeper/,
    ],
    ['deep YAML', '/v1/import', 'application/yaml', `routes: ${'['.repeat(50_000)}`, /nested too deep/],
    [
      'aliases of aliases',
      '/v1/import',
      'application/yaml',
      `${laughter()}\n#${'x'.repeat(MB)}`,
      /Excessive alias count/,
    ],
    ['CSV of short rows', '/v1/import/routes', 'text/csv', `priority,weight\n${'x\n'.repeat(5 * MB - 20)}`, /1 cells/],
    ['CSV of many rows', '/v1/import/routes', 'text/csv', `priority\n${'1\n'.repeat(5 * MB - 20)}`, /100000 entries/],
    ['CSV that never closes a quote', '/v1/import/routes', 'text/csv', `priority\n"${'x\n'.repeat(MB)}`, /quote/],
    [
      'deep cells',
      '/v1/import/areas',
      'text/csv',
      `name,include\nA,"${'['.repeat(60_000)}${']'.repeat(60_000)}"`,
      /nested deeper/,
    ],
    ['CSV of NULs', '/v1/import/routes', 'text/csv', '\0'.repeat(MB), /Line 1: A NUL/],
    ['CSV of one endless name', '/v1/import/routes', 'text/csv', 'x'.repeat(MB), /^line 1, .*"x{60}…" is no column/],
    ['CSV of nameless columns', '/v1/import/routes', 'text/csv', 'n,'.repeat(MB / 8), /is no column .*and 99 more/],
    ['JSON of endless collections', '/v1/import', JSON_TYPE, `{"${'x'.repeat(MB)}":[]}`, /^\/x{60}…: There is no such/],
    [
      'JSON of many collections',
      '/v1/import',
      JSON_TYPE,
      `{${manyNames(MB / 16, ':[]')}}`,
      /no such collection.*and 99 more/,
    ],
    [
      'JSON of endless fields',
      '/v1/import',
      JSON_TYPE,
      `{"buyers":[{"name":"B","timezone":"UTC","${'x'.repeat(MB)}":1}]}`,
      /^\/buyers\/0\/x{60}…: There is no such field/,
    ],
    [
      'JSON of many names that lead nowhere',
      '/v1/import',
      JSON_TYPE,
      `{"routes":[{"acceptedPublishers":[${manyNames(MB / 16)}]}]}`,
      /There is no .* among the publishers .*and 99 more/,
    ],
    [
      'JSON of an endless name that leads nowhere',
      '/v1/import',
      JSON_TYPE,
      `{"routes":[{"campaign":"${'x'.repeat(MB)}"}]}`,
      /There is no "x{60}…" among the campaigns/,
    ],
    ['YAML of an endless alias', '/v1/import', 'application/yaml', `routes: *${'x'.repeat(MB)}`, /no YAML: .{200}…\.$/],
  ])('is refused while the loop goes on turning: %s', async (_what, path, type, body, detail) => {
    const api = await startTestApi();
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 1);
    const answer = await answerTo(api, path, type, body);
    clearInterval(counting);
    expect([answer.status >= 400 && answer.status < 500, answer.detail]).toEqual([true, expect.stringMatching(detail)]);
    // A body read where calls are looked after would let it turn once or twice.
    expect(turns).toBeGreaterThan(5);
    expect([answer.length < 100_000, answer.errors.length <= 100]).toEqual([true, true]);
  });

  it('that is long is read in a thread, with the same lines', async () => {
    const api = await startTestApi();
    const rows = Array.from({ length: 20_000 }, (_, index) => `Buyer ${index},UTC`);
    const text = `name,timezone\n${rows.join('\n')}\nLast,Nowhere\n`;
    const { status, errors } = await answerTo(api, '/v1/import/buyers', 'text/csv', text);
    expect([status, errors]).toEqual([
      422,
      [{ path: '/buyers/20000/timezone', line: 20_002, message: expect.any(String) }],
    ]);
    const yaml = `buyers:\n${rows.map((_, index) => `- name: Buyer ${index}`).join('\n')}\n`;
    expect(await answerTo(api, '/v1/import?dryRun=true', 'application/yaml', yaml)).toMatchObject({
      counts: { created: 20_000 },
    });
  });
});

/** `"n0":[],"n1":[]`: so many names, and what each is followed by. */
function manyNames(count: number, after = ''): string {
  return Array.from({ length: count }, (_, index) => `"n${index}"${after}`).join(',');
}

/** Nine to the fourth power of the same, in a few lines. */
function laughter(): string {
  const level = (name: string, of: string): string =>
    `${name}: &${name} [${Array.from({ length: 9 }, () => of).join(', ')}]`;
  return [level('a', 'x'), level('b', '*a'), level('c', '*b'), level('d', '*c'), 'routes: [*d, *d]'].join('\n');
}
