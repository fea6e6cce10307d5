import type { FastifyInstance } from 'fastify';

/**
 * Lets one read begin in each turn of the event loop. The store is read without waiting, so reads that arrive together
 * would be answered in one go, and a call that comes in would wait for them all: this way it waits for one.
 */
export function registerReadTurns(app: FastifyInstance): void {
  const waiting: (() => void)[] = [];

  app.addHook('preHandler', (request, _reply, done) => {
    if (request.method !== 'GET') return done();
    waiting.push(done);
    if (waiting.length === 1) setImmediate(takeTurn);
  });

  function takeTurn(): void {
    const begin = waiting.shift();
    // Before the turn, so that whatever goes wrong in it, the next one comes.
    if (waiting.length > 0) setImmediate(takeTurn);
    begin?.();
  }
}
