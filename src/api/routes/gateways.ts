import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';

import { UNHEARD, type GatewayHealth } from '../../domain/call/gateway-health.ts';
import type { Gateway } from '../../domain/plan/trunk.ts';
import { toIso } from '../../domain/time.ts';
import type { ApiDeps } from '../ports.ts';
import { noQuery } from '../schemas/page.ts';
import { faults, jsonResponse } from '../schemas/responses.ts';
import { idParams } from './describe-collection.ts';
import { TRUNK_GATEWAYS_EXAMPLE, trunkGateways } from './gateways.schema.ts';

/** `GET /trunks/:id/gateways`: which of them answer. */
export function registerGateways(
  app: FastifyInstance,
  { resources, gatewaysOf }: Pick<ApiDeps, 'resources' | 'gatewaysOf'>,
): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    '/trunks/:id/gateways',
    {
      schema: {
        tags: ['trunks'],
        operationId: 'listTrunkGateways',
        summary: "See which of a trunk's gateways answer",
        description: 'Live: gateways that are down are dialled only where all of the trunk are.',
        params: idParams('trk_'),
        querystring: noQuery,
        response: {
          200: jsonResponse('As they stand.', trunkGateways, TRUNK_GATEWAYS_EXAMPLE),
          ...faults('not-found'),
        },
      },
      config: { access: 'configuration:read' },
    },
    async (request) => {
      const trunk = await resources.get('trunks', request.params.id);
      const watched = gatewaysOf(trunk.id);
      // An archived trunk is in no plan, and nobody asks its gateways.
      if (!watched) return { gateways: trunk.gateways.map((gateway) => show(gateway, UNHEARD)) };
      return { gateways: watched.map(({ gateway, health }) => show(gateway, health)) };
    },
  );
}

function show(
  { uri, priority, weight, probe = true }: Gateway,
  { state, lastAnswerAt, lastStatus }: GatewayHealth,
): Static<typeof trunkGateways>['gateways'][number] {
  return {
    uri,
    priority,
    weight,
    probe,
    state,
    lastAnswerAt: lastAnswerAt === null ? null : toIso(lastAnswerAt),
    lastStatus,
  };
}
