import type { SchemaNode } from './in-schema-order.ts';
import { isTooDeep, TOO_DEEP } from './too-deep.ts';

/** A column of a collection's table. */
export interface Column {
  /** The way to the field: `caps.daily`. */
  readonly name: string;
  readonly path: readonly string[];
  readonly node: SchemaNode;
}

/**
 * The columns of a table whose rows are such objects. An object in a field has a column for each field of its own, where
 * empty cells can tell that it isn't there: it has a default then, or fields that it can't be without. Any other is a
 * cell of JSON, as lists are.
 */
export function columnsOf({ properties = {} }: SchemaNode, path: readonly string[] = []): readonly Column[] {
  return Object.entries(properties).flatMap(([name, node]): readonly Column[] => {
    const at = [...path, name];
    return isSpread(node) ? columnsOf(node, at) : [{ name: at.join('.'), path: at, node }];
  });
}

function isSpread({ type, properties = {}, required = [], ...rest }: SchemaNode): boolean {
  return type === 'object' && Object.keys(properties).length > 0 && ('default' in rest || required.length > 0);
}

/** A value as its cell says it; nothing for what is not there. */
export function toCellText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a cell says: a value for its field's schema to judge. */
export type CellContent = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };

const NUMBER = /^-?\d{1,16}(?:\.\d{1,16})?$/;

/**
 * Reads the text of a cell as the type of its field, null where it is empty. What is no such value is left as the text it is, for the schema to
 * refuse; of what should be JSON it is said here.
 */
export function readCell({ type }: SchemaNode, text: string): CellContent {
  if (text === '') return { ok: true, value: null };
  const word = text.trim();
  switch (type) {
    case 'string':
      return { ok: true, value: text };
    case 'integer':
    case 'number':
      return { ok: true, value: NUMBER.test(word) ? Number(word) : text };
    case 'boolean':
      // Spreadsheets write these in capitals.
      return { ok: true, value: /^true$/i.test(word) || (/^false$/i.test(word) ? false : text) };
    default:
      return readJson(text);
  }
}

function readJson(text: string): CellContent {
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(value) ? { ok: false, why: TOO_DEEP } : { ok: true, value };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable';
    return { ok: false, why: `Write JSON here, such as ["a", "b"]: ${why}.` };
  }
}
