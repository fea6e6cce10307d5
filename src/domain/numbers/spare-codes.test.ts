import { expect, test } from 'vitest';

import { beginsNoNumber, beginsNoZip, isAreaCode } from './spare-codes.ts';

test.each([
  '+999',
  '+9991',
  '+28',
  '+281',
  '+2',
  '+99',
  '+88',
  '+886',
  '+800',
  '+883',
  '+44',
  '+7',
  '+1',
  '+12',
  '+1415',
])('%s begins no number just where the code is spare', (prefix) => {
  expect(beginsNoNumber(prefix)).toBe(/^\+(999|28)/.test(prefix));
});

test.each(['+10', '+11', '+1911', '+1211555', '+1299', '+1999'])('%s begins no number of North America', (prefix) => {
  expect(beginsNoNumber(prefix)).toBe(true);
});

test('an area code has the form of one, whether it is assigned or not', () => {
  expect(['415', '289', '738', '800', '900', '211'].map(isAreaCode)).toEqual([true, true, true, true, true, false]);
  expect(['911', '999', '299', '115', '015', '41', '4155'].some(isAreaCode)).toBe(false);
});

test('ZIPs begin at 00501', () => {
  expect(['00000', '000', '004', '00499'].every(beginsNoZip)).toBe(true);
  expect(['0', '00', '005', '00501', '02134', 'A0A'].some(beginsNoZip)).toBe(false);
});
