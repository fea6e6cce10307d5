import { Type } from 'typebox';

import { OUTCOMES } from '../../domain/call/cdr.ts';
import { categoryField } from '../schemas/category.ts';
import { choiceField, instantField, integerField, nullable, numberField, STRICT } from '../schemas/fields.ts';
import { routeDecision, ROUTE_DECISION_EXAMPLE } from './route-decision.schema.ts';

/** What a client asks. */
export const routeQuestion = Type.Object(
  {
    did: numberField('The number dialled.'),
    ani: Type.String({
      minLength: 1,
      maxLength: 64,
      description: "The caller's number, or `anonymous`. Ten digits of North America get their +1.",
      examples: ['+14155550199'],
    }),
    at: Type.Optional(instantField('When; now where absent.')),
    zip: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 16,
        description: 'ZIP or Canadian postal code that the caller entered.',
        examples: ['94107'],
      }),
    ),
    publisherZip: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 16,
        description:
          'ZIP or Canadian postal code that a publisher supplied, as X-Caller-Zip of a trunk with `trustLocation`.',
        examples: ['94110'],
      }),
    ),
    publisherState: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 16,
        description: 'US state or Canadian province that a publisher supplied, as X-Caller-State.',
        examples: ['CA'],
      }),
    ),
    category: Type.Optional(categoryField('What the caller said they want, as an IVR would set it.')),
    seed: Type.Optional(
      integerField(
        'Draws the order of equals; the same seed gives the same answer. Chosen where absent.',
        [0, 2 ** 32 - 1],
        {
          examples: [42],
        },
      ),
    ),
  },
  STRICT,
);

/** What would be decided. */
export const routeAnswer = Type.Object({
  ...routeDecision.properties,
  outcome: nullable(choiceField(OUTCOMES, 'How the call would end at once; null where a destination would be rung.')),
});

export const ROUTE_ANSWER_EXAMPLE = { ...ROUTE_DECISION_EXAMPLE, outcome: null };
