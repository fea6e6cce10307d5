import { describe, expect, test } from 'vitest';
import { parseE164 } from './parse-e164.ts';

describe('parseE164', () => {
  test.each(['+14155550100', '+442071838750', '+2908123', '+123456789012345'.replace('+1', '+9')])(
    'takes %s',
    (text) => {
      expect(parseE164(text)).toBe(text);
    },
  );

  test.each([
    '14155550100',
    '+1 415 555 0100',
    ' +14155550100',
    '+14155550100\n',
    '+11155550100',
    '+14151550100',
    '+1415555010',
    '+0123456789',
    '+123456',
    '+9234567890123456',
    '',
  ])('refuses %j', (text) => {
    expect(parseE164(text)).toBeUndefined();
  });
});
