import { Type } from 'typebox';

import { STRICT, textField } from '../schemas/fields.ts';

const text = (description: string, example: string) =>
  Type.Optional(Type.String({ maxLength: 64, description, examples: [example] }));

const entry = Type.Object(
  {
    country: text('ISO 3166-1 alpha-2.', 'US'),
    state: text('US state or Canadian province, two letters.', 'CA'),
    npa: text('Area code of the number.', '415'),
    npaNxx: text('Area code and exchange of the number.', '415555'),
    zip: text('ZIP or Canadian postal code, as text.', '94107'),
    zipPrefix: text('Start of a ZIP or postal code.', '941'),
    prefix: text('Start of the E.164 number.', '+1415'),
    radius: Type.Optional(
      Type.Object(
        {
          zip: Type.String({ maxLength: 16, description: 'ZIP at the centre.', examples: ['94107'] }),
          miles: Type.Number({ exclusiveMinimum: 0, maximum: 12_500, description: 'Miles around it.', examples: [25] }),
        },
        STRICT,
      ),
    ),
  },
  {
    ...STRICT,
    minProperties: 1,
    maxProperties: 1,
    'x-expects': 'An entry has exactly one of country, state, npa, npaNxx, zip, zipPrefix, prefix and radius.',
    description: 'Exactly one of these.',
  },
);

const entries = (description: string) => Type.Array(entry, { default: [], maxItems: 50_000, description });

/** What a client writes of an area. */
export const areaFields = Type.Object(
  {
    name: textField('What you call it.', 'San Francisco and Oakland'),
    include: entries('Whom it takes in; everyone where empty.'),
    exclude: entries('Whom it leaves out, whatever `include` says.'),
    acceptInferred: Type.Boolean({
      default: true,
      description: 'Whether country, state and radius may rest on the number alone.',
    }),
  },
  STRICT,
);
