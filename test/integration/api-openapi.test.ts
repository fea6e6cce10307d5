import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';

import { ERRORS, type ErrorCode } from '../../src/domain/app-error.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { KINDS } from '../support/api-samples.ts';

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly doc: Json;
}

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);

async function describeApi(): Promise<{ api: TestApi; document: Json; operations: readonly Operation[] }> {
  const api = await startTestApi();
  const document = await api.expect(200, 'GET', '/openapi.json');
  const operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods)
      .filter(([method]) => METHODS.has(method))
      .map(([method, doc]) => ({ name: `${method.toUpperCase()} ${path}`, method, path, doc })),
  );
  return { api, document, operations };
}

/** The schema with every reference replaced by what it refers to. */
function resolve(schema: Json, document: Json): Json {
  if (Array.isArray(schema)) return schema.map((each) => resolve(each, document));
  if (typeof schema !== 'object' || schema === null) return schema;
  if (typeof schema.$ref === 'string') {
    const found = schema.$ref
      .slice(2)
      .split('/')
      .reduce((at: Json, name: string) => at?.[name], document);
    if (found === undefined) throw new Error(`${schema.$ref} leads nowhere`);
    return resolve(found, document);
  }
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, resolve(value, document)]));
}

/** Every example of a request or response body, with its schema. */
function* examplesOf({ doc }: Operation): Generator<{ readonly schema: Json; readonly value: Json }> {
  for (const { content } of [doc.requestBody, ...Object.values<Json>(doc.responses)].filter(Boolean)) {
    for (const { schema, example, examples } of Object.values<Json>(content ?? {})) {
      if (example !== undefined) yield { schema, value: example };
      for (const { value } of Object.values<Json>(examples ?? {})) yield { schema, value };
    }
  }
}

describe('The description', () => {
  it('is OpenAPI 3.1 with a title, a version, a licence and the way to authenticate', async () => {
    const { document } = await describeApi();
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Tollgate', version: '0.0.0-test', license: { identifier: 'MIT' } });
    expect(document.components.securitySchemes.apiKey).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  it('has no words of OpenAPI 3.0 left in it, and every reference leads somewhere', async () => {
    const { document } = await describeApi();
    const resolved = JSON.stringify(resolve(document, document));
    expect(resolved).not.toContain('"nullable"');
    expect(resolved).not.toContain('"$ref"');
    expect(resolved).not.toContain('"additionalItems"');
  });

  it('covers every resource of this version', async () => {
    const { document } = await describeApi();
    const others = [
      'calls',
      'live-calls',
      'events',
      'session',
      'route-decisions',
      'ledger',
      'api-keys',
      'review-queue',
      'adjustment-proposals',
      'webhooks',
      'prompts',
      'prompts/{id}',
      'prompts/{id}/audio',
      'conversions',
    ];
    const collections = [
      ...KINDS,
      ...others,
      'ledger/close',
      'reports/dispositions',
      'reports/summary',
      'reports/live',
    ];
    for (const path of ['adjustments', 'refund', 'bill', 'disposition']) collections.push(`calls/{id}/${path}`);
    for (const path of ['rotate-secret', 'test', 'deliveries', 'replay']) collections.push(`webhooks/{id}/${path}`);
    for (const kind of ['buyers', 'publishers']) collections.push(`${kind}/{id}/statement`);
    for (const name of collections) expect(document.paths).toHaveProperty([`/v1/${name}`]);
    for (const path of ['/healthz', '/readyz', '/metrics', '/v1/buyers/{id}/payments', '/v1/live-calls/{id}/hangup']) {
      expect(document.paths).toHaveProperty([path]);
    }
  });

  it('gives each operation a summary, a tag that is explained, and an id of its own', async () => {
    const { document, operations } = await describeApi();
    const tags = new Set(document.tags.map(({ name }: Json) => name));
    for (const { name, doc } of operations) {
      expect([name, doc.summary?.length > 5]).toEqual([name, true]);
      expect([name, tags.has(doc.tags?.[0])]).toEqual([name, true]);
    }
    const ids = operations.map(({ doc }) => doc.operationId);
    expect(new Set(ids).size).toBe(operations.length);
    expect(ids).not.toContain(undefined);
    expect(ids).toContain('listBlocklistEntries');
  });

  it('says of each operation who may call it, and that is so', async () => {
    const { api, operations } = await describeApi();
    for (const { name, method, path, doc } of operations) {
      const isOpen = !path.startsWith('/v1/') || name === 'POST /v1/session';
      expect([name, doc.security]).toEqual([name, isOpen ? [] : [{ apiKey: [] }, { session: [] }]]);
      const response = await api.app.inject({ method: method as 'get', url: path.replace('{id}', 'x') });
      expect([name, response.statusCode === 401]).toEqual([name, !isOpen]);
      expect([name, /Roles: admin/.test(doc.description)]).toEqual([name, !isOpen]);
    }
  });

  it('leaves no object without a word of what may be in it, which generators take for one that is always empty', async () => {
    const { document } = await describeApi();
    const empty: string[] = [];
    JSON.stringify(document.paths, function note(this: Json, name: string, value: Json) {
      const isClosed = value?.type === 'object' && Object.keys(value.properties ?? {}).length === 0;
      if (isClosed && !('additionalProperties' in value || 'patternProperties' in value || 'anyOf' in value)) {
        empty.push(`${name}: ${JSON.stringify(value)}`);
      }
      return value;
    });
    expect(empty).toEqual([]);
  });

  it('gives each operation an example, and every example is what its schema says', async () => {
    const { document, operations } = await describeApi();
    for (const operation of operations) {
      const examples = [...examplesOf(operation)];
      expect([operation.name, examples.length > 0]).toEqual([operation.name, true]);
      for (const { schema, value } of examples) {
        expect([operation.name, Compile(resolve(schema, document)).Errors(value)]).toEqual([operation.name, []]);
      }
    }
  });

  it('gives each body that is sent an example', async () => {
    const { operations } = await describeApi();
    for (const { name, doc } of operations.filter(({ doc }) => doc.requestBody)) {
      const [media] = Object.values<Json>(doc.requestBody.content);
      expect([name, media.example]).toEqual([name, expect.anything()]);
    }
  });

  it('gives each operation its problems, by code', async () => {
    const { operations } = await describeApi();
    for (const { name, path, doc } of operations) {
      const expected = [
        ...(path.startsWith('/v1/') ? ['400', '401', '422', '429', '500', '503'] : []),
        ...(path.includes('{id}') ? ['404'] : []),
        ...(doc.requestBody ? ['413', '415'] : []),
      ];
      expect([name, Object.keys(doc.responses)]).toEqual([name, expect.arrayContaining(expected)]);
      const problems = Object.entries<Json>(doc.responses).filter(([status]) => Number(status) >= 400);
      expect([name, problems.length > 0]).toEqual([name, true]);
      for (const [status, { content }] of problems) {
        for (const code of Object.keys(content['application/problem+json'].examples) as ErrorCode[]) {
          expect([name, code, ERRORS[code].status]).toEqual([name, code, Number(status)]);
        }
      }
    }
  });

  it('asks of a client what has no default, and nothing else', async () => {
    const { operations } = await describeApi();
    const create = operations.find(({ name }) => name === 'POST /v1/routes');
    expect(create?.doc.requestBody.content['application/json'].schema.required).toEqual([
      'campaignId',
      'destinationId',
    ]);
    const list = operations.find(({ name }) => name === 'GET /v1/routes');
    for (const { name, required } of list?.doc.parameters ?? [])
      expect([name, required ?? false]).toEqual([name, false]);
  });

  it('describes every field that is written or read', async () => {
    const { document, operations } = await describeApi();
    for (const { name, doc } of operations) {
      for (const { schema } of doc.parameters ?? []) expect([name, schema.type]).toEqual([name, expect.anything()]);
      const body = doc.requestBody && resolve(Object.values<Json>(doc.requestBody.content)[0].schema, document);
      for (const [field, schema] of Object.entries<Json>(body?.properties ?? {})) {
        expect([name, field, schema.description]).toEqual([name, field, expect.stringMatching(/[\w)`]\./)]);
      }
    }
  });

  it('is what the requests in it do: each creation by its example is accepted', async () => {
    const { api, operations } = await describeApi();
    const withoutReferences = ['/v1/trunks', '/v1/campaigns', '/v1/publishers', '/v1/buyers', '/v1/areas'];
    for (const path of [...withoutReferences, '/v1/schedules', '/v1/blocklist', '/v1/api-keys']) {
      const operation = operations.find((each) => each.path === path && each.method === 'post');
      await api.expect(201, 'POST', path, operation?.doc.requestBody.content['application/json'].example);
    }
  });
});
