import { CsvError, parse } from 'csv-parse/sync';

import type { InputProblem } from '../../domain/app-error.ts';
import type { ResourceKind } from '../../store/resource-store.ts';
import { cutText } from '../cut-text.ts';
import { escapePointer } from '../merge-patch.ts';
import { fromCell } from '../statements/csv.ts';
import { invalid } from '../validation/validator.ts';
import { columnsOf, readCell, type Column } from './columns.ts';
import { aliasColumns, itemSchema } from './item-schema.ts';
import { MOST_PROBLEMS, refuseTooMany, unreadable, type PlanFile, type PlanItem } from './plan-file.ts';

/** A row of the file, and the line it begins in. */
interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads a table of one collection: a line that names the columns, and a line for each resource. A column that isn't
 * there says nothing of its field, an empty cell that the field is absent. Rows of empty cells are passed over:
 * spreadsheets leave such behind.
 *
 * @throws AppError `malformed-request` with the line for what is no CSV, `invalid` for columns and cells that can't be
 */
export function readCsv(text: string, kind: ResourceKind): PlanFile {
  const table = new Table(kind);
  forEachRow(text, (row) => {
    if (row.cells.some((cell) => cell !== '')) table.take(row);
  });
  return table.finish();
}

/** A table as its rows come. */
class Table {
  readonly #kind: ResourceKind;
  readonly #known: readonly Column[];
  readonly #items: PlanItem[] = [];
  readonly #problems: InputProblem[] = [];
  #columns: readonly Column[] | null = null;

  constructor(kind: ResourceKind) {
    this.#kind = kind;
    this.#known = columnsOf(itemSchema(kind));
  }

  /** @throws AppError `invalid` where that makes too many problems, or too many rows */
  take(row: Row): void {
    if (this.#columns === null) {
      this.#columns = findColumns(row, this.#kind, [...this.#known, ...aliasColumns(this.#kind)]);
      return;
    }
    refuseTooMany(this.#items.length + 1);
    this.#items.push(this.#read(row, this.#columns));
    if (this.#problems.length >= MOST_PROBLEMS) throw invalid(this.#problems.slice(0, MOST_PROBLEMS));
  }

  /** @throws AppError `invalid` where there were problems, `malformed-request` for a file of nothing */
  finish(): PlanFile {
    if (this.#columns === null) throw unreadable('The file is empty: its first line names the columns.', 1);
    if (this.#problems.length > 0) throw invalid(this.#problems);
    return { kinds: [this.#kind], items: this.#items, prompts: [] };
  }

  #read({ line, cells }: Row, columns: readonly Column[]): PlanItem {
    const path = `/${this.#kind}/${this.#items.length}`;
    const item = { kind: this.#kind, path, line };
    if (cells.length !== columns.length) {
      const message = `This row has ${cells.length} cells, and there are ${columns.length} columns: put cells with commas in quotes.`;
      this.#problems.push({ path, message, line });
      return { ...item, given: {} };
    }
    const read = columns.map(({ path: way, node }, place): Cell => {
      const content = readCell(node, fromCell(cells[place] ?? ''));
      if (content.ok) return { path: way, value: content.value };
      const pointer = way.map((part) => `/${escapePointer(part)}`).join('');
      this.#problems.push({ path: path + pointer, message: content.why, line });
      return { path: way, value: null };
    });
    return { ...item, given: toObject(read, this.#known) };
  }
}

function findColumns({ line, cells }: Row, kind: ResourceKind, known: readonly Column[]): readonly Column[] {
  const problems: InputProblem[] = [];
  const columns: Column[] = [];
  const refuse = (message: string): unknown => problems.push({ path: '', message, line });
  for (const cell of cells) {
    const name = cell.trim();
    const column = known.find((each) => each.name === name);
    if (column === undefined) {
      const quoted = JSON.stringify(cutText(name));
      refuse(`${quoted} is no column of ${kind}. Known here: ${known.map((each) => each.name).join(', ')}.`);
    } else if (columns.includes(column)) {
      refuse(`The column ${name} is there twice: take one out.`);
    } else columns.push(column);
    if (problems.length >= MOST_PROBLEMS) break;
  }
  if (problems.length > 0) throw invalid(problems);
  return columns;
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

/** @throws AppError `malformed-request` for what is no CSV, and whatever `take` throws */
function forEachRow(text: string, take: (row: Row) => void): void {
  const bytes = Buffer.from(text);
  const lines = new LineAt(bytes);
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw unreadable(NO_TEXT, lines.of(nul));
  let begin = 0;
  try {
    parse(bytes, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      // Its own count of lines takes a CRLF within quotes for two.
      on_record: (cells: readonly string[], { bytes: end }) => {
        const line = lines.of(begin);
        begin = end;
        take({ line, cells });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw unreadable(QUOTING, lines.of(Number(error['bytes'])));
  }
}

const NO_TEXT = 'A NUL character is here, which no table has: save the file as CSV in UTF-8.';

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
