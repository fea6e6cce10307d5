import type { FastifyInstance, FastifyReply } from 'fastify';

declare module 'fastify' {
  interface FastifyReply {
    /** Whether the answer shows a secret that is shown this once: it is kept for no repetition. */
    holdsSecret: boolean;
  }
}

/**
 * Numbers, money and recordings are for who asked: no cache on the way keeps an answer, nor the browser's on a machine
 * that others use (RFC 9111 section 5.2.2), but for those whose routes say otherwise.
 */
export function registerPrivacy(app: FastifyInstance): void {
  app.decorateReply('holdsSecret', false);
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'private, no-store');
    done();
  });
}

/** Says of an answer that it shows a secret: nobody on the way may keep it, and neither do we. */
export function markSecret(reply: FastifyReply): void {
  reply.holdsSecret = true;
  void reply.header('cache-control', 'no-store');
}
