import type { FastifyReply, FastifyRequest } from 'fastify';

import type { ReportForm } from '../reading/questions.ts';
import { writeTable, type Cell } from '../reading/write-table.ts';
import { preferredType } from '../statements/preferred-type.ts';

/**
 * What a report is to be written as: JSON, or where the client would rather have that, CSV. The reply's headers say so.
 *
 * @param name of the file, without its ending
 */
export function chooseReportForm(request: FastifyRequest, reply: FastifyReply, name: string): ReportForm {
  void reply.header('vary', 'Accept');
  if (preferredType(request.headers.accept, ['application/json', 'text/csv']) === 'application/json') return 'json';
  void reply.header('content-disposition', `attachment; filename="${name}.csv"`).type('text/csv; charset=utf-8');
  return 'csv';
}

/** A table as CSV, all at once: for examples. */
export function csvExample(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [...writeTable(columns, rows)].join('');
}
