import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';

import { AppError } from '../../domain/app-error.ts';
import { normalizeNumber } from '../../domain/numbers/normalize-number.ts';
import type { ErasureSubject } from '../../store/erasure/erasure.ts';
import { holderOf } from '../holder.ts';
import type { ApiDeps } from '../ports.ts';
import { withExample } from '../schemas/body.ts';
import { NUMBER_EXPECTED } from '../schemas/fields.ts';
import { listQuery, noQuery, pageOf } from '../schemas/page.ts';
import { BODY_FAULTS, faults, jsonResponse } from '../schemas/responses.ts';
import { invalid } from '../validation/validator.ts';
import { idParams } from './describe-collection.ts';
import { erasure, ERASURE_COUNT_EXAMPLE, ERASURE_EXAMPLE, erasureCount, erasureFields } from './erasures.schema.ts';

/** `/erasures`: erase what says who called, and what was erased. */
export function registerErasures(app: FastifyInstance, { erasures }: Pick<ApiDeps, 'erasures'>): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const shared = { tags: ['erasures'] };

  typed.post(
    '/erasures',
    {
      schema: {
        ...shared,
        operationId: 'createErasure',
        summary: 'Erase a caller',
        description:
          "Takes what says who called out of every settled call of the caller's, for good: number, name, ZIP, area code and " +
          'exchange, notes, what webhooks are still to be told, and recordings. Money, times, verdicts, reports and the proof ' +
          'of the chain stay as they are; `ani` is `erased` from then on. Name the caller by `ani`, or one call by `callId`. ' +
          'Again finds nothing. The number is kept nowhere, not in the audit log either.',
        querystring: noQuery,
        body: withExample(erasureFields, { ani: '+14155550199', note: 'Ticket 4711' }),
        response: {
          200: jsonResponse('Counted, nothing was changed.', erasureCount, ERASURE_COUNT_EXAMPLE),
          201: jsonResponse('Erased.', erasure, ERASURE_EXAMPLE),
          ...faults('not-found', ...BODY_FAULTS),
        },
      },
      config: { access: 'callers:erase', changesNothing: isDryRun },
    },
    async (request, reply) => {
      const { note = null, dryRun = false } = request.body;
      const subject = readSubject(request.body);
      if (dryRun) return erasures.count(subject);
      return reply.code(201).send(await erasures.erase({ subject, note, keyId: holderOf(request).id }));
    },
  );

  typed.get(
    '/erasures',
    {
      schema: {
        ...shared,
        operationId: 'listErasures',
        summary: 'List erasures',
        description: 'Newest first, with those of calls that grew too old (`PII_RETENTION_DAYS`): one a day.',
        querystring: listQuery({}),
        response: {
          200: jsonResponse('One page.', pageOf(erasure), { data: [ERASURE_EXAMPLE], nextCursor: null }),
          ...faults(),
        },
      },
      config: { access: 'callers:erase' },
    },
    (request) => {
      const { limit, cursor } = request.query;
      return erasures.list({ limit, ...(cursor === undefined ? {} : { cursor }) });
    },
  );

  typed.get(
    '/erasures/:id',
    {
      schema: {
        ...shared,
        operationId: 'readErasure',
        summary: 'Read an erasure',
        params: idParams('ers_'),
        querystring: noQuery,
        response: { 200: jsonResponse('What came of it.', erasure, ERASURE_EXAMPLE), ...faults('not-found') },
      },
      config: { access: 'callers:erase' },
    },
    (request) => {
      const found = erasures.get(request.params.id);
      if (found === undefined) throw new AppError('not-found', `There is no erasure ${request.params.id}.`);
      return found;
    },
  );
}

function isDryRun({ body }: FastifyRequest): boolean {
  return (body as Static<typeof erasureFields>).dryRun === true;
}

/** @throws AppError `invalid` where nobody is named, or twice, or by what is no number */
function readSubject({ ani, callId }: Static<typeof erasureFields>): ErasureSubject {
  if ((ani === undefined) === (callId === undefined)) {
    const message =
      ani === undefined
        ? 'Name the caller by ani, or one call by callId.'
        : 'The call has a name already: leave one of ani and callId out.';
    throw invalid([{ path: '/ani', message }]);
  }
  if (callId !== undefined) return { about: 'calls', callIds: [callId] };
  if (ani === 'anonymous') {
    throw invalid([{ path: '/ani', message: 'Anonymous callers have no number: name each call by callId.' }]);
  }
  const number = normalizeNumber(ani ?? '');
  if (number === undefined) throw invalid([{ path: '/ani', message: NUMBER_EXPECTED }]);
  return { about: 'caller', ani: number };
}
