import { describe, expect, test } from 'vitest';
import { parseZip } from './zip.ts';

describe('parseZip', () => {
  test.each([
    ['94107', '94107'],
    ['02134', '02134'],
    [' 94107 ', '94107'],
    ['94107-1234', '94107'],
    ['941071234', '94107'],
    ['M5V 2T6', 'M5V2T6'],
    ['m5v2t6', 'M5V2T6'],
  ])('reads %j as %s', (text, zip) => {
    expect(parseZip(text)).toBe(zip);
  });

  test.each(['', '2134', '9410', '941077', '94107-12', 'M5V', 'D5V 2T6', 'Z5V 2T6', 'M5V 2TO', 'SW1A 1AA', '94I07'])(
    'refuses %j',
    (text) => {
      expect(parseZip(text)).toBeUndefined();
    },
  );
});
