import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import { AppError } from '../../domain/app-error.ts';
import { JSON_TYPES } from '../plugins/body-parser.ts';
import type { ApiDeps } from '../ports.ts';
import { withExample } from '../schemas/body.ts';
import { choiceField, nullable, STRICT } from '../schemas/fields.ts';
import { noQuery } from '../schemas/page.ts';
import { BODY_FAULTS, faults, jsonResponse } from '../schemas/responses.ts';

const STATES = ['connecting', 'up', 'draining', 'down', 'refused', 'closed'] as const;

const mediaServer = Type.Object({
  name: Type.String({ description: '`host:port` of its event socket.' }),
  state: choiceField(
    STATES,
    '`draining` ends the calls it has and gets no new ones; `refused` has not let us in: its settings, or ours, want mending.',
  ),
  sessions: Type.Integer({ description: 'Channels on it, whoever made them; a bridged call has two.' }),
  maxSessions: nullable(Type.Integer({ description: 'Channels it takes at once; null until it has said so.' })),
  calls: Type.Integer({ description: 'Calls of ours on it.' }),
});

const EXAMPLE = { name: '10.0.0.5:8021', state: 'up' as const, sessions: 84, maxSessions: 1_000, calls: 42 };

/** `/media-servers`: how they stand, and taking one out of service. */
export function registerMediaServers(app: FastifyInstance, { mediaServers }: Pick<ApiDeps, 'mediaServers'>): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();

  typed.get(
    '/media-servers',
    {
      schema: {
        tags: ['media'],
        operationId: 'listMediaServers',
        summary: 'See how the media servers stand',
        description: 'Live, in the order of the settings; none where there are none.',
        querystring: noQuery,
        response: {
          200: jsonResponse('As they stand.', Type.Object({ data: Type.Array(mediaServer) }), { data: [EXAMPLE] }),
          ...faults(),
        },
      },
      config: { access: 'configuration:read' },
    },
    () => ({ data: [...mediaServers.list()] }),
  );

  typed.patch(
    '/media-servers/:name',
    {
      schema: {
        tags: ['media'],
        operationId: 'drainMediaServer',
        summary: 'Take a media server out of service, or back into it',
        description:
          'While it drains, its calls go on and new ones go to the others. Until the next restart of Tollgate.',
        params: Type.Object(
          { name: Type.String({ description: 'As it is listed.', examples: [EXAMPLE.name] }) },
          STRICT,
        ),
        querystring: noQuery,
        consumes: JSON_TYPES,
        body: withExample(
          Type.Object({ draining: Type.Boolean({ description: 'Whether it gets no new calls.' }) }, STRICT),
          { draining: true },
        ),
        response: {
          200: jsonResponse('As it stands then.', mediaServer, { ...EXAMPLE, state: 'draining' }),
          ...faults('not-found', ...BODY_FAULTS),
        },
      },
      config: { access: 'calls:control' },
    },
    (request) => {
      const { name } = request.params;
      mediaServers.drain(name, request.body.draining);
      const server = mediaServers.list().find((known) => known.name === name);
      if (server === undefined) throw new AppError('not-found', `There is no media server ${name}.`);
      return server;
    },
  );
}
