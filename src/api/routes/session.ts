import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import type { ApiRole } from '../../store/api-keys.ts';
import { holderOf } from '../holder.ts';
import type { JudgeKey } from '../plugins/judge-key.ts';
import { sessionTokenOf, setSessionCookie } from '../plugins/session-cookie.ts';
import type { ApiDeps } from '../ports.ts';
import { withExample } from '../schemas/body.ts';
import { idField, STRICT } from '../schemas/fields.ts';
import { noQuery } from '../schemas/page.ts';
import { BODY_FAULTS, emptyResponse, faults, faultsOpenToAll, jsonResponse } from '../schemas/responses.ts';
import type { Sessions } from '../sessions.ts';
import { API_KEY_EXAMPLE } from './api-keys.schema.ts';

const signingIn = Type.Object(
  { apiKey: Type.String({ minLength: 1, maxLength: 1_000, description: 'The key to sign in with.' }) },
  STRICT,
);

const whoAmI = Type.Object({
  keyId: idField('key_', 'The key that was shown, or signed in with.'),
  name: Type.String({ description: 'Whose it is, or what for.' }),
  role: Type.Unsafe<ApiRole>({ type: 'string', description: 'What it may do.' }),
});

const { id: keyId, name, role } = API_KEY_EXAMPLE;

/** `/session`: signing in with a browser, which then needn't hold the key. */
export function registerSession(
  app: FastifyInstance,
  { sessions, judge, clock }: { readonly sessions: Sessions; readonly judge: JudgeKey } & Pick<ApiDeps, 'clock'>,
): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.post(
    '/session',
    {
      schema: {
        tags: ['session'],
        operationId: 'signIn',
        summary: 'Sign in with a browser',
        description:
          'Sets a cookie that stands for the key: for 12 hours after its last use, for 7 days at most, until the key is ' +
          'revoked or the product starts again. Changes that are asked for with it need the header `X-Tollgate-Session: 1`.',
        querystring: noQuery,
        body: withExample(signingIn, { apiKey: 'tg_…' }),
        response: { 204: emptyResponse('Signed in.'), ...faultsOpenToAll(...BODY_FAULTS) },
      },
      config: { access: 'public', changesNothing: true },
    },
    async (request, reply) => {
      const key = await judge(request, reply, request.body.apiKey);
      setSessionCookie(request, reply, sessions.begin(key, clock.now().mono));
      return reply.code(204).send(null);
    },
  );

  typed.get(
    '/session',
    {
      schema: {
        tags: ['session'],
        operationId: 'whoAmI',
        summary: 'Say whose key this is',
        querystring: noQuery,
        response: { 200: jsonResponse('You.', whoAmI, { keyId, name, role }), ...faultsOpenToAll() },
      },
      config: { access: 'self' },
    },
    (request, reply) => {
      const holder = holderOf(request);
      void reply.header('cache-control', 'no-store');
      return { keyId: holder.id, name: holder.name, role: holder.role };
    },
  );

  typed.delete(
    '/session',
    {
      schema: {
        tags: ['session'],
        operationId: 'signOut',
        summary: 'Sign out',
        description: 'Ends the session whose cookie this carries and takes the cookie back.',
        querystring: noQuery,
        response: { 204: emptyResponse('Signed out.'), ...faults(...BODY_FAULTS) },
      },
      config: { access: 'self', changesNothing: true },
    },
    (request, reply) => {
      const token = sessionTokenOf(request);
      if (token !== undefined) sessions.end(token);
      setSessionCookie(request, reply, null);
      return reply.code(204).send(null);
    },
  );
}
