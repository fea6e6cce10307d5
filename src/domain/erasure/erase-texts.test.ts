import { expect, test } from 'vitest';

import type { Ani } from '../numbers/e164.ts';
import { eraseTexts } from './erase-texts.ts';

const CALLER = '+14155550199' as Ani;

test('notes go, and the number goes out of all other texts, however deep', () => {
  const said = {
    note: 'Mrs Jones, call again',
    history: [{ value: 'booked', note: '415 555 0199', at: '2026-11-21T14:00:00.000Z' }],
    reason: 'refund for 4155550199',
    amountMicros: 4_155_550_199,
    none: null,
  };
  expect(eraseTexts(said, CALLER)).toEqual({
    note: null,
    history: [{ value: 'booked', note: null, at: '2026-11-21T14:00:00.000Z' }],
    reason: 'refund for [erased]',
    amountMicros: 4_155_550_199,
    none: null,
  });
  expect(said.note).toBe('Mrs Jones, call again');
});
