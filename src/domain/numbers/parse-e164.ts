import type { E164 } from './e164.ts';
import { isNanp } from './nanp.ts';

/** Seven digits, country code included, is the shortest number any country hands out. */
const E164_TEXT = /^\+[1-9]\d{6,14}$/;

/**
 * Reads a number already in E.164: a plus sign and digits, nothing else. `+1` numbers must have the form of the
 * numbering plan. Undefined when it is not one; `normalizeNumber` reads what carriers write.
 */
export function parseE164(text: string): E164 | undefined {
  if (!E164_TEXT.test(text)) return undefined;
  if (text.startsWith('+1') && !isNanp(text)) return undefined;
  return text as E164;
}
