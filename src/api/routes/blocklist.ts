import { Type } from 'typebox';

import { normalizeNumber } from '../../domain/numbers/normalize-number.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import { blocklistFields } from './blocklist.schema.ts';
import { defineCollection } from './collection.ts';

export const blocklist = defineCollection({
  kind: 'blocklist',
  name: 'BlocklistEntry',
  idPrefix: 'blk_',
  description: 'A caller, or all callers whose numbers begin alike, who is refused.',
  fields: blocklistFields,
  filters: {
    match: Type.Optional(blocklistFields.properties.match),
    archived: Type.Optional(Type.Boolean()),
  },
  readFilters: (filters) => {
    if (typeof filters['match'] !== 'string') return filters;
    // An unescaped plus sign arrives as a space.
    const match = readMatch(filters['match'].replace(/^ /, '+'));
    return match === undefined ? [{ path: '/match', message: MATCH_EXPECTED }] : { ...filters, match };
  },
  isNeverNamed: true,
  example: { match: '+14155550100', reason: 'Robocalls', expiresAt: '2027-01-01T00:00:00.000Z' },
  parse: ({ expiresAt, ...fields }) => {
    const match = readMatch(fields.match);
    if (match === undefined) return [{ path: '/match', message: MATCH_EXPECTED }];
    return { ...fields, match, ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) as EpochMs }) };
  },
  unparse: ({ expiresAt, ...fields }) => ({
    ...fields,
    ...(expiresAt === undefined ? {} : { expiresAt: toIso(expiresAt) }),
  }),
});

const MATCH_EXPECTED =
  'Write a number in E.164, such as +14155550100, or the start of one with its plus sign, such as +1415.';

/** A prefix as it stands, or a whole number however it is written. */
function readMatch(text: string): string | undefined {
  return normalizeNumber(text) ?? (/^\+[1-9]\d{0,14}$/.test(text) ? text : undefined);
}
