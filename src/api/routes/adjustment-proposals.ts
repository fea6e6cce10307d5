import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import { holderOf } from '../holder.ts';
import type { ApiDeps } from '../ports.ts';
import { withExample } from '../schemas/body.ts';
import { noQuery, pageOf } from '../schemas/page.ts';
import { BODY_FAULTS, faults, jsonResponse } from '../schemas/responses.ts';
import { REFUND_EXAMPLE } from './adjustments.schema.ts';
import { decisionFields, proposal, PROPOSAL_EXAMPLE, proposalsQuery } from './adjustment-proposals.schema.ts';
import { idParams } from './describe-collection.ts';

const EXAMPLE_REASON = 'Heard the recording: a wrong number';
const DECIDED = { decidedAt: '2026-11-23T10:00:00.000Z', decidedBy: PROPOSAL_EXAMPLE.id.replace('prp_', 'key_') };

/** `/adjustment-proposals`: refunds that review rules propose, for a person to confirm or dismiss. */
export function registerAdjustmentProposals(app: FastifyInstance, { proposals }: Pick<ApiDeps, 'proposals'>): void {
  app.addSchema(proposal);
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const one = Type.Ref('AdjustmentProposal#');
  const shared = { tags: ['calls'], params: idParams('prp_'), querystring: noQuery };

  typed.get(
    '/adjustment-proposals',
    {
      schema: {
        tags: ['calls'],
        operationId: 'listAdjustmentProposals',
        summary: 'List proposed refunds',
        description: 'Oldest first. `?status=open` is what waits for a decision.',
        querystring: proposalsQuery,
        response: {
          200: jsonResponse('One page.', pageOf(one), { data: [PROPOSAL_EXAMPLE], nextCursor: null }),
          ...faults(),
        },
      },
      config: { access: 'ledger:read' },
    },
    (request) => {
      const { limit, cursor, ...filters } = request.query;
      return proposals.list({ limit, ...(cursor === undefined ? {} : { cursor }), filters });
    },
  );

  typed.post(
    '/adjustment-proposals/:id/confirm',
    {
      schema: {
        ...shared,
        operationId: 'confirmAdjustmentProposal',
        summary: 'Confirm a proposed refund',
        description: 'Refunds the call, both sides together. Confirming again gives the same refund.',
        body: withExample(decisionFields, { reason: EXAMPLE_REASON }),
        response: {
          200: jsonResponse(
            'Confirmed, and refunded.',
            Type.Object({ proposal: one, adjustments: Type.Array(Type.Ref('Adjustment#')) }),
            {
              proposal: { ...PROPOSAL_EXAMPLE, ...DECIDED, status: 'confirmed', reason: EXAMPLE_REASON },
              adjustments: REFUND_EXAMPLE,
            },
          ),
          ...faults('not-found', 'wrong-state', ...BODY_FAULTS),
        },
      },
      preValidation: allowNoBody,
      config: { access: 'ledger:write' },
    },
    async (request) => {
      const reason = request.body.reason ?? 'Proposed by the review rules, and confirmed';
      const decision = { reason, keyId: holderOf(request).id };
      const { proposal, adjustments } = await proposals.confirm(request.params.id, decision);
      return { proposal, adjustments };
    },
  );

  typed.post(
    '/adjustment-proposals/:id/dismiss',
    {
      schema: {
        ...shared,
        operationId: 'dismissAdjustmentProposal',
        summary: 'Dismiss a proposed refund',
        description: 'The call stays as it is.',
        body: withExample(decisionFields, { reason: 'They talked for five minutes' }),
        response: {
          200: jsonResponse('Dismissed.', one, {
            ...PROPOSAL_EXAMPLE,
            ...DECIDED,
            status: 'dismissed',
            reason: 'They talked for five minutes',
          }),
          ...faults('not-found', 'wrong-state', ...BODY_FAULTS),
        },
      },
      preValidation: allowNoBody,
      config: { access: 'ledger:write' },
    },
    (request) => {
      const reason = request.body.reason ?? 'Dismissed';
      return proposals.dismiss(request.params.id, { reason, keyId: holderOf(request).id });
    },
  );
}

/** Everything in these bodies may be left out, and so may the body. */
function allowNoBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  request.body ??= {};
  done();
}
