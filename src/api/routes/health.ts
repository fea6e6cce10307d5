import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

import { AppError } from '../../domain/app-error.ts';
import { PROBLEM_TYPE, toProblem } from '../plugins/problems.ts';
import type { ApiDeps } from '../ports.ts';
import { problemResponses } from '../schemas/problem.ts';
import { jsonResponse } from '../schemas/responses.ts';
import { liveness, readiness } from './health.schema.ts';

/** Whoever else asks from a supervisor's address, however much: that must not look as if the process were dead. */
const OPEN = { access: 'public', rateLimit: false } as const;

/** `/healthz`, `/readyz` and `/metrics`: for supervisors and Prometheus, without a key. */
export function registerHealth(
  app: FastifyInstance,
  { health, metrics, version }: Pick<ApiDeps, 'health' | 'metrics' | 'version'>,
): void {
  app.get(
    '/healthz',
    {
      schema: {
        tags: ['health'],
        operationId: 'readLiveness',
        summary: 'Whether the process works',
        response: {
          200: jsonResponse('It does.', liveness, { status: 'ok', version }),
          ...problemResponses(['malformed-request', 'internal', 'not-ready']),
        },
      },
      config: OPEN,
    },
    () => {
      if (!health.live()) throw new AppError('not-ready', 'The process no longer works: start it anew.');
      return { status: 'ok', version };
    },
  );

  app.get(
    '/readyz',
    {
      schema: {
        tags: ['health'],
        operationId: 'readReadiness',
        summary: 'Whether calls can be taken',
        response: readinessResponses,
      },
      config: OPEN,
    },
    async (request, reply) => {
      const found = await health.ready();
      if (found.ready) return found;
      const failing = Object.entries(found.checks).filter(([, result]) => result === 'failing');
      const detail = `No calls can be taken: ${failing.map(([name]) => name).join(', ') || 'draining'}.`;
      const problem = toProblem(new AppError('not-ready', detail), request.id);
      return reply
        .code(problem.status)
        .type(PROBLEM_TYPE)
        .send({ ...problem, ...found });
    },
  );

  app.get(
    '/metrics',
    {
      schema: {
        tags: ['health'],
        operationId: 'readMetrics',
        summary: "The metrics in Prometheus' text format",
        response: {
          200: {
            description: 'The metrics as they are now.',
            content: { 'text/plain': { schema: Type.String(), example: 'tollgate_calls_live 3\n' } },
          },
          ...problemResponses(['malformed-request', 'internal']),
        },
      },
      config: OPEN,
    },
    async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()),
  );
}

/** Both answers of `/readyz` say what was checked. */
const readinessResponses: Record<number, object> = {
  200: jsonResponse('They can.', readiness, { ready: true, checks: { sip: 'ok', store: 'ok', media: 'unused' } }),
  ...problemResponses(['malformed-request', 'internal']),
  ...problemResponses(['not-ready'], {
    properties: readiness.properties,
    example: { ready: false, checks: { sip: 'failing', store: 'ok', media: 'unused' } },
  }),
};
