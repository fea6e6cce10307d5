import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { AppError } from '../../domain/app-error.ts';
import { cutText } from '../cut-text.ts';

/** Answers what no operation is for: 405 with Allow where the path has others (RFC 9110 section 15.5.6), else 404. */
export type AnswerNotFound = (request: FastifyRequest, reply: FastifyReply) => never;

/** Gathers the operations registered from here on, and tells of them what is missing. */
export function createNotFound(app: FastifyInstance): AnswerNotFound {
  const methodsByPath = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', ({ method, url }) => {
    const known = methodsByPath.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const name of [method].flat()) known.methods.add(name);
    methodsByPath.set(url, known);
  });
  return (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = [...methodsByPath.values()].find(({ pattern }) => pattern.test(path))?.methods;
    if (methods === undefined) {
      throw new AppError('not-found', `Nothing is at ${cutText(path)}: /docs lists what there is.`);
    }
    const allow = [...methods].sort().join(', ');
    void reply.header('allow', allow);
    throw new AppError('method-not-allowed', `${path} takes ${allow}, not ${request.method}.`);
  };
}

/** `/v1/trunks/:id` as a regular expression; a trailing `*` matches the rest. */
function patternOf(url: string): RegExp {
  const source = url
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:[^/]+/g, '[^/]+')
    .replace(/\*$/, '.*');
  return new RegExp(`^${source}$`);
}
