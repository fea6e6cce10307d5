/** A JSON schema, as far as it is walked here. */
export interface SchemaNode {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  /** Of members by any other name, where there may be such. */
  readonly additionalProperties?: SchemaNode | boolean;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly default?: unknown;
}

/**
 * The value with the members of its objects in the order their schema names them, and after those, by name, what the
 * schema doesn't know: two files of the same configuration are then the same, byte for byte.
 */
export function inSchemaOrder(schema: SchemaNode | undefined, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => inSchemaOrder(schema?.items, item));
  if (typeof value !== 'object' || value === null) return value;
  const { properties = {}, additionalProperties } = schema ?? {};
  const other = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const members = new Map(Object.entries(value));
  const known = Object.keys(properties).filter((name) => members.has(name));
  const others = [...members.keys()].filter((name) => !Object.hasOwn(properties, name)).sort();
  const ordered = [...known, ...others].map((name) => {
    const node = Object.hasOwn(properties, name) ? properties[name] : other;
    return [name, inSchemaOrder(node, members.get(name))] as const;
  });
  return Object.fromEntries(ordered);
}
