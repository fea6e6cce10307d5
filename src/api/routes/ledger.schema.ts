import { Type } from 'typebox';

import type { LedgerParty, Posting, PostingId } from '../../domain/billing/ledger.ts';
import type { CallId } from '../../domain/ids.ts';
import { choiceField, idField, isoField, nullable } from '../schemas/fields.ts';
import { listQuery } from '../schemas/page.ts';
import { spanFilters } from './time-span.ts';

const party = Type.Unsafe<LedgerParty>({
  type: 'string',
  maxLength: 80,
  pattern: '^(?:house|(?:buyer|publisher):[\\w-]{1,64})$',
  'x-expects': 'Write house, or buyer: or publisher: followed by an id.',
  description: '`buyer:<id>`, `publisher:<id>` or `house`.',
  examples: ['buyer:byr_01JD6Z5V8QK3M4N7P9R2S5T8W1'],
});

const KINDS = ['charge', 'payout', 'adjustment', 'payment'] as const satisfies readonly Posting['kind'][];
const kind = choiceField(KINDS, 'What it is for.');
const callId = idField<CallId>('call_', 'The call it is for.');

export const ledgerQuery = listQuery({
  party: Type.Optional(party),
  callId: Type.Optional(callId),
  kind: Type.Optional(kind),
  ...spanFilters('Posted'),
});

/** One line of the ledger. */
export const posting = Type.Object({
  id: idField<PostingId>('pst_', 'Given when it is posted.'),
  at: isoField('When it was posted.'),
  callId: nullable(callId),
  party,
  kind,
  amountMicros: Type.Integer({
    description: 'Debit positive, credit negative, in micros. The postings of one event sum to zero.',
  }),
  reverses: Type.Optional(idField<PostingId>('pst_', 'The posting that this one takes back.')),
});

export const POSTING_EXAMPLE = {
  id: 'pst_01JD6Z5V8QK3M4N7P9R2S5T8W1',
  at: '2026-11-21T14:08:31.042Z',
  callId: 'call_01JD6Z5V8QK3M4N7P9R2S5T8W1',
  party: 'buyer:byr_01JD6Z5V8QK3M4N7P9R2S5T8W1',
  kind: 'charge',
  amountMicros: 45_000_000,
};
