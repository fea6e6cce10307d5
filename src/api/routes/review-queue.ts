import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import type { BuyerId, CampaignId, PublisherId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { ApiDeps } from '../ports.ts';
import { idField, instantField } from '../schemas/fields.ts';
import { listQuery, pageOf } from '../schemas/page.ts';
import { faults, jsonResponse } from '../schemas/responses.ts';
import { answerApart } from './answer-apart.ts';
import { CALL_EXAMPLE } from './calls.schema.ts';

/** How far back people are asked to look where they don't say: most agreements let nobody dispute older calls. */
const LOOK_BACK_MS = 30 * 86_400_000;

const reviewQueueQuery = listQuery({
  campaignId: Type.Optional(idField<CampaignId>('cmp_', 'Its campaign.')),
  buyerId: Type.Optional(idField<BuyerId>('byr_', 'Whom it connected to.')),
  publisherId: Type.Optional(idField<PublisherId>('pub_', 'Who produced it.')),
  from: Type.Optional(instantField('Received at or after this instant; thirty days ago where absent.')),
});

/** `GET /review-queue`: calls that nobody has looked at. */
export function registerReviewQueue(app: FastifyInstance, { reader, clock }: Pick<ApiDeps, 'reader' | 'clock'>): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    '/review-queue',
    {
      schema: {
        tags: ['calls'],
        operationId: 'listReviewQueue',
        summary: 'List calls that nobody has reviewed',
        description:
          'Calls that connected, have no disposition and were never adjusted. First those with money in them, billable ' +
          'or waiting for a person after a crash, then the others; the newest of each first. A call leaves the queue ' +
          'by a disposition or an adjustment.',
        querystring: reviewQueueQuery,
        response: {
          200: jsonResponse('One page.', pageOf(Type.Ref('Call#')), { data: [CALL_EXAMPLE], nextCursor: null }),
          ...faults('reads-unavailable'),
        },
      },
      config: { access: 'calls:read' },
    },
    (request, reply) => {
      const { limit, cursor, from, ...filters } = request.query;
      const since = from === undefined ? clock.now().wall - LOOK_BACK_MS : Date.parse(from);
      return answerApart(reader, reply, 'review-queue', {
        limit,
        ...(cursor === undefined ? {} : { cursor }),
        from: since as EpochMs,
        filters,
      });
    },
  );
}
