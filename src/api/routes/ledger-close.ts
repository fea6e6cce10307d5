import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import type { EpochMs } from '../../domain/time.ts';
import { holderOf } from '../holder.ts';
import type { ApiDeps } from '../ports.ts';
import { withExample } from '../schemas/body.ts';
import { exampleId, instantField, isoField, nullable, STRICT } from '../schemas/fields.ts';
import { noQuery } from '../schemas/page.ts';
import { BODY_FAULTS, faults, jsonResponse } from '../schemas/responses.ts';

const closeFields = Type.Object(
  { before: instantField('Everything posted before this instant becomes final. Not in the future.') },
  STRICT,
);

const before = isoField('Everything posted before this instant is final.');
const at = isoField('When it was closed.');
const keyId = Type.String({ description: 'Whose key closed it.' });

const EXAMPLE = { before: '2026-11-01T04:00:00.000Z', at: '2026-11-03T15:20:00.000Z', keyId: exampleId('key_') };

/** `/ledger/close`: how far the books are closed, and closing them further. */
export function registerLedgerClose(app: FastifyInstance, { ledger }: Pick<ApiDeps, 'ledger'>): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.get(
    '/ledger/close',
    {
      schema: {
        tags: ['ledger'],
        operationId: 'readLedgerClose',
        summary: 'How far the books are closed',
        description: 'All null while everything is open.',
        querystring: noQuery,
        response: {
          200: jsonResponse(
            'The latest closing.',
            Type.Object({ before: nullable(before), at: nullable(at), keyId: nullable(keyId) }),
            EXAMPLE,
          ),
          ...faults(),
        },
      },
      config: { access: 'ledger:read' },
    },
    () => ledger.latestClose() ?? { before: null, at: null, keyId: null },
  );

  typed.post(
    '/ledger/close',
    {
      schema: {
        tags: ['ledger'],
        operationId: 'closeLedger',
        summary: 'Close the books up to an instant',
        description:
          'From then on nothing can be posted before that instant, and statements that end there never change: the ' +
          'database itself refuses it. What is corrected later is posted into the open period. There is no way back. ' +
          'The same instant again is answered with 200.',
        querystring: noQuery,
        body: withExample(closeFields, { before: '2026-11-01T00:00:00-04:00' }),
        response: {
          200: jsonResponse('Closed already.', Type.Object({ before, at, keyId }), EXAMPLE),
          201: jsonResponse('Closed.', Type.Object({ before, at, keyId }), EXAMPLE),
          ...faults(...BODY_FAULTS),
        },
      },
      config: { access: 'ledger:write' },
    },
    async (request, reply) => {
      const instant = Date.parse(request.body.before) as EpochMs;
      const { made, close } = await ledger.close(instant, holderOf(request).id);
      return reply.code(made ? 201 : 200).send(close);
    },
  );
}
