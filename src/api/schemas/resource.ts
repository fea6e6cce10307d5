import { Type, type TObject, type TProperties, type TSchema } from 'typebox';

import { idField, isoField, STRICT } from './fields.ts';

/** A resource as it is read: its id, its fields, and what is kept beside them. */
export function resourceSchema(
  name: string,
  idPrefix: string,
  fields: TObject,
  shown: TProperties,
  description: string,
) {
  const schema = Type.Object(
    {
      id: idField(idPrefix, 'Given at creation.'),
      ...fields.properties,
      ...shown,
      createdAt: isoField('When it was created.'),
      updatedAt: isoField('When it was last changed.'),
      revision: Type.Integer({ minimum: 1, description: 'Grows by one with each change; the ETag.', examples: [1] }),
      archived: archivedField,
    },
    { $id: name, description },
  );
  return withoutDefaults(schema) as typeof schema;
}

/** The schema of what is read: nothing is left out there that would have to be filled in. */
function withoutDefaults(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDefaults);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([name]) => name !== 'default');
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutDefaults(value)]));
}

const archivedField = Type.Boolean({
  default: false,
  description: 'Archived things are kept for the records that name them, and take part in nothing.',
});

/** What a change may leave behind: the fields of a creation, and whether it is archived. */
export function storedFields(fields: TObject): TObject {
  return Type.Object({ ...fields.properties, archived: archivedField }, STRICT);
}

/** A merge patch (RFC 7396) of an object: every field may be left out, and null removes it or restores its default. */
export function patchSchema(fields: TObject): TSchema {
  const properties = Object.entries(fields.properties).map(([name, field]) => [name, patchField(field as Node)]);
  return Type.Unsafe({
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties) as object,
  });
}

type Node = Readonly<Record<string, unknown>>;

function patchField(field: Node): object {
  const { default: _, ...rest } = field;
  const node =
    rest['type'] === 'object' && typeof rest['properties'] === 'object'
      ? { ...patchSchema(rest as unknown as TObject), ...describe(rest) }
      : rest;
  return { anyOf: [node, { type: 'null' }], ...describe(rest) };
}

function describe({ description }: Node): object {
  return typeof description === 'string' ? { description } : {};
}
