import { Readable } from 'node:stream';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { toCsv } from '../statements/csv.ts';
import { preferredType } from '../statements/preferred-type.ts';

type Cell = string | number | null;

/** A report's rows for a spreadsheet. */
export interface ReportTable {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly columns: readonly string[];
  /** Each with a cell for each column. */
  readonly rows: Iterable<readonly Cell[]>;
}

/** Answers with a report as JSON, or where the client would rather have that, as CSV with a line of headings. */
export function sendReport(request: FastifyRequest, reply: FastifyReply, json: object, table: ReportTable) {
  void reply.header('vary', 'Accept');
  if (preferredType(request.headers.accept, ['application/json', 'text/csv']) === 'application/json') {
    return reply.send(json);
  }
  void reply.header('content-disposition', `attachment; filename="${table.name}.csv"`);
  return reply.type('text/csv; charset=utf-8').send(Readable.from(csvOf(table)));
}

/** A table as CSV, all at once: for examples. */
export function csvExample(table: Omit<ReportTable, 'name'>): string {
  return [...csvOf(table)].join('');
}

/** Rows written at a time, so that a long report is never in memory twice. */
const ROWS_AT_ONCE = 500;

function* csvOf({ columns, rows }: Omit<ReportTable, 'name'>): Generator<string, void, undefined> {
  let waiting: (readonly Cell[])[] = [columns];
  for (const row of rows) {
    waiting.push(row);
    if (waiting.length < ROWS_AT_ONCE) continue;
    yield toCsv(waiting);
    waiting = [];
  }
  if (waiting.length > 0) yield toCsv(waiting);
}
