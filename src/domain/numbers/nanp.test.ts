import { describe, expect, test } from 'vitest';
import type { E164 } from './e164.ts';
import { isNanp, isNonGeographic, isTollFree, nationalDigitsOf, npaNxxOf, npaOf } from './nanp.ts';

describe('the North American Numbering Plan', () => {
  test('gives area code and exchange of its own numbers, and none of others or of anonymous callers', () => {
    expect(npaOf('+14155550100' as E164)).toBe('415');
    expect(npaNxxOf('+14155550100' as E164)).toBe('415555');
    expect(nationalDigitsOf('+14155550100' as E164)).toBe('4155550100');
    expect(npaOf('+442071838750' as E164)).toBeNull();
    expect(npaNxxOf('+442071838750' as E164)).toBeNull();
    expect(nationalDigitsOf('+442071838750' as E164)).toBeUndefined();
    expect(npaOf('anonymous')).toBeNull();
    expect(npaNxxOf('anonymous')).toBeNull();
  });

  test('judges by form alone', () => {
    expect(isNanp('+12992345678')).toBe(true);
    expect(isNanp('+11992345678')).toBe(false);
    expect(isNanp('+12991345678')).toBe(false);
  });

  test.each(['800', '833', '844', '855', '866', '877', '888', '822', '889'])('knows %s as toll-free', (npa) => {
    expect(isTollFree(npa)).toBe(true);
    expect(isNonGeographic(npa)).toBe(true);
  });

  test.each(['500', '588', '600', '700', '710', '900'])('knows %s as a service of no place, not toll-free', (npa) => {
    expect(isTollFree(npa)).toBe(false);
    expect(isNonGeographic(npa)).toBe(true);
  });

  test.each(['415', '416', '876', '801', '565', '530', '679'])('knows %s as a place', (npa) => {
    expect(isNonGeographic(npa)).toBe(false);
  });
});
