import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { AppError } from '../../domain/app-error.ts';
import { holdersOf, isAllowed, type Access } from '../access.ts';
import type { KeyHolder } from '../holder.ts';
import type { ApiDeps } from '../ports.ts';
import type { Sessions } from '../sessions.ts';
import type { JudgeKey } from './judge-key.ts';
import { KeyRate } from './key-rate.ts';
import { refuseForgery, sessionTokenOf } from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the operation asks of a key; each has one. */
    access?: Access;
  }
  interface FastifyRequest {
    /** Whose key the request carries; null for public operations. */
    holder: KeyHolder | null;
  }
}

/** RFC 6750 section 2.1; the scheme's name in any case (RFC 9110 section 11.1). */
const BEARER = /^bearer +([\w.~+/-]+=*) *$/i;

const REQUESTS_PER_MINUTE = 6_000;

/**
 * Lets through who may: 401 without a valid key or session, 429 for an address that guesses or a key in haste, 403 for what `access.ts` doesn't
 * allow the key's role. Runs before the body is read, so that a stranger's costs nothing, and before anything is looked
 * up, so that 403 comes before 404.
 *
 * @throws Error at start-up for an operation that says nothing of who may call it
 */
export function registerAuth(
  app: FastifyInstance,
  {
    judge,
    sessions,
    clock,
    limits,
  }: { readonly judge: JudgeKey; readonly sessions: Sessions } & Pick<ApiDeps, 'clock' | 'limits'>,
): void {
  const rate = new KeyRate(limits?.requestsPerKeyPerMinute ?? REQUESTS_PER_MINUTE);

  app.decorateRequest('holder', null);
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.access === undefined) throw new Error(`${String(method)} ${url} does not say who may call it`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access;
    if (access === 'public') return;
    request.holder = await authenticate(request, reply);
    refuseHaste(request.holder, reply);
    if (access !== undefined && !isAllowed(request.holder.role, access)) {
      const holders = holdersOf(access).join(' or ');
      const detail = `This needs a key with role ${holders}; yours is ${request.holder.role}.`;
      throw new AppError('forbidden', detail);
    }
  });

  async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<KeyHolder> {
    const { authorization } = request.headers;
    if (authorization !== undefined) return judge(request, reply, BEARER.exec(authorization)?.[1]);
    void reply.header('www-authenticate', 'Bearer realm="tollgate"');
    const token = sessionTokenOf(request);
    if (token === undefined) {
      throw new AppError('unauthorized', 'Send your API key as "Authorization: Bearer <key>", or sign in.');
    }
    const holder = sessions.use(token, clock.now().mono);
    if (holder === undefined) throw new AppError('unauthorized', 'This session is over: sign in again.');
    refuseForgery(request);
    return holder;
  }

  function refuseHaste({ id }: KeyHolder, reply: FastifyReply): void {
    const waitMs = rate.takeOne(id, clock.now().mono);
    if (waitMs === 0) return;
    const seconds = Math.ceil(waitMs / 1000);
    void reply.header('retry-after', seconds);
    throw new AppError('too-many-requests', `Too many requests came with your key: wait ${seconds} s.`);
  }
}
