import type { FastifyInstance } from 'fastify';

/** Leads who opens the server's address in a browser to the description of the API. */
export function registerHome(app: FastifyInstance): void {
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/docs'));
}
