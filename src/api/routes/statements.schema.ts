import { Type } from 'typebox';

import { buildStatement, type StatementLine } from '../../domain/billing/statement.ts';
import type { IsoInstant } from '../../domain/time.ts';
import type { AccountStatement } from '../statements/account-statement.ts';
import { choiceField, exampleId, idField, isoField, nullable, STRICT } from '../schemas/fields.ts';

/** A date in a time zone, or an instant, as `readLocalSpan` reads it. */
export const moment = (description: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 40,
      description: `${description} A date begins at midnight in the time zone.`,
      examples: ['2026-11-01'],
    }),
  );

export const statementQuery = Type.Object(
  {
    from: moment('Posted on or after this date, or instant; from the beginning where absent.'),
    to: moment('Posted before this date, or instant; up to now where absent.'),
    timezone: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: "IANA time zone of dates and printed times; the buyer's own where absent, UTC for publishers.",
        examples: ['America/New_York'],
      }),
    ),
  },
  STRICT,
);

const micros = (description: string) => Type.Integer({ description: `${description} In micros.` });
const text = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description });

const line = Type.Object({
  postingId: idField('pst_', 'The posting.'),
  at: isoField('When it was posted.'),
  kind: choiceField(['charge', 'payout', 'adjustment', 'payment'], 'What it is for.'),
  callId: text('The call; null for a payment.'),
  connectedAt: nullable(isoField('When the call connected.')),
  did: text('The DID dialled.'),
  ani: text("The caller; a publisher's statement shows the last four digits."),
  talkMs: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'Conversation, in milliseconds.' }),
  amountMicros: micros('How much more is owed by it; negative for less.'),
  reason: text('Why it was adjusted, or what was paid.'),
  reverses: text('The posting that it takes back.'),
});

export const statement = Type.Unsafe<AccountStatement>(
  Type.Object({
    account: Type.Object({
      kind: choiceField(['buyer', 'publisher'], 'Whose account.'),
      id: Type.String(),
      name: Type.String(),
    }),
    currency: Type.String({ description: 'ISO 4217.' }),
    timezone: Type.String({ description: 'In which dates were read.' }),
    from: nullable(isoField('Its first instant; null for the beginning.')),
    to: nullable(isoField('The first instant after it; null for up to now.')),
    openingMicros: micros('What was owed before: by a buyer, or to a publisher.'),
    lines: Type.Array(line, { description: 'In the order posted.' }),
    totals: Type.Object({
      calls: Type.Integer({ description: 'Calls charged or paid out for.' }),
      talkMs: Type.Integer({ description: 'Their conversation, in milliseconds.' }),
      callsMicros: micros('Charges of a buyer, payouts of a publisher.'),
      adjustmentsMicros: micros('Adjustments.'),
      paymentsMicros: micros('Payments.'),
    }),
    closingMicros: micros('What is owed after: the opening and the three sums.'),
  }),
);

/** An example whose sums are made by what makes them in earnest. */
export function statementExample(kind: 'buyer' | 'publisher'): AccountStatement {
  const isBuyer = kind === 'buyer';
  const charge = {
    postingId: exampleId('pst_'),
    at: '2026-11-21T14:08:31.042Z',
    kind: isBuyer ? 'charge' : 'payout',
    callId: exampleId('call_'),
    connectedAt: '2026-11-21T14:03:13.870Z',
    did: '+14155550100',
    ani: isBuyer ? '+14155550199' : '***0199',
    talkMs: 317_172,
    amountMicros: isBuyer ? 45_000_000 : 28_125_000,
    reason: null,
    reverses: null,
  } as unknown as StatementLine;
  return {
    account: {
      kind,
      id: exampleId(isBuyer ? 'byr_' : 'pub_'),
      name: isBuyer ? 'Golden Gate Roofing' : 'Bay Area Leads',
    },
    currency: 'USD',
    timezone: isBuyer ? 'America/Los_Angeles' : 'UTC',
    from: '2026-11-01T07:00:00.000Z' as IsoInstant,
    to: '2026-12-01T08:00:00.000Z' as IsoInstant,
    ...buildStatement(5_000_000, [charge]),
  };
}
