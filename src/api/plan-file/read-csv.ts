import { CsvError, parse } from 'csv-parse/sync';

import type { InputProblem } from '../../domain/app-error.ts';
import type { ResourceKind } from '../../store/resource-store.ts';
import { escapePointer } from '../merge-patch.ts';
import { fromCell } from '../statements/csv.ts';
import { invalid } from '../validation/validator.ts';
import { columnsOf, readCell, type Column } from './columns.ts';
import { aliasColumns, itemSchema } from './item-schema.ts';
import { MOST_PROBLEMS, unreadable, type PlanFile, type PlanItem } from './plan-file.ts';

/** A row of the file that says something, and the line it begins in. */
interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads a table of one collection: a line that names the columns, and a line for each resource. A column that isn't
 * there says nothing of its field, an empty cell that the field is absent.
 *
 * @throws AppError `malformed-request` with the line for what is no CSV, `invalid` for columns and cells that can't be
 */
export function readCsv(text: string, kind: ResourceKind): PlanFile {
  const [head, ...rows] = readRows(text);
  if (head === undefined) throw unreadable('The file is empty: its first line names the columns.', 1);
  const known = columnsOf(itemSchema(kind));
  const columns = findColumns(head, kind, [...known, ...aliasColumns(kind)]);
  const problems: InputProblem[] = [];
  const items = rows.map(({ line, cells }, index): PlanItem => {
    const path = `/${kind}/${index}`;
    if (cells.length !== columns.length) {
      const message = `This row has ${cells.length} cells, and there are ${columns.length} columns: put cells with commas in quotes.`;
      problems.push({ path, message, line });
    }
    const read = columns.map((column, place): Cell => {
      const content = readCell(column.node, fromCell(cells[place] ?? ''));
      if (content.ok) return { path: column.path, value: content.value };
      const pointer = column.path.map((part) => `/${escapePointer(part)}`).join('');
      problems.push({ path: path + pointer, message: content.why, line });
      return { path: column.path, value: null };
    });
    return { kind, path, line, given: toObject(read, known) };
  });
  if (problems.length > 0) throw invalid(problems.slice(0, MOST_PROBLEMS));
  return { kinds: [kind], items };
}

function findColumns({ line, cells }: Row, kind: ResourceKind, known: readonly Column[]): readonly Column[] {
  const problems: InputProblem[] = [];
  const columns = cells.map((cell, place) => {
    const name = cell.trim();
    const column = known.find((each) => each.name === name);
    if (column === undefined) {
      const message = `${JSON.stringify(name)} is no column of ${kind}. Known here: ${known.map((each) => each.name).join(', ')}.`;
      problems.push({ path: '', message, line });
    } else if (cells.findIndex((other) => other.trim() === name) < place) {
      problems.push({ path: '', message: `The column ${name} is there twice: take one out.`, line });
    }
    return column;
  });
  if (problems.length > 0) throw invalid(problems.slice(0, MOST_PROBLEMS));
  return columns.filter((column) => column !== undefined);
}

/**
 * The object that a row's cells make. An object within it is no more where all its cells are there and empty: what it is
 * without, an absent one has as a default.
 */
function toObject(cells: readonly Cell[], known: readonly Column[]): Readonly<Record<string, unknown>> {
  const members = Array.from(
    Map.groupBy(cells, ({ path }) => path[0] ?? ''),
    ([name, own]): [string, unknown] => {
      const [first] = own;
      if (first?.path.length === 1) return [name, first.value];
      const inner = known.filter(({ path }) => path[0] === name).map(inside);
      const isWhole = inner.every((column) => own.some((cell) => inside(cell).path.join() === column.path.join()));
      const isGone = isWhole && own.every(({ value }) => value === null);
      return [name, isGone ? null : toObject(own.map(inside), inner)];
    },
  );
  return Object.fromEntries(members);
}

interface Cell {
  readonly path: readonly string[];
  readonly value: unknown;
}

function inside<Part extends Pick<Column, 'path'>>(part: Part): Part {
  return { ...part, path: part.path.slice(1) };
}

/** @throws AppError `malformed-request` */
function readRows(text: string): readonly Row[] {
  const bytes = Buffer.from(text);
  const lines = new LineAt(bytes);
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true };
    const records = parse(bytes, options) as unknown as readonly Parsed[];
    let begin = 0;
    return records.flatMap(({ record, info }): Row[] => {
      const line = lines.of(begin);
      begin = info.bytes;
      // Spreadsheets leave such rows at the end.
      return record.every((cell) => cell === '') ? [] : [{ line, cells: record }];
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw unreadable(QUOTING, lines.of(Number(error['bytes'])));
  }
}

/** What the parser gives for a row, asked for `info`. */
interface Parsed {
  readonly record: readonly string[];
  /** `bytes`: where it ends. Its `lines` count a CRLF within quotes twice. */
  readonly info: { readonly bytes: number };
}

const QUOTING =
  'A quote (") is opened and not closed, or stands inside a cell: put such a cell in quotes, and write those in it twice.';

/** Tells lines of offsets that never go back. */
class LineAt {
  readonly #bytes: Buffer;
  #at = 0;
  #line = 1;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The line of the first character at or after the offset that breaks no line. */
  of(offset: number): number {
    while (this.#at < this.#bytes.length && (this.#at < offset || this.#breaks(this.#at))) {
      const isEnd = this.#bytes[this.#at] === LF || (this.#breaks(this.#at) && this.#bytes[this.#at + 1] !== LF);
      if (isEnd) this.#line += 1;
      this.#at += 1;
    }
    return this.#line;
  }

  #breaks(at: number): boolean {
    return this.#bytes[at] === LF || this.#bytes[at] === CR;
  }
}

const LF = 0x0a;
const CR = 0x0d;
