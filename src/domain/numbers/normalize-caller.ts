import type { Ani } from './e164.ts';
import { type NormalizeOptions, normalizeNumber } from './normalize-number.ts';

/**
 * Words spelt on a keypad that gateways put where the number should be. Some pass for a number (`+86…` is China), and
 * would make all hidden callers one and the same person.
 */
const SPELT_WORDS = new Set([
  '+266696687', // ANONYMOUS
  '+7378742833', // RESTRICTED
  '+2562533', // BLOCKED
  '+8656696', // UNKNOWN
  '+86282452253', // UNAVAILABLE
]);

/** RFC 3323 section 4.1.1.3: the host of a caller who asked not to be known, whatever the user part says. */
const ANONYMOUS_HOST = /@anonymous\.invalid(?![\w.-])/i;

/**
 * The caller's number in E.164, or `anonymous` for everything that is none: empty, `anonymous`, `restricted`,
 * `unavailable`, `private`, the anonymous URI of RFC 3323, or digits nobody could be called back on.
 */
export function normalizeCaller(raw: string | null | undefined, options: NormalizeOptions = {}): Ani {
  if (!raw || ANONYMOUS_HOST.test(raw)) return 'anonymous';
  const number = normalizeNumber(raw, options);
  return number === undefined || SPELT_WORDS.has(number) ? 'anonymous' : number;
}
