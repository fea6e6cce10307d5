import { Type } from 'typebox';

import { KIND_NAMES } from '../../store/resources/resource-kinds.ts';
import { IMPORT_ACTIONS, type ImportAction, type ImportResult } from '../plan-file/import-plan.ts';
import { choiceField, exampleId, STRICT } from '../schemas/fields.ts';

/** What both imports are asked with. */
export const importQuery = Type.Object(
  {
    mode: choiceField(
      ['merge', 'replace'],
      '`merge` changes what the file says and leaves the rest as it is; `replace` makes the file all there is of the ' +
        'collections it names.',
      { default: 'merge' },
    ),
    dryRun: Type.Boolean({ default: false, description: 'Answer as if it were done, and change nothing.' }),
  },
  STRICT,
);

/** What both exports are asked with. */
const archived = Type.Boolean({ default: false, description: 'Archived things, too.' });

export const exportQuery = Type.Object(
  {
    format: choiceField(['json', 'yaml'], 'How it is written.', { default: 'json' }),
    archived,
  },
  STRICT,
);

export const exportTableQuery = Type.Object({ archived }, STRICT);

export const collectionParams = Type.Object({
  collection: choiceField(KIND_NAMES, 'One of the collections of the configuration.', { examples: ['routes'] }),
});

const item = Type.Object(
  {},
  { additionalProperties: true, description: 'As `POST` takes it, with `id`, `archived`, and names in place of ids.' },
);

/** A file of the configuration, or of a part of it. */
export const planSchema = Type.Object(
  {
    prompts: Type.Optional(
      Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), {
        description: 'What prompts are called where the file comes from: those of the same names are played here.',
      }),
    ),
    ...Object.fromEntries(
      KIND_NAMES.map((kind) => [
        kind,
        Type.Optional(Type.Array(item, { description: `All of the ${kind}, or some.` })),
      ]),
    ),
  },
  { ...STRICT, description: 'Collections of the configuration.' },
);

/** A small one, whose parts name each other by their names. */
export const PLAN_EXAMPLE = {
  buyers: [{ name: 'Golden Gate Roofing', timezone: 'America/Los_Angeles', caps: { daily: 50 } }],
  destinations: [{ buyer: 'Golden Gate Roofing', name: 'Front desk', uri: 'sip:desk@pbx.example' }],
  campaigns: [{ name: 'Roofing, California', minTalkS: 60, priceMicros: 45_000_000 }],
  dids: [{ number: '+14155550100', campaign: 'Roofing, California' }],
  routes: [{ campaign: 'Roofing, California', destination: 'Front desk' }],
};

export const YAML_EXAMPLE = `campaigns:
  - name: Roofing, California
    minTalkS: 60
    priceMicros: 45000000
dids:
  - number: "+14155550100"
    campaign: Roofing, California
`;

export const CSV_EXAMPLE = 'campaign,destination,priority,caps.daily\r\n"Roofing, California",Front desk,1,50\r\n';

const WORDS: Readonly<Record<ImportAction, string>> = {
  created: 'Made.',
  updated: 'Changed.',
  unchanged: 'As they were.',
  archived: 'Taken out of service: by the file, or for what is not in it, since records name them.',
  deleted: 'Gone: not in the file that replaces their collection.',
};

const byAction = <Value extends ReturnType<typeof Type.Integer> | ReturnType<typeof Type.Array>>(
  field: (description: string) => Value,
  description: string,
) => Type.Object(Object.fromEntries(IMPORT_ACTIONS.map((action) => [action, field(WORDS[action])])), { description });

export const importResult = Type.Unsafe<ImportResult>(
  Type.Object({
    dryRun: Type.Boolean({ description: 'Whether nothing was changed. Ids of new things are then made up.' }),
    mode: choiceField(['merge', 'replace'], 'As asked for.'),
    counts: byAction((description) => Type.Integer({ description }), 'How many there are of each.'),
    collections: Type.Record(
      Type.String(),
      byAction((description) => Type.Array(Type.String(), { description }), 'Ids.'),
      { description: 'Which, of each collection that the file names.' },
    ),
  }),
);

const NONE = { created: [], updated: [], unchanged: [], archived: [], deleted: [] };

export const IMPORT_EXAMPLE: ImportResult = {
  dryRun: false,
  mode: 'merge',
  counts: { created: 1, updated: 1, unchanged: 0, archived: 0, deleted: 0 },
  collections: {
    campaigns: { ...NONE, updated: [exampleId('cmp_')] },
    dids: { ...NONE, created: [exampleId('did_')] },
  },
};
