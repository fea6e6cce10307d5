import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';

import type { ApiDeps } from '../ports.ts';
import { pageOf } from '../schemas/page.ts';
import { faults, jsonResponse } from '../schemas/responses.ts';
import { ledgerQuery, posting, POSTING_EXAMPLE } from './ledger.schema.ts';
import { answerApart } from './answer-apart.ts';
import { readSpan } from './time-span.ts';

/** `GET /ledger`. */
export function registerLedger(app: FastifyInstance, { reader }: Pick<ApiDeps, 'reader'>): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    '/ledger',
    {
      schema: {
        tags: ['ledger'],
        operationId: 'listPostings',
        summary: 'List postings',
        description: 'The double-entry ledger, newest first. It is only ever added to.',
        querystring: ledgerQuery,
        response: {
          200: jsonResponse('One page.', pageOf(posting), { data: [POSTING_EXAMPLE], nextCursor: null }),
          ...faults('reads-unavailable'),
        },
      },
      config: { access: 'ledger:read' },
    },
    (request, reply) => {
      const { limit, cursor, from, to, ...filters } = request.query;
      const span = readSpan({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
      const query = { limit, ...(cursor === undefined ? {} : { cursor }), filters: { ...filters, ...span } };
      return answerApart(reader, reply, 'ledger', query);
    },
  );
}
