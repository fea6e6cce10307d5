import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ERRORS } from '../../src/domain/app-error.ts';
import { KIND_NAMES } from '../../src/store/resources/resource-kinds.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { plans } from '../support/plan-arbitrary.ts';

const awkward = fc.constantFrom<Json>(
  '',
  '***',
  '__proto__',
  '\u0000',
  '\ud800',
  null,
  -1,
  1e300,
  [],
  {},
  [[]],
  'cmp_1',
  true,
);
const anything = fc.oneof(awkward, fc.jsonValue({ maxDepth: 4 }));
const mode = fc.constantFrom('merge', 'replace');

/** One way through a value: at each level the member of this place, as far as there are such. */
function spoil(value: Json, [place = 0, ...further]: readonly number[], put: Json): Json {
  if (typeof value !== 'object' || value === null || further.length === 0) return put;
  const names = Object.keys(value);
  const name = names[place % Math.max(1, names.length)];
  if (name === undefined) return put;
  const inner = spoil(value[name], further, put);
  return Array.isArray(value)
    ? value.map((each: Json, at) => (String(at) === name ? inner : each))
    : { ...value, [name]: inner };
}

/** It is imported, or refused with reasons; and what was refused has changed nothing. */
async function isAnswered(api: TestApi, path: string, type: string, body: string): Promise<void> {
  const { version } = await api.store.resources.readAll();
  const { statusCode, body: text } = await api.request('POST', path, body, { 'content-type': type });
  expect([path, body, statusCode < 500]).toEqual([path, body, true]);
  if (statusCode < 400) return;
  const problem: Json = JSON.parse(text);
  expect(ERRORS).toHaveProperty([problem.code, 'status'], statusCode);
  expect((await api.store.resources.readAll()).version).toBe(version);
  for (const { path: at, message } of problem.errors ?? []) {
    expect(at).toMatch(/^(\/|$)/);
    expect(message).not.toBe('');
  }
}

describe('Whatever is imported', () => {
  it('as JSON or YAML is taken or refused with reasons, never a 500', async () => {
    const api = await startTestApi({ mediaServer: true });
    const spoilt = fc.tuple(
      plans,
      fc.array(fc.tuple(fc.array(fc.nat(20), { maxLength: 6 }), anything), { maxLength: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(spoilt, mode, fc.boolean(), async ([plan, changes], how, isYaml) => {
        const body = JSON.stringify(changes.reduce<Json>((all, [way, put]) => spoil(all, way, put), plan));
        await isAnswered(api, `/v1/import?mode=${how}`, isYaml ? 'application/yaml' : 'application/json', body);
      }),
      { numRuns: 60 },
    );
  });

  it('as text of any sort is taken or refused with reasons, never a 500', async () => {
    const api = await startTestApi();
    const word = fc.constantFrom(
      'buyers',
      ':',
      '-',
      ' ',
      '\n',
      '&a',
      '*a',
      '{',
      '}',
      '[',
      '"',
      '|',
      '!!map',
      '? ',
      'name',
      '#',
      '<<',
      '%',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join('')),
        ),
        async (text) => {
          await isAnswered(api, '/v1/import', 'application/yaml', text);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('as a table is taken or refused with reasons, never a 500', async () => {
    const api = await startTestApi();
    const kind = fc.constantFrom(...KIND_NAMES);
    const cell = fc.oneof(
      fc.constantFrom(
        '',
        '"',
        ',',
        '\n',
        '\r\n',
        "'=1",
        '[]',
        '{}',
        '[[1]]',
        'true',
        '-1',
        '1e9',
        'id',
        'name',
        'caps.daily',
      ),
      fc.string(),
    );
    const heads: Readonly<Record<string, string>> = Object.fromEntries(
      await Promise.all(KIND_NAMES.map(async (each) => [each, (await api.request('GET', `/v1/export/${each}`)).body])),
    );
    await fc.assert(
      fc.asyncProperty(
        kind,
        fc.array(fc.array(cell, { maxLength: 30 })),
        fc.boolean(),
        mode,
        async (of, rows, headed, how) => {
          const body = (headed ? heads[of] : '') + rows.map((row) => row.join(',')).join('\n');
          await isAnswered(api, `/v1/import/${of}?mode=${how}`, 'text/csv', body);
        },
      ),
      { numRuns: 200 },
    );
  });
});
