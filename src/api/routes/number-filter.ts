import type { E164 } from '../../domain/numbers/e164.ts';
import { normalizeNumber } from '../../domain/numbers/normalize-number.ts';

/** A number in a query string, where an unescaped plus sign arrives as a space. Undefined when it is none. */
export function readNumberFilter(text: string): E164 | undefined {
  return normalizeNumber(text.replace(/^ /, '+'));
}
