import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type ScalarTag,
  type Tags,
} from 'yaml';

import { AppError } from '../../domain/app-error.ts';
import { cutText } from '../cut-text.ts';
import { unreadable, type PlanFile, type PlanItem } from './plan-file.ts';
import { readContent, type Locate } from './read-content.ts';

/** YAML takes a hundred times its own size in memory while it is read, and a second a megabyte. */
export const MOST_YAML_CHARACTERS = 4 * 1_048_576;

/** The parser's own words have names of the file in them. */
const MOST_OF_MESSAGE = 200;

/**
 * Reads a plan written in YAML 1.2.
 *
 * @throws AppError `malformed-request` with the line for what is no YAML, `invalid` for what is no plan, and
 *   `body-too-large`
 */
export function readYaml(text: string): PlanFile {
  if (text.length > MOST_YAML_CHARACTERS) {
    throw new AppError('body-too-large', 'YAML may have 4 MB: write so much as JSON, or send it in parts.');
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, customTags: keepDigits });
  const [error] = document.errors;
  if (error !== undefined) {
    const message =
      error.code === 'RESOURCE_EXHAUSTION'
        ? 'it is nested too deep'
        : (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    throw unreadable(`This is no YAML: ${cutText(message, MOST_OF_MESSAGE)}.`, error.linePos?.[0].line);
  }
  return readContent(toJs(document), locateIn(document, lines));
}

/** A number begins with no plus sign and no zero: `+14155550100` and `02134` are text, quoted or not. */
function keepDigits(tags: Tags): Tags {
  return tags.map((tag) => (isInteger(tag) ? { ...tag, test: /^-?(?:0|[1-9]\d*)$/ } : tag));
}

function isInteger(tag: Tags[number]): tag is ScalarTag {
  return typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:int' && 'stringify' in tag && !('format' in tag);
}

function toJs(document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // An alias of nothing, or so many of so much that the whole would not fit in memory.
    if (error instanceof ReferenceError)
      throw unreadable(`This is no YAML: ${cutText(error.message, MOST_OF_MESSAGE)}.`);
    throw error;
  }
}

function locateIn(document: Document.Parsed, lines: LineCounter): Locate {
  const lineOf = (node: Node): { readonly line?: number } =>
    node.range ? { line: lines.linePos(node.range[0]).line } : {};
  const { contents } = document;
  const collections = new Map<unknown, { readonly key: Node; readonly value: unknown }>();
  if (isMap(contents)) {
    for (const { key, value } of contents.items) if (isScalar(key)) collections.set(key.value, { key, value });
  }
  return (kind, index) => {
    const { key, value } = collections.get(kind) ?? {};
    if (key === undefined) return {};
    if (index === undefined) return lineOf(key);
    const item = isSeq<Node>(value) ? value.items[index] : undefined;
    if (item === undefined) return {};
    return { ...lineOf(item), fieldLines: fieldLinesIn(item, lines) };
  };
}

function fieldLinesIn(item: Node, lines: LineCounter): NonNullable<PlanItem['fieldLines']> {
  if (!isMap(item)) return {};
  const fields = item.items.flatMap(({ key }): [string, number][] =>
    isScalar(key) && key.range ? [[String(key.value), lines.linePos(key.range[0]).line]] : [],
  );
  return Object.fromEntries(fields);
}
