import { describe, expect, test } from 'vitest';
import type { E164 } from './e164.ts';
import { formatNumber } from './format-number.ts';

const SAN_FRANCISCO = '+14155550100' as E164;
const LONDON = '+442071838750' as E164;

describe('formatNumber', () => {
  test('writes a number as the trunk wants it', () => {
    expect(formatNumber(SAN_FRANCISCO, 'e164')).toBe('+14155550100');
    expect(formatNumber(SAN_FRANCISCO, 'e164-without-plus')).toBe('14155550100');
    expect(formatNumber(SAN_FRANCISCO, 'national')).toBe('4155550100');
  });

  test('dials a number abroad with the international prefix where numbers are national', () => {
    expect(formatNumber(LONDON, 'e164')).toBe('+442071838750');
    expect(formatNumber(LONDON, 'e164-without-plus')).toBe('442071838750');
    expect(formatNumber(LONDON, 'national')).toBe('011442071838750');
  });
});
