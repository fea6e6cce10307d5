import type { TSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';

import type { InputProblem } from '../../domain/app-error.ts';
import { escapePointer } from '../merge-patch.ts';

/** Which part of a request was wrong: a body has fields, a query string has parameters. */
export type RequestPart = 'body' | 'querystring' | 'params' | 'headers';

/** A schema, or a part of one, as the JSON Schema it is. */
export type SchemaNode = Readonly<Record<string, unknown>>;

/**
 * Turns a validator's errors into words a person can act on: where (JSON Pointer, RFC 6901), what is expected there,
 * and what came instead. A schema can carry the words itself, under `x-expects`. Values are never repeated: they can be
 * secrets.
 */
export function explainErrors(
  schema: TSchema,
  value: unknown,
  errors: readonly TLocalizedValidationError[],
  part: RequestPart,
): InputProblem[] {
  const problems = errors.flatMap((error) => explain(schema, value, error, part));
  return problems.filter((problem, index) => problems.findIndex(({ path }) => path === problem.path) === index);
}

function explain(
  schema: TSchema,
  value: unknown,
  error: TLocalizedValidationError,
  part: RequestPart,
): readonly InputProblem[] {
  const path = error.instancePath;
  const node = findNode(schema, error.schemaPath);
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((name) => ({
        path: `${path}/${escapePointer(name)}`,
        message: missing(findNode(schema, `${error.schemaPath}/properties/${escapePointer(name)}`)),
      }));
    case 'additionalProperties':
      // Where any name will do, each value has told what is wrong with it.
      if (typeof node['additionalProperties'] === 'object') return [];
      return error.params.additionalProperties.map((name) => ({
        path: `${path}/${escapePointer(name)}`,
        message: unknownName(node, part),
      }));
    // The unknown names themselves, once more: `additionalProperties` has told of them.
    case 'boolean':
      return [];
    default:
      return [{ path, message: expectation(node, error) ?? typeExpected(error, findValue(value, path), part) }];
  }
}

function missing(node: SchemaNode): string {
  const description = typeof node['description'] === 'string' ? ` ${node['description']}` : '';
  return `This is required.${description}`;
}

/** What is said of a field, or parameter, that a closed schema knows nothing of. */
export function unknownName(node: SchemaNode, part: RequestPart): string {
  const names = Object.keys(asNode(node['properties']));
  const kind = part === 'querystring' ? 'query parameter' : 'field';
  if (names.length === 0) return `There is no such ${kind}: none is known here.`;
  return `There is no such ${kind}. Known here: ${names.join(', ')}.`;
}

function expectation(node: SchemaNode, error: TLocalizedValidationError): string | undefined {
  const words = node['x-expects'];
  if (typeof words === 'string') return words;
  switch (error.keyword) {
    case 'enum':
      return `Use one of ${error.params.allowedValues.map((value) => JSON.stringify(value)).join(', ')}.`;
    case 'const':
      return `Use ${JSON.stringify(error.params.allowedValue)}.`;
    case 'minimum':
      return `Write ${error.params.limit} or more.`;
    case 'maximum':
      return `Write ${error.params.limit} or less.`;
    case 'exclusiveMinimum':
      return `Write more than ${error.params.limit}.`;
    case 'multipleOf':
      return `Write a multiple of ${error.params.multipleOf}.`;
    case 'minLength':
      return `Write at least ${count(error.params.limit, 'character')}.`;
    case 'maxLength':
      return `Write at most ${count(error.params.limit, 'character')}.`;
    case 'minItems':
      return `Give at least ${count(error.params.limit, 'item')}.`;
    case 'maxItems':
      return `Give at most ${count(error.params.limit, 'item')}.`;
    case 'minProperties':
      return `Give at least ${count(error.params.limit, 'field')}.`;
    case 'maxProperties':
      return `Give at most ${count(error.params.limit, 'field')}.`;
    default:
      return undefined;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

function typeExpected(error: TLocalizedValidationError, value: unknown, part: RequestPart): string {
  if (error.keyword !== 'type') return `This ${error.message}.`;
  const types = [error.params.type].flat().map((type) => TYPES[type] ?? type);
  const whole = part === 'body' && error.instancePath === '' ? 'The body must be' : 'Write';
  return `${whole} ${types.join(' or ')}, not ${nameType(value)}.`;
}

function nameType(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a fraction';
  if (typeof value === 'boolean') return `${value}`;
  return TYPES[typeof value] ?? typeof value;
}

function count(limit: number, noun: string): string {
  return limit === 1 ? `one ${noun}` : `${limit} ${noun}s`;
}

function findNode(schema: TSchema, schemaPath: string): SchemaNode {
  return asNode(findValue(schema, schemaPath.replace(/^#/, '')));
}

function findValue(root: unknown, pointer: string): unknown {
  let at = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as SchemaNode)[name];
  }
  return at;
}

function asNode(value: unknown): SchemaNode {
  return typeof value === 'object' && value !== null ? (value as SchemaNode) : {};
}
