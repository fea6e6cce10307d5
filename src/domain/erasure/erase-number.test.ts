import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Ani } from '../numbers/e164.ts';
import { eraseNumber } from './erase-number.ts';

const CALLER = '+14155550199' as Ani;

describe('a number goes out of a text', () => {
  test.each([
    '+14155550199',
    '14155550199',
    '4155550199',
    '415-555-0199',
    '(415) 555-0199',
    '+1 (415) 555-0199',
    '1.415.555.0199',
    '415/555 0199',
    '0014155550199',
  ])('written as %s', (written) => {
    expect(eraseNumber(`asked for a call back at ${written}, twice`, CALLER)).toBe(
      'asked for a call back at [erased], twice',
    );
  });

  test('as often as it is in there', () => {
    expect(eraseNumber('4155550199 or 415 555 0199', CALLER)).toBe('[erased] or [erased]');
  });

  test.each([
    ['+442071838750', '020 7183 8750'],
    ['+33123456789', '01 23 45 67 89'],
    ['+4930123456', '030 123456'],
  ])('of %s, as it is written at home: %s', (ani, written) => {
    expect(eraseNumber(`from ${written}.`, ani as Ani)).toBe('from [erased].');
  });

  test('whatever stands around it', () => {
    const digit = fc.nat({ max: 9 });
    const number = fc.tuple(
      fc.constantFrom('+1415555', '+4420718', '+6591'),
      fc.array(digit, { minLength: 4, maxLength: 7 }),
    );
    fc.assert(
      fc.property(number, fc.string(), fc.string(), ([head, tail], before, after) => {
        const ani = `${head}${tail.join('')}` as Ani;
        expect(eraseNumber(`${before}${ani}${after}`, ani)).not.toContain(ani.slice(1));
      }),
    );
  });
});

test.each(['', 'normal', 'Q.850;cause=16;text="Normal call clearing"', '2026-11-21T14:00:00.000Z', '4155550198'])(
  'a text without it stays as it is: %s',
  (text) => {
    expect(eraseNumber(text, CALLER)).toBe(text);
  },
);

test.each(['anonymous', 'erased'] as const)('nothing goes out of a text for a caller who is %s', (ani) => {
  expect(eraseNumber('4155550199, anonymous or erased', ani)).toBe('4155550199, anonymous or erased');
});
