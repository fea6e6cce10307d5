import { Type } from 'typebox';

import { normalizeNumber } from '../../domain/numbers/normalize-number.ts';
import { NUMBER_EXPECTED } from '../schemas/fields.ts';
import { checkPayoutOfDid } from './check-payout.ts';
import { defineCollection } from './collection.ts';
import { didFields } from './dids.schema.ts';
import { readNumberFilter } from './number-filter.ts';

const { number, campaignId, publisherId, label } = didFields.properties;

export const dids = defineCollection({
  kind: 'dids',
  name: 'Did',
  idPrefix: 'did_',
  description: 'A number we own. It belongs to one campaign, and at most one publisher.',
  fields: didFields,
  filters: {
    number: Type.Optional(number),
    campaignId: Type.Optional(campaignId),
    publisherId: Type.Optional(publisherId),
    label: Type.Optional(label),
    enabled: Type.Optional(Type.Boolean()),
    archived: Type.Optional(Type.Boolean()),
  },
  readFilters: (filters) => {
    if (typeof filters['number'] !== 'string') return filters;
    const read = readNumberFilter(filters['number']);
    return read === undefined ? [{ path: '/number', message: NUMBER_EXPECTED }] : { ...filters, number: read };
  },
  isUnique: true,
  example: {
    number: '+14155550100',
    campaignId: 'cmp_01JD6Z5V8QK3M4N7P9R2S5T8W1',
    publisherId: 'pub_01JD6Z5V8QK3M4N7P9R2S5T8W1',
    label: 'Bus stop ads, Oakland',
  },
  parse: (fields) => {
    const number = normalizeNumber(fields.number);
    return number === undefined ? [{ path: '/number', message: NUMBER_EXPECTED }] : { ...fields, number };
  },
  check: checkPayoutOfDid,
});
