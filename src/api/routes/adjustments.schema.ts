import { Type } from 'typebox';

import { ADJUSTMENT_ACTIONS, CALL_SIDES } from '../../domain/billing/adjustment.ts';
import type { CallId } from '../../domain/ids.ts';
import { choiceField, exampleId, idField, isoField, STRICT, textField } from '../schemas/fields.ts';

const MOST_MICROS = 1_000_000_000_000_000;

const party = choiceField(CALL_SIDES, 'Whose side of the call: what its `buyer` owes, or what its `publisher` earns.');
const reason = textField('Why, for whoever reads the account later.', 'Caller asked for a plumber', { maxLength: 500 });
const amountMicros = Type.Integer({
  minimum: -MOST_MICROS,
  maximum: MOST_MICROS,
  description:
    'A change, in micros: how much more the buyer owes, or the publisher earns; with a minus, how much less. Not 0, and ' +
    'at most all that stands.',
  examples: [-10_000_000],
});

export const changeFields = Type.Object({ party, amountMicros, reason }, STRICT);

export const refundFields = Type.Object({ reason }, STRICT);

export const billFields = Type.Object(
  {
    reason,
    talkMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 86_400_000,
        description: "How long the two talked, in milliseconds, where that is known better than the record's estimate.",
        examples: [95_000],
      }),
    ),
  },
  STRICT,
);

/** What a person decided about one side of a call. */
export const adjustment = Type.Object(
  {
    id: idField('adj_', 'Given when it is made; also the event its postings belong to.'),
    callId: idField<CallId>('call_', 'The call.'),
    at: isoField('When it was made and posted.'),
    party,
    action: choiceField(
      ADJUSTMENT_ACTIONS,
      '`change` moved one side, `refund` took both back, `bill` charged a call that had waited for a person.',
    ),
    amountMicros: Type.Integer({ description: 'By how much more is owed or earned; negative for less. In micros.' }),
    totalMicros: Type.Integer({ minimum: 0, description: 'What is owed or earned for the call since. In micros.' }),
    reason,
    keyId: Type.String({ description: 'Whose key asked for it.' }),
  },
  { $id: 'Adjustment', description: "A person's decision about one side of a settled call, beside its record." },
);

export const ADJUSTMENT_EXAMPLE = {
  id: exampleId('adj_'),
  callId: exampleId('call_'),
  at: '2026-11-23T09:12:44.000Z',
  party: 'buyer',
  action: 'change',
  amountMicros: -10_000_000,
  totalMicros: 35_000_000,
  reason: 'Caller asked for a plumber',
  keyId: exampleId('key_'),
};

export const REFUND_EXAMPLE = [
  { ...ADJUSTMENT_EXAMPLE, action: 'refund', amountMicros: -45_000_000, totalMicros: 0 },
  { ...ADJUSTMENT_EXAMPLE, party: 'publisher', action: 'refund', amountMicros: -28_125_000, totalMicros: 0 },
];

export const BILL_EXAMPLE = [
  { ...ADJUSTMENT_EXAMPLE, action: 'bill', amountMicros: 45_000_000, totalMicros: 45_000_000 },
  { ...ADJUSTMENT_EXAMPLE, party: 'publisher', action: 'bill', amountMicros: 28_125_000, totalMicros: 28_125_000 },
];
