import type { TSchema } from 'typebox';

import type { ErrorCode } from '../../domain/app-error.ts';
import { problemResponses } from './problem.ts';

/** A JSON answer with its example, for the API's description. */
export function jsonResponse(description: string, schema: TSchema, example: unknown, headers: HeaderDocs = {}): object {
  return { description, ...documentHeaders(headers), content: { 'application/json': { schema, example } } };
}

/** An answer without a body. */
export function emptyResponse(description: string): object {
  return { description, type: 'null' };
}

type HeaderDocs = Readonly<Record<string, string>>;

function documentHeaders(headers: HeaderDocs): object {
  const documented = Object.entries(headers).map(([name, description]) => [name, { type: 'string', description }]);
  return documented.length === 0 ? {} : { headers: Object.fromEntries(documented) as object };
}

/** What every operation under /v1 can answer with. */
const ALWAYS: readonly ErrorCode[] = [
  'malformed-request',
  'unauthorized',
  'invalid',
  'too-many-requests',
  'internal',
  'store-unavailable',
];

/** What every operation with a body can answer with. */
export const BODY_FAULTS: readonly ErrorCode[] = ['body-too-large', 'unsupported-media-type'];

/** The faults of one operation: those it names, and those any operation has. */
export function faults(...codes: readonly ErrorCode[]): Record<number, object> {
  return faultsOpenToAll('forbidden', ...codes);
}

/** The same of an operation that is forbidden to nobody. */
export function faultsOpenToAll(...codes: readonly ErrorCode[]): Record<number, object> {
  return problemResponses([...ALWAYS, ...codes]);
}
