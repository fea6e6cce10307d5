import type { NumberFormat } from '../plan/trunk.ts';
import type { E164 } from './e164.ts';
import { nationalDigitsOf } from './nanp.ts';

/**
 * Writes a number as a trunk wants it: `+14155550100`, `14155550100`, or `4155550100`. In national form a number outside
 * the NANP is dialled with the international prefix, `011…`.
 */
export function formatNumber(e164: E164, format: NumberFormat): string {
  switch (format) {
    case 'e164':
      return e164;
    case 'e164-without-plus':
      return e164.slice(1);
    case 'national':
      return nationalDigitsOf(e164) ?? `011${e164.slice(1)}`;
  }
}
