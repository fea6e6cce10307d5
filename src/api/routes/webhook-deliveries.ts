import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import type { ApiDeps } from '../ports.ts';
import { withExample } from '../schemas/body.ts';
import { exampleId } from '../schemas/fields.ts';
import { noQuery, pageOf } from '../schemas/page.ts';
import { BODY_FAULTS, faults, jsonResponse } from '../schemas/responses.ts';
import { answerApart } from './answer-apart.ts';
import { idParams } from './describe-collection.ts';
import { readSpan } from './time-span.ts';
import {
  deliveriesQuery,
  delivery,
  DELIVERY_DETAILS_EXAMPLE,
  DELIVERY_EXAMPLE,
  deliveryDetails,
  replayed,
  replayFields,
} from './webhooks.schema.ts';

/** `/webhooks/:id/deliveries` and `/webhooks/:id/replay`: what was sent, what was not, and sending it again. */
export function registerWebhookDeliveries(
  app: FastifyInstance,
  { deliveryLog, reader }: Pick<ApiDeps, 'deliveryLog' | 'reader'>,
): void {
  app.addSchema(delivery);
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const one = Type.Ref('WebhookDelivery#');
  const tags = ['webhooks'];
  const config = { access: 'webhooks:manage' } as const;
  const read = { access: 'webhooks:read' } as const;
  const ofOne = {
    tags,
    querystring: noQuery,
    params: Type.Object({
      ...idParams('whk_').properties,
      deliveryId: Type.String({ description: 'Of the delivery.', examples: [exampleId('dlv_')] }),
    }),
  };

  typed.get(
    '/webhooks/:id/deliveries',
    {
      schema: {
        tags,
        operationId: 'listWebhookDeliveries',
        summary: 'List what was sent to a webhook',
        description: 'Newest first. Dead letters are `?status=dead`.',
        params: idParams('whk_'),
        querystring: deliveriesQuery,
        response: {
          200: jsonResponse('One page.', pageOf(one), { data: [DELIVERY_EXAMPLE], nextCursor: null }),
          ...faults('not-found', 'reads-unavailable'),
        },
      },
      config: read,
    },
    ({ params: { id: webhookId }, query: { limit, cursor, status } }, reply) =>
      answerApart(reader, reply, 'deliveries', {
        webhookId,
        limit,
        ...(cursor === undefined ? {} : { cursor }),
        ...(status === undefined ? {} : { status }),
      }),
  );

  typed.get(
    '/webhooks/:id/deliveries/:deliveryId',
    {
      schema: {
        ...ofOne,
        operationId: 'readWebhookDelivery',
        summary: 'Read a delivery',
        description: 'With every post that was made for it, and the event that was posted.',
        response: {
          200: jsonResponse('As it is now.', deliveryDetails, DELIVERY_DETAILS_EXAMPLE),
          ...faults('not-found'),
        },
      },
      config: read,
    },
    ({ params: { id, deliveryId } }) => deliveryLog.get(id, deliveryId),
  );

  typed.post(
    '/webhooks/:id/deliveries/:deliveryId/replay',
    {
      schema: {
        ...ofOne,
        operationId: 'replayWebhookDelivery',
        summary: 'Send an event again',
        description:
          'In a delivery of its own, with the same event id and body. One that waits for its next try is tried now instead.',
        response: {
          200: jsonResponse('On its way.', one, { ...DELIVERY_EXAMPLE, tries: 0, lastStatus: null, lastError: null }),
          ...faults('not-found', ...BODY_FAULTS),
        },
      },
      config,
    },
    ({ params: { id, deliveryId } }) => deliveryLog.replay(id, deliveryId),
  );

  typed.post(
    '/webhooks/:id/replay',
    {
      schema: {
        tags,
        operationId: 'replayWebhookEvents',
        summary: 'Send the events of a span of time again',
        description:
          'Every event of `[from, to)` that is kept and that the webhook wants, or of the `events` named, oldest first, ' +
          'delivered before or not. 2 000 at a time: where there are more, go on from `nextFrom`.',
        params: idParams('whk_'),
        querystring: noQuery,
        body: withExample(replayFields, { from: '2026-11-21T00:00:00Z', to: '2026-11-22T00:00:00Z' }),
        response: {
          200: jsonResponse('On their way.', replayed, { deliveries: 117, nextFrom: null }),
          ...faults('not-found', ...BODY_FAULTS),
        },
      },
      config,
    },
    ({ params: { id }, body: { from, to, events } }) => {
      const span = readSpan({ from, to }) as Required<ReturnType<typeof readSpan>>;
      return deliveryLog.replayAll(id, { ...span, ...(events === undefined ? {} : { types: events }) });
    },
  );
}
