import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import type { ApiDeps } from '../ports.ts';
import { exampleId, idField, isoField, nullable } from '../schemas/fields.ts';
import { listQuery, pageOf } from '../schemas/page.ts';
import { faults, jsonResponse } from '../schemas/responses.ts';
import { answerApart } from './answer-apart.ts';
import { readSpan, spanFilters } from './time-span.ts';

const filter = (description: string, example: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 64, description, examples: [example] }));

const auditQuery = listQuery({
  keyId: filter('Whose key did it.', exampleId('key_')),
  role: filter('The role of that key, as it was.', 'operator'),
  action: filter('What was done.', 'update'),
  resource: filter('To what kind of thing.', 'buyers'),
  resourceId: filter('To which.', exampleId('byr_')),
  ...spanFilters('Done'),
});

const state = (description: string) => Type.Unsafe<unknown>({ type: ['object', 'null'], description });

const entry = Type.Object({
  id: idField('aud_', 'Of the entry.'),
  at: isoField('When it was done.'),
  actor: Type.Object({
    keyId: Type.String({ description: 'Whose key did it.' }),
    role: Type.String({ description: 'What that key was allowed then.' }),
  }),
  action: Type.String({
    description: '`create`, `update`, `delete`, or the last part of the path, such as `payments` or `refund`.',
  }),
  resource: Type.String({ description: 'The collection it was done to.' }),
  resourceId: nullable(Type.String({ description: 'The thing it was done to.' })),
  before: state('How that stood. Secrets are masked.'),
  after: state(
    'How it stood then, or what came of the action where the thing itself stayed as it was. Secrets are masked.',
  ),
});

const EXAMPLE = {
  id: exampleId('aud_'),
  at: '2026-11-21T14:03:05.123Z',
  actor: { keyId: exampleId('key_'), role: 'operator' },
  action: 'update',
  resource: 'buyers',
  resourceId: exampleId('byr_'),
  before: { name: 'Golden Gate Roofing', timezone: 'America/Los_Angeles', status: 'active', caps: { daily: 20 } },
  after: { name: 'Golden Gate Roofing', timezone: 'America/Los_Angeles', status: 'active', caps: { daily: 25 } },
};

/** `GET /audit-log`: who changed what. */
export function registerAuditLog(app: FastifyInstance, { reader }: Pick<ApiDeps, 'reader'>): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    '/audit-log',
    {
      schema: {
        tags: ['audit-log'],
        operationId: 'listAuditLog',
        summary: 'List changes',
        description:
          'Every change through this API, newest first. An entry is written in the transaction of its change, and never ' +
          'changed or removed.',
        querystring: auditQuery,
        response: {
          200: jsonResponse('One page.', pageOf(entry), { data: [EXAMPLE], nextCursor: null }),
          ...faults('reads-unavailable'),
        },
      },
      config: { access: 'audit:read' },
    },
    (request, reply) => {
      const { limit, cursor, from, to, ...exact } = request.query;
      const span = readSpan({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
      const query = { limit, ...(cursor === undefined ? {} : { cursor }), filters: { ...exact, ...span } };
      return answerApart(reader, reply, 'audit-log', query);
    },
  );
}
