import { Type } from 'typebox';

import { capsField } from '../schemas/caps.ts';
import { choiceField, integerField, microsField, STRICT, textField, timezoneField } from '../schemas/fields.ts';

/** What a client writes of a publisher. */
export const publisherFields = Type.Object(
  {
    name: textField('Who they are.', 'Bay Area Leads'),
    payout: Type.Object(
      {
        kind: choiceField(['fixed', 'percent'], 'An amount for each call, or a share of what the buyer owes.'),
        amountMicros: Type.Optional(microsField('With `fixed`: what each call earns.', 20_000_000)),
        percent: Type.Optional(
          Type.Number({
            minimum: 0,
            maximum: 100,
            description: 'With `percent`: 0 to 100, with up to two decimals.',
            examples: [62.5],
          }),
        ),
        minTalkS: Type.Optional(
          integerField(
            "Shortest conversation that earns, in seconds; where absent the route's, and where that has none the campaign's.",
            [0, 86_400],
            { examples: [90] },
          ),
        ),
      },
      { ...STRICT, default: { kind: 'fixed', amountMicros: 0 }, description: 'What a call earns them.' },
    ),
    timezone: timezoneField('IANA zone: its midnight and hours begin the windows of caps.'),
    caps: capsField,
  },
  STRICT,
);
