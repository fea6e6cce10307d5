import { Type } from 'typebox';

import type { DestinationId, RouteId } from '../../domain/ids.ts';
import type { LocationSource } from '../../domain/numbers/location.ts';
import { REJECT_REASONS } from '../../domain/routing/route-decision.ts';
import { choiceField, exampleId, idField, isoField, nullable } from '../schemas/fields.ts';

const textOrNull = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description });

const SOURCES = ['entered', 'publisher', 'number', 'none'] as const satisfies readonly LocationSource[];

/** Where a caller is, as far as it is known. */
export const callerLocation = Type.Object({
  source: choiceField(SOURCES, 'What it is known from, best first.'),
  country: textOrNull('ISO 3166-1 alpha-2.'),
  state: textOrNull('US state or Canadian province.'),
  zip: textOrNull('ZIP or postal code, as text.'),
  npa: textOrNull('Area code of the number itself.'),
  npaNxx: textOrNull('Area code and exchange of the number itself.'),
  timezone: textOrNull('IANA zone.'),
});

const candidate = Type.Object({
  routeId: idField<RouteId>('rte_', 'The route.'),
  destinationId: idField<DestinationId>('dst_', 'Where it leads.'),
  verdict: choiceField(['selected', 'rejected'], 'Whether it may be dialled.'),
  place: Type.Optional(Type.Integer({ minimum: 1, description: 'Where selected: 1 is dialled first.' })),
  reason: nullable(choiceField(REJECT_REASONS, 'Why it was rejected; null where selected.')),
  values: Type.Object({}, { description: 'What was compared, by name.', additionalProperties: true }),
});

/** Who gets a call, and why, of every route of the campaign. */
export const routeDecision = Type.Object(
  {
    seed: Type.Integer({ description: 'What the order of equals was drawn with.' }),
    snapshotVersion: Type.Integer({ description: 'The version of the configuration it rests on.' }),
    at: isoField('The instant it was made for.'),
    location: callerLocation,
    candidates: Type.Array(candidate, {
      description: 'Every route of the campaign: the selected in their order, then the rejected by id.',
    }),
  },
  { description: 'Who gets a call, and why.' },
);

export const ROUTE_DECISION_EXAMPLE = {
  seed: 42,
  snapshotVersion: 17,
  at: '2026-11-21T14:03:05.123Z',
  location: {
    source: 'number',
    country: 'US',
    state: 'CA',
    zip: null,
    npa: '415',
    npaNxx: '415555',
    timezone: 'America/Los_Angeles',
  },
  candidates: [
    {
      routeId: exampleId('rte_'),
      destinationId: exampleId('dst_'),
      verdict: 'selected',
      place: 1,
      reason: null,
      values: { priority: 1, weight: 100 },
    },
    {
      routeId: 'rte_01JD6Z5V8QK3M4N7P9R2S5T8W2',
      destinationId: 'dst_01JD6Z5V8QK3M4N7P9R2S5T8W2',
      verdict: 'rejected',
      reason: 'daily-cap',
      values: { used: 50, cap: 50, resetsAt: '2026-11-22T08:00:00.000Z' },
    },
  ],
};
