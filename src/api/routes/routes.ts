import { Type } from 'typebox';

import { checkRoute } from './check-route.ts';
import { defineCollection } from './collection.ts';
import { routeFields } from './routes.schema.ts';

const { campaignId, destinationId, areaId, scheduleId } = routeFields.properties;

export const routes = defineCollection({
  kind: 'routes',
  name: 'Route',
  idPrefix: 'rte_',
  description: "A campaign's line to one destination: for whom, when, for how much, and how often.",
  fields: routeFields,
  filters: {
    campaignId: Type.Optional(campaignId),
    destinationId: Type.Optional(destinationId),
    areaId: Type.Optional(areaId),
    scheduleId: Type.Optional(scheduleId),
    priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    enabled: Type.Optional(Type.Boolean()),
    archived: Type.Optional(Type.Boolean()),
  },
  example: {
    campaignId: 'cmp_01JD6Z5V8QK3M4N7P9R2S5T8W1',
    destinationId: 'dst_01JD6Z5V8QK3M4N7P9R2S5T8W1',
    areaId: 'area_01JD6Z5V8QK3M4N7P9R2S5T8W1',
    scheduleId: 'sch_01JD6Z5V8QK3M4N7P9R2S5T8W1',
    priority: 1,
    weight: 100,
    priceMicros: 50_000_000,
    caps: { daily: 20 },
  },
  parse: (fields) => fields,
  check: checkRoute,
});
