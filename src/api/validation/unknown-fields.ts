import type { TSchema } from 'typebox';

import type { InputProblem } from '../../domain/app-error.ts';
import { escapePointer } from '../merge-patch.ts';
import { unknownName, type RequestPart, type SchemaNode } from './explain-errors.ts';

/** More names than these are not a form with mistakes in it, but none of ours. */
export const MOST_UNKNOWN = 64;

/**
 * The first fields that a closed schema knows nothing of, where a value has more of them than any mistake explains; else
 * none, and the validator tells of the few there are beside all else. It takes some microseconds for each name, so a
 * body full of them is refused before it is asked.
 */
export function findFloodOfUnknown(schema: TSchema, value: unknown, part: RequestPart): readonly InputProblem[] {
  const found: InputProblem[] = [];
  walk(schema, value, '', (path, node) => {
    found.push({ path, message: unknownName(node, part) });
    return found.length <= MOST_UNKNOWN;
  });
  return found.length > MOST_UNKNOWN ? found.slice(0, MOST_UNKNOWN) : [];
}

/** Tells of each unknown field until it is told to stop, and then says false. No deeper than the schema goes. */
function walk(node: unknown, value: unknown, path: string, tell: (path: string, node: SchemaNode) => boolean): boolean {
  if (!isMap(node) || typeof value !== 'object' || value === null) return true;
  const { items, additionalProperties: others } = node;
  if (Array.isArray(value)) {
    return !isMap(items) || value.every((each, index) => walk(items, each, `${path}/${index}`, tell));
  }
  const properties = isMap(node['properties']) ? node['properties'] : {};
  for (const name in value) {
    const inner = (value as SchemaNode)[name];
    const isKnown = Object.hasOwn(properties, name);
    const at = `${path}/${escapePointer(name)}`;
    if (!isKnown && others === false && !tell(at, node)) return false;
    if (!walk(isKnown ? properties[name] : others, inner, at, tell)) return false;
  }
  return true;
}

function isMap(schema: unknown): schema is SchemaNode {
  return typeof schema === 'object' && schema !== null;
}
