import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import { DISPOSITIONS } from '../../domain/call/disposition.ts';
import { DISPOSITION_GROUPS, type DispositionRow } from '../../store/calls/disposition-report.ts';
import type { ApiDeps } from '../ports.ts';
import { DISPOSITION_COLUMNS, dispositionCells } from '../reading/disposition-table.ts';
import { choiceField, exampleId, STRICT } from '../schemas/fields.ts';
import { faults } from '../schemas/responses.ts';
import { readLocalSpan } from '../statements/local-span.ts';
import { answerApart } from './answer-apart.ts';
import { chooseReportForm, csvExample } from './report-form.ts';
import { moment } from './statements.schema.ts';
import { timezoneOfDays } from './summary-report.schema.ts';

const reportQuery = Type.Object(
  {
    groupBy: choiceField(DISPOSITION_GROUPS, 'What the calls are counted by.', { default: 'campaign' }),
    from: moment('Received on or after this date, or instant; from the first call where absent.'),
    to: moment('Received before this date, or instant; up to now where absent.'),
    timezone: timezoneOfDays('IANA time zone of the dates in `from` and `to`.'),
  },
  STRICT,
);

const whole = (description: string) => Type.Integer({ description });

const row = Type.Object({
  key: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: "The group's id; null for calls with none.",
  }),
  calls: whole('Calls that connected and have ended.'),
  billable: whole('Those billable by their record.'),
  unreviewed: whole('Those of which nobody has said anything.'),
  dispositions: Type.Object(
    Object.fromEntries(DISPOSITIONS.map((value) => [value, whole('Calls of which this was said last.')])),
  ),
  chargeMicros: whole('What the buyers were charged by the records, in micros.'),
  adjustedMicros: whole('By how much people changed that since, in micros.'),
});

const EXAMPLE: DispositionRow = {
  key: exampleId('cmp_'),
  calls: 120,
  billable: 96,
  unreviewed: 14,
  dispositions: { booked: 58, customer: 9, 'wrong-category': 11, 'out-of-area': 4, spam: 7, 'no-interest': 17 },
  chargeMicros: 4_320_000_000,
  adjustedMicros: -315_000_000,
};

/** `GET /reports/dispositions`: what became of the calls of each campaign, buyer, publisher or destination. */
export function registerDispositionReport(app: FastifyInstance, { reader }: Pick<ApiDeps, 'reader'>): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    '/reports/dispositions',
    {
      schema: {
        tags: ['reports'],
        operationId: 'reportDispositions',
        summary: 'What became of connected calls',
        description:
          'Counts connected calls by what people said of them, in order of key. `Accept: text/csv` gives a table.',
        querystring: reportQuery,
        response: {
          200: {
            description: 'All groups.',
            content: {
              'application/json': { schema: Type.Object({ data: Type.Array(row) }), example: { data: [EXAMPLE] } },
              'text/csv': {
                schema: Type.String(),
                example: csvExample(DISPOSITION_COLUMNS, [dispositionCells(EXAMPLE)]),
              },
            },
          },
          ...faults('reads-unavailable'),
        },
      },
      config: { access: 'calls:read' },
    },
    async (request, reply) => {
      const { groupBy, timezone, ...period } = request.query;
      const { from, to } = readLocalSpan(period, timezone);
      const form = chooseReportForm(request, reply, `dispositions-by-${groupBy}`);
      const query = { groupBy, ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) };
      return answerApart(reader, reply, 'dispositions', { query, form });
    },
  );
}
