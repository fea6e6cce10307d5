import { Type } from 'typebox';

import type { BuyerId, PromptId, TrunkId } from '../../domain/ids.ts';
import { capsField } from '../schemas/caps.ts';
import { idField, integerField, STRICT, textField } from '../schemas/fields.ts';

/** What a client writes of a destination. */
export const destinationFields = Type.Object(
  {
    buyerId: idField<BuyerId>('byr_', 'Whose it is.'),
    name: textField('What you call it.', 'Front desk'),
    uri: Type.String({
      minLength: 1,
      maxLength: 300,
      description: '`sip:user@host[:port]`, dialled directly, or `tel:+1…`, dialled through `trunkId`.',
      examples: ['tel:+14155550123'],
    }),
    trunkId: Type.Optional(idField<TrunkId>('trk_', 'The trunk a `tel:` number is dialled through.')),
    ringTimeoutS: integerField('How long it rings before the next is tried, in seconds.', [1, 120], { default: 25 }),
    caps: capsField,
    acceptDigit: Type.Optional(
      Type.String({
        pattern: '^[0-9*#]$',
        'x-expects': 'Write one digit, * or #.',
        description: 'Pressed to take the call, which is connected from then on. Needs a media server.',
        examples: ['1'],
      }),
    ),
    acceptTimeoutS: integerField('How long that press is waited for, in seconds.', [2, 30], { default: 10 }),
    whisper: Type.Optional(
      idField<PromptId>('prm_', 'Prompt that the buyer hears first, the caller does not. Needs a media server.'),
    ),
    enabled: Type.Boolean({ default: true, description: 'Off, it is never rung.' }),
  },
  STRICT,
);
