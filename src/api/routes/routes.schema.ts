import { Type } from 'typebox';

import type { AreaId, CampaignId, DestinationId, PublisherId, ScheduleId } from '../../domain/ids.ts';
import { capsField } from '../schemas/caps.ts';
import { categoryField } from '../schemas/category.ts';
import { idField, integerField, microsField, STRICT } from '../schemas/fields.ts';

/** What a client writes of a route. */
export const routeFields = Type.Object(
  {
    campaignId: idField<CampaignId>('cmp_', 'Whose calls it takes.'),
    destinationId: idField<DestinationId>('dst_', 'Where they go.'),
    areaId: Type.Optional(idField<AreaId>('area_', 'The callers it serves; absent for all.')),
    scheduleId: Type.Optional(idField<ScheduleId>('sch_', 'When it is open; absent for always.')),
    priority: integerField('Lowest first.', [0, 1_000_000], { default: 1 }),
    weight: integerField('Its share among open routes of equal priority.', [1, 1_000_000], { default: 100 }),
    priceMicros: Type.Optional(
      microsField("What a billable call costs; the campaign's price where absent.", 50_000_000),
    ),
    minTalkS: Type.Optional(
      integerField("Shortest billable conversation, in seconds; the campaign's where absent.", [0, 86_400], {
        examples: [90],
      }),
    ),
    acceptedPublisherIds: Type.Optional(
      Type.Array(idField<PublisherId>('pub_', 'A publisher whose calls it takes.'), {
        minItems: 1,
        maxItems: 500,
        uniqueItems: true,
        description: "Publishers whose calls it takes, and nobody else's; absent for everyone's.",
      }),
    ),
    categories: Type.Optional(
      Type.Array(categoryField('A category it takes.'), {
        minItems: 1,
        maxItems: 20,
        uniqueItems: true,
        description:
          "Categories, as a campaign's IVR sets them, of the calls it takes, and no others; absent for every call.",
      }),
    ),
    caps: capsField,
    enabled: Type.Boolean({ default: true, description: 'Off, it takes no calls.' }),
  },
  STRICT,
);
