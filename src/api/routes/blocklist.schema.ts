import { Type } from 'typebox';

import { instantField, STRICT, textField } from '../schemas/fields.ts';

/** What a client writes of a blocklist entry. */
export const blocklistFields = Type.Object(
  {
    match: Type.String({
      minLength: 1,
      maxLength: 32,
      description: 'A whole number in E.164, or the start of one that stands for every number it begins.',
      examples: ['+14155550100'],
    }),
    reason: Type.Optional(textField('Why, for the people who come after.', 'Robocalls')),
    expiresAt: Type.Optional(instantField('When it stops to hold; absent for never.')),
  },
  STRICT,
);
