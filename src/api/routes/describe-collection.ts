import { Type, type TObject } from 'typebox';

import type { ResourceKind } from '../../store/resource-store.ts';
import { exampleId } from '../schemas/fields.ts';
import { withExample } from '../schemas/body.ts';
import { ifMatchHeader } from '../schemas/if-match.ts';
import { listQuery, noQuery, pageOf } from '../schemas/page.ts';
import { patchSchema, resourceSchema, storedFields } from '../schemas/resource.ts';
import { BODY_FAULTS, emptyResponse, faults, jsonResponse } from '../schemas/responses.ts';
import type { Collection } from './collection.ts';

export interface IdParams {
  readonly id: string;
}

/** Path parameters of whatever has an id. Whether it is the id of anything is for the handler to find. */
export function idParams(idPrefix: string) {
  return Type.Object({
    id: Type.String({ description: 'Its id.', examples: [exampleId(idPrefix)] }),
  });
}

/**
 * The schemas of one collection's five operations: what is checked, and what the API's description says. `sample` is
 * the collection's example as it is read back.
 */
export function describeCollection<Kind extends ResourceKind, Fields extends TObject>(
  collection: Collection<Kind, Fields>,
  sample: object,
) {
  const { kind, name, idPrefix, description, fields, example } = collection;
  const resource = resourceSchema(name, idPrefix, fields, collection.shown ?? {}, description);
  const item = Type.Ref(`${name}#`);
  const params = idParams(idPrefix);
  const noun = name.toLowerCase();
  const clashes = collection.isUnique ? (['duplicate'] as const) : [];
  const uses = collection.isNeverNamed ? [] : (['in-use'] as const);
  const etag = { ETag: 'The revision, for If-Match.' };
  const shared = { tags: [kind], params, querystring: noQuery };
  return {
    resource,
    create: {
      tags: [kind],
      operationId: `create${name}`,
      summary: `Create a ${noun}`,
      description,
      querystring: noQuery,
      body: withExample(fields, example),
      response: {
        201: jsonResponse('Created.', item, sample, { ...etag, Location: 'Where it is now.' }),
        ...faults(...clashes, ...BODY_FAULTS),
      },
    },
    list: {
      tags: [kind],
      operationId: `list${plural(name)}`,
      summary: `List ${kind}`,
      description: `In order of creation. ${description}`,
      querystring: listQuery(collection.filters),
      response: {
        200: jsonResponse('One page.', pageOf(item), { data: [sample], nextCursor: null }),
        ...faults(),
      },
    },
    read: {
      ...shared,
      operationId: `read${name}`,
      summary: `Read a ${noun}`,
      response: { 200: jsonResponse('As it is now.', item, sample, etag), ...faults('not-found') },
    },
    change: {
      ...shared,
      operationId: `change${name}`,
      summary: `Change a ${noun}`,
      description:
        'A JSON merge patch (RFC 7396): objects merge, lists replace, null removes. The result is validated whole.',
      headers: ifMatchHeader,
      body: { ...patchSchema(storedFields(fields)), examples: [{ archived: true }] },
      response: {
        200: jsonResponse('Changed.', item, sample, etag),
        ...faults('not-found', ...clashes, 'version-conflict', ...BODY_FAULTS),
      },
    },
    remove: {
      ...shared,
      operationId: `delete${name}`,
      summary: `Delete a ${noun}`,
      description: collection.isNeverNamed
        ? 'For good. Archived, it is kept and takes part in nothing.'
        : 'Refused while anything, a call record included, refers to it: archive it instead.',
      headers: ifMatchHeader,
      response: {
        204: emptyResponse('Deleted.'),
        ...faults('not-found', ...uses, 'version-conflict', ...BODY_FAULTS),
      },
    },
  };
}

function plural(name: string): string {
  return `${name.replace(/y$/, 'ie')}s`;
}
