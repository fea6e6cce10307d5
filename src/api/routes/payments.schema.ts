import { Type } from 'typebox';

import type { BuyerId } from '../../domain/ids.ts';
import { idField, isoField, microsField, nullable, STRICT, textField } from '../schemas/fields.ts';

const amountMicros = microsField('What was paid in.', 250_000_000, { minimum: 1 });
const note = textField('What it was for.', 'Wire 4711', { maxLength: 500 });

/** What a client writes of a payment. */
export const paymentFields = Type.Object({ amountMicros, note: Type.Optional(note) }, STRICT);

/** A payment as it was booked. */
export const payment = Type.Object({
  id: idField('pay_', 'Given when it is booked.'),
  at: isoField('When it was booked.'),
  buyerId: idField<BuyerId>('byr_', 'Who paid.'),
  amountMicros,
  note: nullable(note),
});

export const PAYMENT_EXAMPLE = {
  id: 'pay_01JD6Z5V8QK3M4N7P9R2S5T8W1',
  at: '2026-11-21T14:03:05.123Z',
  buyerId: 'byr_01JD6Z5V8QK3M4N7P9R2S5T8W1',
  amountMicros: 250_000_000,
  note: 'Wire 4711',
};
