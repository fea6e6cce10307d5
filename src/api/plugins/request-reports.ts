import type { FastifyInstance } from 'fastify';

import type { ApiDeps } from '../ports.ts';

/** Reports each request once its answer is out, by the template of its route, so that no id becomes a label. */
export function registerRequestReports(app: FastifyInstance, { onAnswered }: Pick<ApiDeps, 'onAnswered'>): void {
  app.addHook('onResponse', (request, reply, done) => {
    onAnswered({
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
      isStream: String(reply.getHeader('content-type')).startsWith('text/event-stream'),
    });
    done();
  });
}
