import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';

import type { ApiKey } from '../../store/api-keys.ts';
import { markSecret } from '../plugins/privacy.ts';
import type { ApiDeps } from '../ports.ts';
import { listQuery, noQuery, pageOf } from '../schemas/page.ts';
import { withExample } from '../schemas/body.ts';
import { BODY_FAULTS, emptyResponse, faults, jsonResponse } from '../schemas/responses.ts';
import { API_KEY_EXAMPLE, apiKey, apiKeyFields, newApiKey } from './api-keys.schema.ts';
import { idParams } from './describe-collection.ts';

/** `/api-keys`: make, list, revoke. */
export function registerApiKeys(app: FastifyInstance, { keys }: Pick<ApiDeps, 'keys'>): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.post(
    '/api-keys',
    {
      schema: {
        tags: ['api-keys'],
        operationId: 'createApiKey',
        summary: 'Create an API key',
        description: 'The answer is the only place where the key is ever shown.',
        querystring: noQuery,
        body: withExample(apiKeyFields, { name: 'Nightly export', role: 'viewer' }),
        response: {
          201: jsonResponse('Created.', newApiKey, { ...API_KEY_EXAMPLE, key: 'tg_…' }),
          ...faults(...BODY_FAULTS),
        },
      },
      config: { access: 'keys:manage' },
    },
    async (request, reply) => {
      const made = await keys.create(request.body);
      markSecret(reply);
      return reply.code(201).send({ ...showKey(made), key: made.key });
    },
  );

  typed.get(
    '/api-keys',
    {
      schema: {
        tags: ['api-keys'],
        operationId: 'listApiKeys',
        summary: 'List API keys',
        description: 'In order of creation, without those that were revoked.',
        querystring: listQuery({}),
        response: {
          200: jsonResponse('One page.', pageOf(apiKey), { data: [API_KEY_EXAMPLE], nextCursor: null }),
          ...faults(),
        },
      },
      config: { access: 'keys:manage' },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const page = await keys.list({ limit, ...(cursor === undefined ? {} : { cursor }) });
      return { data: page.data.map(showKey), nextCursor: page.nextCursor };
    },
  );

  typed.delete(
    '/api-keys/:id',
    {
      schema: {
        tags: ['api-keys'],
        operationId: 'revokeApiKey',
        summary: 'Revoke an API key',
        description:
          'From now on it opens nothing. The last key of an admin stays, and so does the key of `TOLLGATE_ADMIN_KEY` while ' +
          'that is set: it would work again after the next start.',
        params: idParams('key_'),
        querystring: noQuery,
        response: { 204: emptyResponse('Revoked.'), ...faults('not-found', 'wrong-state', ...BODY_FAULTS) },
      },
      config: { access: 'keys:manage' },
    },
    async (request, reply) => {
      await keys.revoke(request.params.id);
      return reply.code(204).send();
    },
  );
}

/** These fields and no others, whatever else is kept of a key. */
function showKey({ id, name, role, createdAt }: ApiKey): Omit<ApiKey, 'revokedAt'> {
  return { id, name, role, createdAt };
}
