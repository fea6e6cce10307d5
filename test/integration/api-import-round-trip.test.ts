import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { KIND_NAMES } from '../../src/store/resources/resource-kinds.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { plans } from '../support/plan-arbitrary.ts';

const YAML = { 'content-type': 'application/yaml' };
const CSV = { 'content-type': 'text/csv' };

/** Everything that calls are decided on, but for the version. */
async function planOf({ store }: TestApi): Promise<Json> {
  const { version: _, ...plan } = await store.resources.readPlan();
  return plan;
}

async function textOf(api: TestApi, path: string): Promise<string> {
  const { statusCode, body } = await api.request('GET', path);
  expect(statusCode).toBe(200);
  return body;
}

const counts = ({ counts: { created, updated, unchanged } }: Json): Json => ({ created, updated, unchanged });

describe('Whatever is configured', () => {
  it('comes out of an empty store as it went in, by JSON, YAML and CSV, and a second import changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const source = await startTestApi();
        const total = Object.values<Json[]>(plan).flat().length;
        const first = await source.expect(200, 'POST', '/v1/import', plan);
        expect(counts(first)).toEqual({ created: total, updated: 0, unchanged: 0 });
        const expected = await planOf(source);

        const json = await textOf(source, '/v1/export');
        const yaml = await textOf(source, '/v1/export?format=yaml');
        for (const [text, headers] of [
          [json, {}],
          [yaml, YAML],
        ] as const) {
          const target = await startTestApi();
          const made = await target.expect(200, 'POST', '/v1/import', text, headers);
          expect(counts(made)).toEqual({ created: total, updated: 0, unchanged: 0 });
          expect(await planOf(target)).toEqual(expected);
          expect(await textOf(target, '/v1/export')).toBe(json);
          const again = await target.expect(200, 'POST', '/v1/import?mode=replace', text, headers);
          expect(counts(again)).toEqual({ created: 0, updated: 0, unchanged: total });
        }

        const target = await startTestApi();
        for (const kind of KIND_NAMES) {
          const table = await textOf(source, `/v1/export/${kind}`);
          await target.expect(200, 'POST', `/v1/import/${kind}`, table, CSV);
          const again = await target.expect(200, 'POST', `/v1/import/${kind}`, table, CSV);
          expect([kind, counts(again)]).toEqual([kind, { created: 0, updated: 0, unchanged: plan[kind].length }]);
          expect(await textOf(target, `/v1/export/${kind}`)).toBe(table);
        }
        expect(await planOf(target)).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  });
});
