import { Type } from 'typebox';

import { capsField } from '../schemas/caps.ts';
import { choiceField, microsField, STRICT, textField, timezoneField } from '../schemas/fields.ts';

/** What a client writes of a buyer. */
export const buyerFields = Type.Object(
  {
    name: textField('Who they are.', 'Golden Gate Roofing'),
    timezone: timezoneField('IANA zone: its midnight and hours begin the windows of caps.'),
    status: choiceField(['active', 'paused'], '`paused` gets no calls.', { default: 'active' }),
    caps: capsField,
    creditLimitMicros: Type.Optional(
      microsField(
        'How far below zero the account may go; absent for no limit, and 0 for a prepaid buyer.',
        500_000_000,
      ),
    ),
    prepaid: Type.Boolean({ default: false, description: 'Gets calls only as far as the account has money.' }),
  },
  STRICT,
);
