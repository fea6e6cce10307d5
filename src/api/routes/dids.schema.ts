import { Type } from 'typebox';

import type { CampaignId, PublisherId } from '../../domain/ids.ts';
import { idField, numberField, STRICT, textField } from '../schemas/fields.ts';

/** What a client writes of a DID. */
export const didFields = Type.Object(
  {
    number: numberField('The number we own.'),
    campaignId: idField<CampaignId>('cmp_', 'The campaign its calls belong to.'),
    publisherId: Type.Optional(idField<PublisherId>('pub_', 'Who produces its calls; absent for nobody but us.')),
    label: Type.Optional(textField('What you call it.', 'Bus stop ads, Oakland')),
    enabled: Type.Boolean({ default: true, description: 'Off, its calls are refused as to an unknown number.' }),
  },
  STRICT,
);
