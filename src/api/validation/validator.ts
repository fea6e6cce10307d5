import type { FastifySchemaCompiler } from 'fastify';
import { Type, type Static, type TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { Settings } from 'typebox/system';

import { AppError, type InputProblem } from '../../domain/app-error.ts';
import { cutPath } from '../cut-text.ts';
import { explainErrors, type RequestPart } from './explain-errors.ts';
import { findFloodOfUnknown, MOST_UNKNOWN } from './unknown-fields.ts';

/**
 * Enough to name everything wrong with a form at once, few enough that a hostile body costs little. Each unknown field
 * takes two, its own and its object's.
 */
Settings.Set({ maxErrors: 3 * MOST_UNKNOWN });

/** A value of the schema's type, or everything that is wrong with it. */
export type Validated<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: AppError };

/**
 * Makes a schema into a function that fills in defaults and checks. The value given may be changed by defaults. A schema is
 * compiled when it is first needed: most of a server's routes wait for a request that does not come for days.
 */
export function createValidator<Schema extends TSchema>(
  schema: Schema,
  part: RequestPart = 'body',
): (value: unknown) => Validated<Static<Schema>> {
  let known: Validator<{}, Schema> | undefined;
  return (given) => {
    const compiled = (known ??= Compile(schema));
    const flood = findFloodOfUnknown(schema, given, part);
    if (flood.length > 0) return { ok: false, error: invalid(flood) };
    const value = compiled.Default(given);
    if (compiled.Check(value)) return { ok: true, value };
    return { ok: false, error: invalid(explainErrors(schema, value, compiled.Errors(value), part)) };
  };
}

/** The one form of a 422. What was sent is in its paths, so these are cut. */
export function invalid(found: readonly InputProblem[]): AppError {
  const problems = found.map((problem) => ({ ...problem, path: cutPath(problem.path) }));
  const [first] = problems;
  const rest = problems.length - 1;
  const more = rest === 0 ? '' : ` (and ${rest} more)`;
  const detail = first === undefined ? 'The request is wrong.' : `${placeOf(first)}: ${first.message}${more}`;
  return new AppError('invalid', detail, { problems });
}

function placeOf({ path, line }: InputProblem): string {
  return `${line === undefined ? '' : `line ${line}, `}${path || 'The body'}`;
}

/** How fastify validates requests here: query strings and path parameters are text, and read by their schema first. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const part = (httpPart ?? 'body') as RequestPart;
  const validate = createValidator(schema, part);
  return (given: unknown) => {
    const result = validate(part === 'body' ? given : readText(schema, given));
    return result.ok ? { value: result.value } : { error: result.error };
  };
};

/** A merge patch is judged by what it makes of the resource, when it is merged; before that, it must be an object. */
export const compilePatchValidator: FastifySchemaCompiler<TSchema> = (route) =>
  compileValidator(route.httpPart === 'body' ? { ...route, schema: Type.Object({}) } : route);

/** Whole numbers and booleans as a query string writes them; what is neither stays text, and fails its check. */
function readText(schema: TSchema, given: unknown): unknown {
  const properties = 'properties' in schema ? (schema.properties as Record<string, { type?: unknown }>) : {};
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]: [string, unknown]) => {
      const type = Object.hasOwn(properties, name) ? properties[name]?.type : undefined;
      if (type === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return [name, Number(value)];
      if (type === 'boolean' && (value === 'true' || value === 'false')) return [name, value === 'true'];
      return [name, value];
    }),
  );
}
