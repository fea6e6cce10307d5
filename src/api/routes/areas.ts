import { Type } from 'typebox';

import type { AreaEntry } from '../../domain/plan/area.ts';
import { validateArea } from '../../domain/routing/area-validation.ts';
import { areaFields } from './areas.schema.ts';
import { defineCollection } from './collection.ts';

export const areas = defineCollection({
  kind: 'areas',
  name: 'Area',
  idPrefix: 'area_',
  description: 'A reusable service area.',
  fields: areaFields,
  filters: {
    name: Type.Optional(areaFields.properties.name),
    archived: Type.Optional(Type.Boolean()),
  },
  example: {
    name: 'San Francisco and Oakland',
    include: [{ npa: '415' }, { npa: '510' }, { zipPrefix: '941' }],
    exclude: [{ zip: '94128' }],
  },
  parse: (fields, { gazetteer }) => {
    const problems = validateArea(fields, gazetteer);
    if (problems.length > 0) return problems;
    // `validateArea` has made sure that each entry has exactly one key, which the schema alone can't tell the types.
    return { ...fields, include: fields.include as AreaEntry[], exclude: fields.exclude as AreaEntry[] };
  },
});
