import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';

import { startTestApi, type Json } from '../../support/api.ts';
import { readDescription, resolve, type Operation } from './operations.ts';

/** Where something stands in the document, and what stands there. */
interface Found {
  readonly at: string;
  readonly value: Json;
}

const SCHEMA_WORDS = ['type', 'properties', 'anyOf', 'enum', 'pattern', '$ref'];

/** Every schema of the document, those within others too. */
function* schemasIn(value: Json, at = ''): Generator<Found> {
  if (typeof value !== 'object' || value === null) return;
  const isExample = /\/(example|examples|default|enum|required)$/.test(at);
  if (isExample) return;
  if (!Array.isArray(value) && SCHEMA_WORDS.some((word) => word in value)) yield { at, value };
  for (const [name, inner] of Object.entries(value)) yield* schemasIn(inner, `${at}/${name}`);
}

function problemsOf(schema: Json, value: unknown, at: string): readonly string[] {
  return Compile(schema)
    .Errors(value)
    .map(({ instancePath, message }) => `${at}: ${JSON.stringify(value)} ${instancePath} ${message}`);
}

/** What an OpenAPI 3.1 document may have at each place, of what this one needs (https://spec.openapis.org/oas/v3.1.1). */
const MEMBERS = {
  document: ['openapi', 'info', 'servers', 'tags', 'components', 'paths', 'webhooks'],
  operation: ['tags', 'operationId', 'summary', 'description', 'parameters', 'requestBody', 'responses', 'security'],
  parameter: ['name', 'in', 'description', 'required', 'schema', 'example', 'examples'],
  requestBody: ['content', 'required', 'description'],
  response: ['description', 'headers', 'content'],
  header: ['description', 'schema', 'required'],
  media: ['schema', 'example', 'examples'],
  example: ['summary', 'description', 'value'],
} as const;

function* strangers(value: Json, kind: keyof typeof MEMBERS, at: string): Generator<string> {
  const known: readonly string[] = MEMBERS[kind];
  for (const name of Object.keys(value))
    if (!known.includes(name)) yield `${at} has ${name}, which is no member of a ${kind}`;
}

function* judgeOperation({ name, params, doc }: Pick<Operation, 'name' | 'params' | 'doc'>): Generator<string> {
  yield* strangers(doc, 'operation', name);
  const inPath = (doc.parameters ?? []).filter((parameter: Json) => parameter.in === 'path');
  if (inPath.map((parameter: Json) => parameter.name).join() !== params.join())
    yield `${name} has other parameters in its path`;
  const known = (doc.parameters ?? []).map((parameter: Json) => `${parameter.in} ${parameter.name}`);
  if (new Set(known).size !== known.length) yield `${name} has a parameter twice`;
  for (const parameter of doc.parameters ?? []) {
    yield* strangers(parameter, 'parameter', `${name} ${parameter.name}`);
    if (parameter.in === 'path' && parameter.required !== true)
      yield `${name} ${parameter.name} is in the path and not required`;
    if (typeof parameter.schema !== 'object') yield `${name} ${parameter.name} has no schema`;
  }
  if (doc.requestBody) {
    yield* strangers(doc.requestBody, 'requestBody', name);
    yield* judgeContent(doc.requestBody.content, name);
  }
  for (const [status, response] of Object.entries<Json>(doc.responses)) {
    if (!/^[2-5]\d\d$/.test(status)) yield `${name} answers ${status}, which is no status`;
    if (typeof response.description !== 'string') yield `${name} ${status} has no description`;
    yield* strangers(response, 'response', `${name} ${status}`);
    for (const header of Object.values<Json>(response.headers ?? {}))
      yield* strangers(header, 'header', `${name} ${status}`);
    yield* judgeContent(response.content ?? {}, `${name} ${status}`);
  }
}

function* judgeContent(content: Json, at: string): Generator<string> {
  for (const [type, media] of Object.entries<Json>(content)) {
    if (!/^[a-z]+\/[a-z0-9.+-]+$/.test(type)) yield `${at} has ${type}, which is no content type`;
    yield* strangers(media, 'media', `${at} ${type}`);
    for (const example of Object.values<Json>(media.examples ?? {}))
      yield* strangers(example, 'example', `${at} ${type}`);
  }
}

describe('The description', () => {
  it('has in each place what OpenAPI 3.1 has there, and nothing else', async () => {
    const { document, operations } = await readDescription(await startTestApi());
    const wrong = [
      ...strangers(document, 'document', 'the document'),
      ...operations.flatMap((each) => [...judgeOperation(each)]),
      ...Object.entries<Json>(document.webhooks).flatMap(([name, { post }]) => [
        ...judgeOperation({ name, params: [], doc: post }),
      ]),
    ];
    expect(wrong).toEqual([]);
  });

  it('has no example and no default that its own schema refuses, however deep', async () => {
    const { document } = await readDescription(await startTestApi());
    const wrong: string[] = [];
    let examples = 0;
    for (const { at, value } of schemasIn(document)) {
      const { example, examples: several = [], default: standard, ...schema } = resolve(value, document);
      for (const each of [example, standard, ...several].filter((one) => one !== undefined)) {
        examples += 1;
        wrong.push(...problemsOf(schema, each, at));
      }
    }
    expect(wrong).toEqual([]);
    expect(examples).toBeGreaterThan(500);
  });
});
