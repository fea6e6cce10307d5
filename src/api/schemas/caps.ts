import { Type } from 'typebox';

import { choiceField, integerField, microsField, STRICT } from './fields.ts';

const MAX_CALLS = 1_000_000_000;

const calls = (description: string) => Type.Optional(integerField(description, [1, MAX_CALLS], { examples: [50] }));

/** Limits, the same everywhere. Absent means no limit. */
export const capsField = Type.Object(
  {
    concurrent: calls('Calls at once.'),
    hourly: calls("Billable calls in an hour of the buyer's local clock."),
    daily: calls("Billable calls from midnight to midnight in the buyer's time zone."),
    monthly: calls("Billable calls in a calendar month of the buyer's time zone."),
    total: calls('Billable calls, ever.'),
    spendDailyMicros: Type.Optional(microsField('Charges in a local day.', 500_000_000, { minimum: 1 })),
    mode: Type.Optional(
      choiceField(
        ['strict', 'soft'],
        '`strict` (where absent) counts calls in progress too, so a cap is never passed; `soft` counts settled calls only.',
      ),
    ),
  },
  { ...STRICT, default: {}, description: 'Limits. What is absent is not limited.' },
);
