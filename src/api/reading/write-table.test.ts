import { expect, it } from 'vitest';

import { writeTable } from './write-table.ts';

it('has its headings once and every row, some at a time, and no cell is a formula', () => {
  const rows = Array.from({ length: 1_234 }, (_, n) => [n, '=1+1', null]);
  const pieces = [...writeTable(['n', '@formula', 'none'], rows)];
  expect(pieces.length).toBeGreaterThan(2);
  const lines = pieces.join('').split('\r\n');
  expect(lines[0]).toBe("n,'@formula,none");
  expect(lines.slice(1, -1)).toEqual(rows.map(([n]) => `${n},'=1+1,`));
  expect(lines.at(-1)).toBe('');
});

it('has its headings where there are no rows', () => {
  expect([...writeTable(['a', 'b'], [])]).toEqual(['a,b\r\n']);
});
