import type { FastifyInstance } from 'fastify';

import { AppError } from '../../domain/app-error.ts';
import { invalid } from '../validation/validator.ts';

/** JSON (RFC 8259) and JSON merge patches (RFC 7396). */
export const JSON_TYPES = ['application/json', 'application/merge-patch+json'];

/**
 * Reads bodies of the two JSON types and refuses all others (415). An empty body is no body. A member called
 * `__proto__` is kept as an ordinary one, which the schemas then refuse by name. An operation without a schema for its
 * body takes none, or one that says nothing: what is sent in vain is sent by mistake.
 */
export function registerBodyParser(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(JSON_TYPES, { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, body.length === 0 ? undefined : JSON.parse(decode(body as Buffer)));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'unreadable';
      done(new AppError('malformed-request', `The body is not JSON: ${reason}.`, { cause }), undefined);
    }
  });
  app.addHook('preValidation', ({ body, is404, routeOptions }, _reply, done) => {
    const isUnread = !is404 && routeOptions.schema?.body === undefined && saysSomething(body);
    done(isUnread ? invalid([{ path: '', message: 'Nothing is read from a body here: leave it out.' }]) : undefined);
  });
}

function saysSomething(body: unknown): boolean {
  return typeof body === 'object' && body !== null ? Object.keys(body).length > 0 : body !== undefined && body !== null;
}

/** RFC 8259 section 8.1: UTF-8, of which a byte order mark may be ignored. */
function decode(body: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(body);
}
