import { Compile } from 'typebox/compile';

import { ERRORS, type ErrorCode } from '../../../src/domain/app-error.ts';
import type { Json } from '../../support/api.ts';
import { resolve, type Operation } from './operations.ts';
import type { Answer } from './walk-stage.ts';

const PROBLEM = 'application/problem+json';

type Check = ReturnType<typeof Compile>;
const compiled = new Map<string, Check>();

/** What an answer has that the description doesn't promise, in words; empty where it is as described. */
export function judgeAnswer(operation: Operation, document: Json, answer: Answer): string[] {
  const { status, type, body } = answer;
  const documented = operation.doc.responses[status];
  const content = documented?.content ?? {};
  if (documented === undefined || (type === '') !== (documented.content === undefined)) {
    return [`answered ${status} ${type}, which is not documented: ${body.slice(0, 300)}`];
  }
  if (type === '') return body === '' ? [] : [`answered ${status} with a body where none is documented`];
  if (content[type] === undefined) return [`answered ${status} as ${type}, which is not documented`];
  const missing = Object.keys(documented.headers ?? {}).filter((name) => !(name.toLowerCase() in answer.headers));
  return [
    ...missing.map((name) => `answered ${status} without its header ${name}`),
    ...(/\bjson$/.test(type) ? judgeJson(operation, document, answer) : body === '' ? ['answered with nothing'] : []),
    ...(type === PROBLEM ? judgeProblem(operation, answer) : []),
  ];
}

function judgeJson({ doc }: Operation, document: Json, { status, type, body }: Answer): readonly string[] {
  return checkOf(doc.responses[status].content[type].schema, document)
    .Errors(JSON.parse(body))
    .map(({ instancePath, message }) => `answered ${status} with something else at ${instancePath}: ${message}`);
}

/** Compiled once for all that answer alike. */
function checkOf(schema: Json, document: Json): Check {
  const key = JSON.stringify(schema);
  const check = compiled.get(key) ?? Compile(closed(resolve(schema, document)));
  compiled.set(key, check);
  return check;
}

/** RFC 9457, with a code that is registered for that status and documented here, and the places of wrong input. */
function judgeProblem({ problems }: Operation, { status, body, headers }: Answer): readonly string[] {
  const problem: Json = JSON.parse(body);
  const code = problem.code as ErrorCode;
  const pointers = (problem.errors ?? []).map(({ path }: Json) => path);
  return [
    ...(ERRORS[code].status === status && problem.status === status ? [] : [`answered ${status} with ${code}`]),
    ...(problems.get(status)?.includes(code) ? [] : [`answered ${status} with ${code}, which is not documented`]),
    ...('content-disposition' in headers ? ['answered a problem as a file to keep'] : []),
    ...(code === 'invalid' && pointers.length === 0 ? ['found the request invalid and did not say where'] : []),
    ...pointers
      .filter((path: string) => !/^(\/([^~]|~[01])*)?$/.test(path))
      .map((path: string) => `pointed at ${path}, which is no JSON Pointer`),
  ];
}

/** The schema that takes the fields it names and no others: an answer has none that the description doesn't tell of. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  const isOpen = schema.properties !== undefined && !('additionalProperties' in schema) && !('allOf' in schema);
  return isOpen && Object.keys(schema.properties).length > 0 ? { ...inner, additionalProperties: false } : inner;
}
