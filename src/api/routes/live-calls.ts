import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';

import { AppError } from '../../domain/app-error.ts';
import type { CallId } from '../../domain/ids.ts';
import { pageInMemory } from '../page-in-memory.ts';
import type { ApiDeps } from '../ports.ts';
import { noQuery, pageOf } from '../schemas/page.ts';
import { BODY_FAULTS, faults, jsonResponse } from '../schemas/responses.ts';
import { idParams } from './describe-collection.ts';
import { hangingUp, LIVE_CALL_EXAMPLE, liveCall, liveCallsQuery } from './live-calls.schema.ts';

/** `/live-calls`: what is in progress, and how to end it. */
export function registerLiveCalls(app: FastifyInstance, { live }: Pick<ApiDeps, 'live'>): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.get(
    '/live-calls',
    {
      schema: {
        tags: ['live-calls'],
        operationId: 'listLiveCalls',
        summary: 'List calls in progress',
        description: 'In the order they came.',
        querystring: liveCallsQuery,
        response: {
          200: jsonResponse('One page.', pageOf(liveCall), { data: [LIVE_CALL_EXAMPLE], nextCursor: null }),
          ...faults(),
        },
      },
      config: { access: 'calls:read' },
    },
    (request) => {
      const { limit, cursor, state, campaignId, buyerId } = request.query;
      const calls = live
        .list()
        .filter(
          (call) =>
            (state === undefined || call.state === state) &&
            (campaignId === undefined || call.campaignId === campaignId) &&
            (buyerId === undefined || call.buyerId === buyerId),
        );
      return pageInMemory('live-calls', calls, { limit, cursor });
    },
  );

  typed.post(
    '/live-calls/:id/hangup',
    {
      schema: {
        tags: ['live-calls'],
        operationId: 'hangUpCall',
        summary: 'Hang up a call',
        description: 'Both legs are taken down, and the call is billed by what it has come to. Its record follows.',
        params: idParams('call_'),
        querystring: noQuery,
        response: {
          202: jsonResponse('On its way.', hangingUp, { id: LIVE_CALL_EXAMPLE.id, state: 'ending' }),
          ...faults('not-found', ...BODY_FAULTS),
        },
      },
      config: { access: 'calls:control' },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!live.hangup(id as CallId)) throw new AppError('not-found', `No call ${id} is in progress.`);
      return reply.code(202).send({ id, state: 'ending' });
    },
  );
}
