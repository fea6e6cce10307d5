import { expect, test } from 'vitest';

import { describeValues, formatMoney } from './describe-values.ts';

test.each([
  [25_000_000, '25.00 USD'],
  [0, '0.00 USD'],
  [10, '0.00001 USD'],
  [1_500_000, '1.50 USD'],
  [-12_345_678, '-12.345678 USD'],
])('%d micros are %s: two decimals, or all there are', (amount, text) => {
  expect(formatMoney(amount, 'USD')).toBe(text);
});

test('values read as words: counts together, money with its currency, and nothing of what is not known', () => {
  const values = { owner: 'buyer', used: 50, cap: 50, resetsAt: '2026-11-22T05:00:00.000Z', zip: null };
  expect(describeValues(values, 'USD')).toBe('used 50 of 50, owner buyer, resets at 2026-11-22T05:00:00.000Z');
  expect(describeValues({ priority: 1, priceMicros: 25_000_000 }, 'EUR')).toBe('priority 1, price 25.00 EUR');
});
