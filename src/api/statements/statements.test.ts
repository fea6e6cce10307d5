import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fromCell, toCsv } from './csv.ts';
import { formatAmount } from './format-amount.ts';
import { preferredType } from './preferred-type.ts';

describe('CSV', () => {
  it.each([
    ['=SUM(A1)', "'=SUM(A1)"],
    ['@cmd', "'@cmd"],
    ['\tx', "'\tx"],
    ['\rx', `"'\rx"`],
    ['+cmd', "'+cmd"],
    ['-cmd', "'-cmd"],
    ['-', "'-"],
    ['+14155550100', '+14155550100'],
    ['-5.00', '-5.00'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['=1,2', `"'=1,2"`],
    ["'=1", "''=1"],
    ["''+", "'''+"],
    ["'tis", "'tis"],
    ['plain', 'plain'],
  ])('writes %j as %j', (text, cell) => {
    expect(toCsv([[text]])).toBe(`${cell}\r\n`);
    const unquoted = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
    expect(fromCell(unquoted)).toBe(text);
  });

  it('leaves nothing empty but null, and ends each row', () => {
    expect(
      toCsv([
        [null, 0, 'x'],
        [1, null, ''],
      ]),
    ).toBe(',0,x\r\n1,,\r\n');
  });
});

describe('An amount', () => {
  it.each([
    [0, '0.00'],
    [45_000_000, '45.00'],
    [-125_000, '-0.125'],
    [1, '0.000001'],
    [100_000, '0.10'],
    [1_000_010, '1.00001'],
  ])('of %d micros is %s', (amountMicros, text) => {
    expect(formatAmount(amountMicros)).toBe(text);
  });

  it('is exact whatever its size', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (amountMicros) => {
        const text = formatAmount(amountMicros);
        expect(text).toMatch(/^-?\d+\.\d{2,6}$/);
        const [whole = '', decimals = ''] = text.replace('-', '').split('.');
        const size = BigInt(whole) * 1_000_000n + BigInt(decimals.padEnd(6, '0'));
        expect(text.startsWith('-') ? -size : size).toBe(BigInt(amountMicros));
      }),
    );
  });
});

describe('Accept', () => {
  const offered = ['application/json', 'text/csv', 'text/html'] as const;
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/csv', 'text/csv'],
    ['TEXT/CSV; charset=utf-8', 'text/csv'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html'],
    ['text/*', 'text/csv'],
    ['text/*;q=0.5, text/csv;q=0.1', 'text/html'],
    ['text/csv;q=0.2, application/json;q=0.9', 'application/json'],
    ['image/png', 'application/json'],
    ['text/html;q=x', 'application/json'],
    ['', 'application/json'],
  ])('%s is answered with %s', (accept, type) => {
    expect(preferredType(accept, offered)).toBe(type);
  });
});
