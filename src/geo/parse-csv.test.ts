import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseCsv } from './parse-csv.ts';

test('fields may be quoted, and hold commas, quotes and line breaks then', () => {
  expect(parseCsv('\uFEFFa, b ,c\r\n"1,5","say ""so""","two\nlines"\n\n,,\nx,\n')).toEqual([
    ['a', 'b', 'c'],
    ['1,5', 'say "so"', 'two\nlines'],
    ['x', ''],
  ]);
});

test('what was written comes out as it was', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é') });
  const rows = fc.array(fc.array(field, { minLength: 1 }), { maxLength: 5 });
  fc.assert(
    fc.property(rows, (written) => {
      const text = written.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(',')).join('\n');
      expect(parseCsv(text)).toEqual(written.filter((row) => row.some((each) => each !== '')));
    }),
  );
});

test('any text is read to its end', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ') }), (text) => {
      for (const row of parseCsv(text)) expect(row.length).toBeGreaterThan(0);
    }),
  );
});
