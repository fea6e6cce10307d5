import { Type } from 'typebox';

import { choiceField, integerField, STRICT, textField } from '../schemas/fields.ts';

const gateway = Type.Object(
  {
    uri: Type.String({
      minLength: 1,
      maxLength: 300,
      description: '`sip:host[:port][;transport=udp|tcp]`: where INVITEs go.',
      examples: ['sip:gw1.carrier.example:5060'],
    }),
    priority: integerField('Lowest first.', [0, 65_535], { default: 1 }),
    weight: integerField('Its share among gateways of equal priority.', [1, 65_535], { default: 100 }),
    probe: Type.Boolean({
      default: true,
      description: 'Ask it by OPTIONS every half a minute if it is there, and pass it over while it does not answer.',
    }),
  },
  STRICT,
);

const credentials = {
  username: textField('User name.', 'tollgate'),
  realm: textField("The carrier's realm.", 'carrier.example'),
};

/** What a client writes of a trunk. */
export const trunkFields = Type.Object(
  {
    name: textField('What you call it.', 'Carrier one'),
    sources: Type.Array(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'A CIDR block or an address, IPv4 or IPv6.',
        examples: ['198.51.100.0/24'],
      }),
      {
        default: [],
        maxItems: 1_000,
        description: 'Where its calls come from. Empty for a trunk that is only dialled out through.',
      },
    ),
    gateways: Type.Array(gateway, {
      default: [],
      maxItems: 100,
      description: 'Where calls to `tel:` destinations go. Empty for a trunk that only delivers calls.',
    }),
    digest: Type.Optional(
      Type.Object(
        {
          ...credentials,
          password: Type.String({
            minLength: 1,
            maxLength: 200,
            description: 'Never read back. A change that leaves it out keeps it.',
            examples: ['correct horse battery staple'],
          }),
        },
        { ...STRICT, description: "Answers the challenges of this trunk's gateways, for this realm alone (RFC 8760)." },
      ),
    ),
    challengeInbound: Type.Boolean({
      default: false,
      description:
        "Also challenge the trunk's own calls with `digest`. Without `sources` they may then come from any address.",
    }),
    maxCps: Type.Optional(
      integerField('Most new calls a second; absent for no limit.', [1, 10_000], { examples: [10] }),
    ),
    maxConcurrent: Type.Optional(
      integerField('Most calls at once; absent for no limit.', [1, 1_000_000], { examples: [100] }),
    ),
    trustIdentity: Type.Boolean({
      default: false,
      description: 'Believe P-Asserted-Identity, Diversion, History-Info and Identity from here.',
    }),
    trustLocation: Type.Boolean({
      default: false,
      description:
        'Believe what X-Caller-Zip and X-Caller-State say of where the caller is: it goes before the area code, and ' +
        'behind a ZIP that the caller enters.',
    }),
    allowedPrefixes: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^\\+[1-9]\\d{0,14}$',
          'x-expects': 'Write the start of an E.164 number: a plus sign and digits, such as +1.',
          examples: ['+1'],
        }),
        { minItems: 1, maxItems: 1_000, description: 'Numbers that may be dialled through it; absent for any.' },
      ),
    ),
    numberFormat: choiceField(
      ['e164', 'e164-without-plus', 'national'],
      'How the carrier writes numbers: `+14155550100`, `14155550100` or `4155550100`.',
      { default: 'e164' },
    ),
    enabled: Type.Boolean({ default: true, description: 'Off, it neither delivers calls nor is dialled through.' }),
  },
  STRICT,
);

/** What a client reads in place of the digest credentials. */
export const digestShown = Type.Object({
  ...credentials,
  passwordSet: Type.Boolean({ description: 'Whether there is a password; it is never read back.' }),
});
