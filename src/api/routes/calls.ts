import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';

import type { InputProblem } from '../../domain/app-error.ts';
import type { CallId } from '../../domain/ids.ts';
import { ERASED } from '../../domain/numbers/e164.ts';
import type { CallFilters } from '../../store/calls/call-queries.ts';
import { holderOf } from '../holder.ts';
import { ownFilters, requireOwn, showCall } from '../own-calls.ts';
import type { ApiDeps } from '../ports.ts';
import { answerApart } from './answer-apart.ts';
import { NUMBER_EXPECTED } from '../schemas/fields.ts';
import { noQuery, pageOf } from '../schemas/page.ts';
import { faults, jsonResponse } from '../schemas/responses.ts';
import { invalid } from '../validation/validator.ts';
import { CALL_EXAMPLE, callRecord, callsQuery } from './calls.schema.ts';
import { idParams } from './describe-collection.ts';
import { readNumberFilter } from './number-filter.ts';
import { readSpan } from './time-span.ts';

/** `/calls`: the records of calls. */
export function registerCalls(app: FastifyInstance, { calls, reader }: Pick<ApiDeps, 'calls' | 'reader'>): void {
  app.addSchema(callRecord);
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const call = Type.Ref('Call#');

  typed.get(
    '/calls',
    {
      schema: {
        tags: ['calls'],
        operationId: 'listCalls',
        summary: 'List calls',
        description:
          'Newest first, open ones (`endedAt: null`) among them. A key of a buyer or a publisher sees its own calls and ' +
          'its own side of them; what is hidden from it is null.',
        querystring: callsQuery,
        response: {
          200: jsonResponse('One page.', pageOf(call), { data: [CALL_EXAMPLE], nextCursor: null }),
          ...faults('reads-unavailable'),
        },
      },
      config: { access: 'calls:own' },
    },
    async (request, reply) => {
      const { limit, cursor, ...filters } = request.query;
      const holder = holderOf(request);
      const own = ownFilters(readFilters(filters), holder);
      const query = { limit, ...(cursor === undefined ? {} : { cursor }), filters: own };
      return answerApart(reader, reply, 'calls', { query, holder });
    },
  );

  typed.get(
    '/calls/:id',
    {
      schema: {
        tags: ['calls'],
        operationId: 'readCall',
        summary: 'Read a call',
        params: idParams('call_'),
        querystring: noQuery,
        response: { 200: jsonResponse('As it is now.', call, CALL_EXAMPLE), ...faults('not-found') },
      },
      config: { access: 'calls:own' },
    },
    async (request) => {
      const { id } = request.params;
      const holder = holderOf(request);
      return showCall(requireOwn(await calls.get(id as CallId), id, holder), holder);
    },
  );
}

/** @throws AppError `invalid` for a number that is none, or a span that ends before it begins */
function readFilters(query: Omit<Static<typeof callsQuery>, 'limit' | 'cursor'>): CallFilters {
  const { did, ani, from, to, ...exact } = query;
  const dialled = did === undefined ? undefined : readNumberFilter(did);
  const caller = ani === undefined || ani === 'anonymous' || ani === ERASED ? ani : readNumberFilter(ani);
  const problems: InputProblem[] = [];
  if (did !== undefined && dialled === undefined) problems.push({ path: '/did', message: NUMBER_EXPECTED });
  if (ani !== undefined && caller === undefined) problems.push({ path: '/ani', message: NUMBER_EXPECTED });
  if (problems.length > 0) throw invalid(problems);
  return {
    ...exact,
    ...(dialled === undefined ? {} : { did: dialled }),
    ...(caller === undefined ? {} : { ani: caller }),
    ...readSpan({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }),
  };
}
