import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';

import type { InputProblem } from '../../domain/app-error.ts';
import { countryOfState } from '../../domain/numbers/states.ts';
import type { SummaryQuery } from '../../reporting/summarize.ts';
import { holderOf } from '../holder.ts';
import { ownSummary } from '../own-summary.ts';
import type { ApiDeps } from '../ports.ts';
import { SUMMARY_COLUMNS, summaryCells } from '../reading/summary-table.ts';
import { NUMBER_EXPECTED } from '../schemas/fields.ts';
import { faults } from '../schemas/responses.ts';
import { readLocalSpan } from '../statements/local-span.ts';
import { invalid } from '../validation/validator.ts';
import { readNumberFilter } from './number-filter.ts';
import { answerApart } from './answer-apart.ts';
import { chooseReportForm, csvExample } from './report-form.ts';
import { SUMMARY_EXAMPLE, SUMMARY_ROW_EXAMPLE, summaryAnswer, summaryQuery } from './summary-report.schema.ts';

/** `GET /reports/summary`: calls, talk and money by day, hour, campaign, and whatever else a call belongs to. */
export function registerSummaryReport(app: FastifyInstance, { reader }: Pick<ApiDeps, 'reader'>): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    '/reports/summary',
    {
      schema: {
        tags: ['reports'],
        operationId: 'reportSummary',
        summary: 'Calls, talk and money',
        description:
          'Counts the settled calls received in `[from, to)`; a call belongs to the buyer and the destination it ' +
          'connected to, and its attempts belong where it does. Money and `billable` are as they stand now: what was ' +
          'corrected later counts for the day of its call. Days and hours come in order of time, all else in order of ' +
          'key; groups without calls are left out. `Accept: text/csv` gives a table. A key of a buyer or a publisher ' +
          'counts its own calls, and what is hidden from it is null.',
        querystring: summaryQuery,
        response: {
          200: {
            description: 'All groups.',
            content: {
              'application/json': { schema: summaryAnswer, example: SUMMARY_EXAMPLE },
              'text/csv': {
                schema: Type.String(),
                example: csvExample(SUMMARY_COLUMNS, [summaryCells(SUMMARY_ROW_EXAMPLE)]),
              },
            },
          },
          ...faults('reads-unavailable'),
        },
      },
      config: { access: 'reports:own' },
    },
    async (request, reply) => {
      const holder = holderOf(request);
      const { from, to, timezone, groupBy, ...filters } = request.query;
      const span = readLocalSpan(
        { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
        timezone,
      );
      const own = ownSummary({ groupBy, filters: readFilters(filters) }, holder);
      const form = chooseReportForm(request, reply, `summary-by-${groupBy}`);
      return answerApart(reader, reply, 'summary', { query: { groupBy, ...span, ...own }, holder, form });
    },
  );
}

type Filters = Omit<Static<typeof summaryQuery>, 'from' | 'to' | 'timezone' | 'groupBy'>;

/** @throws AppError `invalid` for a number or a state that is none */
function readFilters({
  campaignId,
  buyerId,
  destinationId,
  publisherId,
  did,
  outcome,
  state,
}: Filters): SummaryQuery['filters'] {
  const dialled = did === undefined ? undefined : readNumberFilter(did);
  const problems: InputProblem[] = [];
  if (did !== undefined && dialled === undefined) problems.push({ path: '/did', message: NUMBER_EXPECTED });
  if (state !== undefined && countryOfState(state) === undefined) {
    const message = 'This is no US state, territory or Canadian province: write its two letters, such as CA or ON.';
    problems.push({ path: '/state', message });
  }
  if (problems.length > 0) throw invalid(problems);
  const given = {
    campaign: campaignId,
    buyer: buyerId,
    destination: destinationId,
    publisher: publisherId,
    did: dialled,
    outcome,
    state,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
