import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';

import type { ApiDeps } from '../ports.ts';
import { noQuery } from '../schemas/page.ts';
import { withExample } from '../schemas/body.ts';
import { BODY_FAULTS, faults, jsonResponse } from '../schemas/responses.ts';
import { idParams } from './describe-collection.ts';
import { payment, PAYMENT_EXAMPLE, paymentFields } from './payments.schema.ts';

/** `POST /buyers/:id/payments`. */
export function registerPayments(
  app: FastifyInstance,
  { resources, ledger }: Pick<ApiDeps, 'resources' | 'ledger'>,
): void {
  app.withTypeProvider<TypeBoxTypeProvider>().post(
    '/buyers/:id/payments',
    {
      schema: {
        tags: ['buyers'],
        operationId: 'createPayment',
        summary: "Book a buyer's payment",
        description: 'Credits the buyer and debits the house, as one event of the ledger.',
        params: idParams('byr_'),
        querystring: noQuery,
        body: withExample(paymentFields, { amountMicros: 250_000_000, note: 'Wire 4711' }),
        response: { 201: jsonResponse('Booked.', payment, PAYMENT_EXAMPLE), ...faults('not-found', ...BODY_FAULTS) },
      },
      config: { access: 'ledger:write' },
    },
    async (request, reply) => {
      const { id } = await resources.get('buyers', request.params.id);
      const { amountMicros, note } = request.body;
      const booked = await ledger.recordPayment({ buyerId: id, amountMicros, note: note ?? null });
      return reply.code(201).send(booked);
    },
  );
}
