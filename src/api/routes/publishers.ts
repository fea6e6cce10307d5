import { Type, type Static } from 'typebox';

import type { InputProblem } from '../../domain/app-error.ts';
import type { Payout } from '../../domain/plan/party.ts';
import { checkTimeZone } from '../../domain/routing/time-zone.ts';
import { checkPayoutsOfPublisher } from './check-payout.ts';
import { defineCollection } from './collection.ts';
import { publisherFields } from './publishers.schema.ts';

type PayoutFields = Static<typeof publisherFields>['payout'];

export const publishers = defineCollection({
  kind: 'publishers',
  name: 'Publisher',
  idPrefix: 'pub_',
  description: 'Who produces calls.',
  fields: publisherFields,
  filters: {
    name: Type.Optional(publisherFields.properties.name),
    archived: Type.Optional(Type.Boolean()),
  },
  example: { name: 'Bay Area Leads', payout: { kind: 'percent', percent: 62.5, minTalkS: 90 } },
  parse: (fields) => {
    const problem = checkTimeZone(fields.timezone);
    if (problem !== undefined) return [{ path: '/timezone', message: problem }];
    const payout = readPayout(fields.payout);
    return 'kind' in payout ? { ...fields, payout } : payout;
  },
  check: checkPayoutsOfPublisher,
});

function readPayout({ kind, amountMicros, percent, minTalkS }: PayoutFields): Payout | readonly InputProblem[] {
  const shared = minTalkS === undefined ? {} : { minTalkS };
  if (kind === 'fixed') {
    if (percent !== undefined) return [{ path: '/payout/percent', message: 'A fixed payout has none: leave it out.' }];
    return amountMicros === undefined
      ? [{ path: '/payout/amountMicros', message: 'A fixed payout needs the amount each call earns, in micros.' }]
      : { kind, amountMicros, ...shared };
  }
  if (amountMicros !== undefined) {
    return [{ path: '/payout/amountMicros', message: 'A payout by percent has none: leave it out.' }];
  }
  if (percent === undefined) {
    return [{ path: '/payout/percent', message: 'A payout by percent needs the share, from 0 to 100.' }];
  }
  return Number(percent.toFixed(2)) === percent
    ? { kind, percent, ...shared }
    : [{ path: '/payout/percent', message: 'Write at most two decimals, such as 62.5 or 33.33.' }];
}
