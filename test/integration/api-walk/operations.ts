import type { ErrorCode } from '../../../src/domain/app-error.ts';
import { holdersOf } from '../../../src/api/access.ts';
import type { Json, TestApi } from '../../support/api.ts';

/** One operation, as the API's description has it. */
export interface Operation {
  /** `GET /v1/calls/{id}`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Names of the parameters in its path. */
  readonly params: readonly string[];
  /** Content types that it takes; none where it takes no body. */
  readonly takes: readonly string[];
  /** `200 application/json`, or `204` where there is no body. */
  readonly successes: readonly string[];
  /** By status. */
  readonly problems: ReadonlyMap<number, readonly ErrorCode[]>;
  /** Kinds of roles whose keys open it; none where it needs no key. */
  readonly roles: readonly string[];
  readonly doc: Json;
}

/** The description, and what can be looked up in it. */
export interface Description {
  readonly document: Json;
  readonly operations: readonly Operation[];
}

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);
const EVERYBODY = holdersOf('self');

let description: Promise<Description> | undefined;

/** Reads the description from the API itself: once, since every API here has the same. */
export function readDescription(api: TestApi): Promise<Description> {
  description ??= api.expect(200, 'GET', '/openapi.json').then(toDescription);
  return description;
}

/** What can be looked up in such a document. */
export function toDescription(document: Json): Description {
  const operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods)
      .filter(([method]) => METHODS.has(method))
      .map(([method, doc]) => readOperation(method.toUpperCase(), path, doc)),
  );
  return { document, operations };
}

function readOperation(method: string, path: string, doc: Json): Operation {
  const answers = Object.entries<Json>(doc.responses);
  const successes = answers.filter(([status]) => Number(status) < 400);
  return {
    name: `${method} ${path}`,
    method,
    path,
    params: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
    takes: Object.keys(doc.requestBody?.content ?? {}),
    successes: successes.flatMap(([status, { content }]) =>
      content === undefined ? [status] : Object.keys(content).map((type) => `${status} ${type}`),
    ),
    problems: new Map(
      answers
        .filter(([status]) => Number(status) >= 400)
        .map(([status, { content }]) => [
          Number(status),
          Object.keys(content['application/problem+json'].examples) as ErrorCode[],
        ]),
    ),
    roles: EVERYBODY.filter((role) => new RegExp(`Roles: [^(]*\\b${role}\\b`).test(doc.description ?? '')),
    doc,
  };
}

/** Every code that it may refuse with. */
export function codesOf({ problems }: Operation): readonly ErrorCode[] {
  return [...problems.values()].flat();
}

/** A schema with every reference replaced by what it refers to. */
export function resolve(schema: Json, document: Json): Json {
  if (Array.isArray(schema)) return schema.map((each) => resolve(each, document));
  if (typeof schema !== 'object' || schema === null) return schema;
  if (typeof schema.$ref === 'string') {
    const names: string[] = schema.$ref.slice(2).split('/');
    const found = names.reduce((at: Json, name) => at?.[name], document);
    if (found === undefined) throw new Error(`${schema.$ref} leads nowhere`);
    return resolve(found, document);
  }
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, resolve(value, document)]));
}
