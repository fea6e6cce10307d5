import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import type { CallId } from '../../domain/ids.ts';
import { holderOf } from '../holder.ts';
import type { ApiDeps } from '../ports.ts';
import { withExample } from '../schemas/body.ts';
import { noQuery } from '../schemas/page.ts';
import { BODY_FAULTS, faults, jsonResponse } from '../schemas/responses.ts';
import {
  adjustment,
  ADJUSTMENT_EXAMPLE,
  BILL_EXAMPLE,
  billFields,
  changeFields,
  REFUND_EXAMPLE,
  refundFields,
} from './adjustments.schema.ts';
import { idParams } from './describe-collection.ts';

const FAULTS = faults('not-found', 'wrong-state', ...BODY_FAULTS);

/** `POST /calls/:id/adjustments`, `/refund` and `/bill`: what a person decides about a settled call's money. */
export function registerAdjustments(app: FastifyInstance, { ledger }: Pick<ApiDeps, 'ledger'>): void {
  app.addSchema(adjustment);
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const one = Type.Ref('Adjustment#');
  const both = Type.Object({ adjustments: Type.Array(one, { description: 'One for each side that was moved.' }) });
  const shared = { tags: ['calls'], params: idParams('call_'), querystring: noQuery };

  typed.post(
    '/calls/:id/adjustments',
    {
      schema: {
        ...shared,
        operationId: 'adjustCall',
        summary: "Change what a call's buyer owes or its publisher earns",
        description:
          'What stands on that side is reversed and the new amount posted, now, in the open period; the record stays as ' +
          'it is. The other side is not touched. The same change by the same key within a minute is a second click: it ' +
          'is answered with 200 and made once.',
        body: withExample(changeFields, {
          party: 'buyer',
          amountMicros: -10_000_000,
          reason: ADJUSTMENT_EXAMPLE.reason,
        }),
        response: {
          200: jsonResponse('Made already, a moment ago.', one, ADJUSTMENT_EXAMPLE),
          201: jsonResponse('Made and posted.', one, ADJUSTMENT_EXAMPLE),
          ...FAULTS,
        },
      },
      config: { access: 'ledger:write' },
    },
    async (request, reply) => {
      const { id: keyId } = holderOf(request);
      const { made, adjustments } = await ledger.changeCall(request.params.id as CallId, { ...request.body, keyId });
      return reply.code(made ? 201 : 200).send(adjustments[0]);
    },
  );

  typed.post(
    '/calls/:id/refund',
    {
      schema: {
        ...shared,
        operationId: 'refundCall',
        summary: 'Refund a call',
        description:
          'Takes back all that the buyer owes and the publisher earns for it, both together. Doing it again is answered ' +
          'with 200 and the refund there is.',
        body: withExample(refundFields, { reason: 'Wrong number' }),
        response: {
          200: jsonResponse('Refunded already.', both, { adjustments: REFUND_EXAMPLE }),
          201: jsonResponse('Refunded.', both, { adjustments: REFUND_EXAMPLE }),
          ...FAULTS,
        },
      },
      config: { access: 'ledger:write' },
    },
    async (request, reply) => {
      const decision = { ...request.body, keyId: holderOf(request).id };
      const { made, adjustments } = await ledger.refundCall(request.params.id as CallId, decision);
      return reply.code(made ? 201 : 200).send({ adjustments });
    },
  );

  typed.post(
    '/calls/:id/bill',
    {
      schema: {
        ...shared,
        operationId: 'billCall',
        summary: 'Bill a call that waits for a person',
        description:
          'For a call whose verdict is `estimated-needs-review`: a crash hid its end, and somebody has now made sure of ' +
          'it. Charges and pays what its frozen terms say, the duplicate rule included. Refused where by its terms ' +
          'nobody owes anything: adjust it then.',
        body: withExample(billFields, { reason: 'Length confirmed by the carrier', talkMs: 95_000 }),
        response: {
          200: jsonResponse('Billed already.', both, { adjustments: BILL_EXAMPLE }),
          201: jsonResponse('Billed.', both, { adjustments: BILL_EXAMPLE }),
          ...FAULTS,
        },
      },
      config: { access: 'ledger:write' },
    },
    async (request, reply) => {
      const bill = { ...request.body, keyId: holderOf(request).id };
      const { made, adjustments } = await ledger.billCall(request.params.id as CallId, bill);
      return reply.code(made ? 201 : 200).send({ adjustments });
    },
  );
}
