/** The Content-Length header (RFC 3261 §20.14). */
import { parseDecimal } from './grammar.ts';

/**
 * The body's length from the values of all Content-Length fields; undefined unless there is exactly one and it is a
 * decimal number. Two of them leave the end of the message open even where they agree (RFC 4475 §3.3.9).
 */
export function parseContentLength(values: readonly string[]): number | undefined {
  const [value] = values;
  return value === undefined || values.length > 1 ? undefined : parseDecimal(value, Number.MAX_SAFE_INTEGER);
}
