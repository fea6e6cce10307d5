import { describe, expect, test } from 'vitest';
import { normalizeCaller } from './normalize-caller.ts';

describe('normalizeCaller', () => {
  test.each([
    undefined,
    null,
    '',
    ' ',
    'anonymous',
    'Anonymous',
    'Restricted',
    'RESTRICTED',
    'unavailable',
    'Unknown',
    'private',
    'withheld',
    'Anonymous <sip:anonymous@anonymous.invalid>',
    '"Anonymous" <sip:+14155550100@anonymous.invalid>;tag=7',
    'sip:anonymous@carrier.example',
    '+266696687',
    '+7378742833',
    '+86282452253',
    '0000000000',
    '911',
  ])('takes %j for an anonymous caller', (raw) => {
    expect(normalizeCaller(raw)).toBe('anonymous');
  });

  test('gives a caller who shows a number that number in E.164', () => {
    expect(normalizeCaller('"Ann" <sip:4155550100@carrier.example>')).toBe('+14155550100');
  });

  test('does not mistake an American number for a word spelt on a keypad', () => {
    expect(normalizeCaller('7378742833')).toBe('+17378742833');
  });

  test('believes a host that only begins like the anonymous one', () => {
    expect(normalizeCaller('sip:4155550100@anonymous.invalid.example')).toBe('+14155550100');
  });

  test('reads bare digits as the trunk writes them', () => {
    expect(normalizeCaller('4532123456', { format: 'e164-without-plus' })).toBe('+4532123456');
  });
});
