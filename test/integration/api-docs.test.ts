import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { ERRORS } from '../../src/domain/app-error.ts';
import type { RouteAnswer } from '../../src/api/ports.ts';
import { startTestApi } from '../support/api.ts';

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

describe('docs/errors.md', () => {
  it('has exactly the codes that can be answered, each with its status, title and what to do', () => {
    const rows = [...read('errors.md').matchAll(/^\| `([\w-]+)`\s*\| (\d+)\s*\| (.+?)\s*\| (.+?)\s*\|$/gm)];
    expect(
      Object.fromEntries(rows.map(([, code, status, title]) => [code, { status: Number(status), title }])),
    ).toEqual(ERRORS);
    for (const [, , , , advice] of rows) expect(advice).toMatch(/^[A-Z].*\.$/);
  });
});

/** One call of the guide: the variable it fills, its method, path and body. */
const GUIDE_CALL = /^(?:(\w+)=\$\()?call (?:-X (\w+) )?\$API(\S+) --json '((?:[^']|'\$\w+')*)'/gm;

describe('docs/api.md', () => {
  it('shows requests that work as they stand', async () => {
    const answer = { seed: 1, candidates: [], outcome: null } as unknown as RouteAnswer;
    const api = await startTestApi({ decide: () => Promise.resolve(answer) });
    // The first chapter sets a campaign up; those after it are about calls that have been.
    const [guide = ''] = read('api.md').split('\n## After the calls');
    const calls = [...guide.matchAll(GUIDE_CALL)];
    expect(calls).toHaveLength(10);
    const values = new Map<string, string>();
    const fill = (text: string): string =>
      text.replace(/'?\$(\w+)'?/g, (written, name: string) => values.get(name) ?? written);
    for (const [, variable, method = 'POST', path = '', body = ''] of calls) {
      const response = await api.request(method, `/v1${fill(path)}`, fill(body));
      expect([path, response.body, response.statusCode]).toEqual([
        path,
        response.body,
        path.startsWith('/route-') ? 200 : 201,
      ]);
      if (variable !== undefined) values.set(variable, response.json<{ id: string }>().id);
    }
    const patch = /`call -X PATCH \$API(\S+) --json '([^']*)'`/.exec(read('api.md'));
    await api.expect(200, 'PATCH', `/v1${fill(patch?.[1] ?? '')}`, patch?.[2]);
  });

  it('shows a file that is imported as it stands', async () => {
    const api = await startTestApi();
    const buyer = await api.expect(201, 'POST', '/v1/buyers', { name: 'Golden Gate Roofing' });
    const desk = { buyerId: buyer.id, name: 'Front desk', uri: 'sip:desk@pbx.example' };
    await api.expect(201, 'POST', '/v1/destinations', desk);
    const plan = /```yaml\n([^`]*)```/.exec(read('api.md'))?.[1];
    const yaml = { 'content-type': 'application/yaml' };
    expect((await api.expect(200, 'POST', '/v1/import', plan, yaml)).counts.created).toBe(3);
    expect((await api.expect(200, 'POST', '/v1/import', plan, yaml)).counts.unchanged).toBe(3);
  });
});
