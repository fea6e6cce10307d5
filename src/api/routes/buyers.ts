import { Type } from 'typebox';

import { checkTimeZone } from '../../domain/routing/time-zone.ts';
import { buyerFields } from './buyers.schema.ts';
import { checkRoutesOfBuyer } from './check-route.ts';
import { defineCollection } from './collection.ts';

const { name, status } = buyerFields.properties;

export const buyers = defineCollection({
  kind: 'buyers',
  name: 'Buyer',
  idPrefix: 'byr_',
  description: 'Who pays for calls.',
  fields: buyerFields,
  filters: {
    name: Type.Optional(name),
    status: Type.Optional(status),
    archived: Type.Optional(Type.Boolean()),
  },
  example: {
    name: 'Golden Gate Roofing',
    timezone: 'America/Los_Angeles',
    caps: { concurrent: 3, daily: 50 },
    creditLimitMicros: 500_000_000,
  },
  parse: (fields) => {
    const problem = checkTimeZone(fields.timezone);
    return problem === undefined ? fields : [{ path: '/timezone', message: problem }];
  },
  check: checkRoutesOfBuyer,
});
