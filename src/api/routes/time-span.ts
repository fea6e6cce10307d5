import { Type } from 'typebox';

import type { InputProblem } from '../../domain/app-error.ts';
import type { EpochMs } from '../../domain/time.ts';
import { instantField } from '../schemas/fields.ts';
import { invalid } from '../validation/validator.ts';

/** The query parameters of a half-open span of time. */
export const spanFilters = (of: string) => ({
  from: Type.Optional(instantField(`${of} at or after this instant.`)),
  to: Type.Optional(instantField(`${of} before this instant.`)),
});

/**
 * Reads `[from, to)`.
 *
 * @throws AppError `invalid` where it ends before it begins
 */
export function readSpan(span: { readonly from?: string; readonly to?: string }): { from?: EpochMs; to?: EpochMs } {
  const from = span.from === undefined ? undefined : (Date.parse(span.from) as EpochMs);
  const to = span.to === undefined ? undefined : (Date.parse(span.to) as EpochMs);
  if (from !== undefined && to !== undefined && to < from) {
    const problem: InputProblem = { path: '/to', message: 'This is before from: write a later instant.' };
    throw invalid([problem]);
  }
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
