import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { AuditedAction } from '../../store/audit/audit-entry.ts';
import { holderOf } from '../holder.ts';
import type { ApiDeps } from '../ports.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Said by the few operations that are no GET and change nothing all the same, or by those of their requests that
     * don't: they leave no audit entry.
     */
    changesNothing?: true | ((request: FastifyRequest) => boolean);
  }
  interface FastifyRequest {
    /** What the request changes, and whether that has its audit entry; null for requests that change nothing. */
    audited: { readonly action: AuditedAction; written: boolean } | null;
  }
}

/**
 * For a route that finds, before it writes anything, that what is asked for is so already: the request leaves no entry.
 * What the store finds it says itself, by `made: false`.
 */
export function leaveNoEntry(request: FastifyRequest): void {
  request.audited = null;
}

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const ACTIONS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'update', DELETE: 'delete' };

/**
 * Sees to it that each change through the API has its entry in the audit log, whatever route it came by: in the
 * transaction of whatever the request writes, or, where it writes nothing, before its answer goes out. No route does
 * anything for it, so none can forget.
 */
export function registerAuditTrail(app: FastifyInstance, { audit, changes }: Pick<ApiDeps, 'audit' | 'changes'>): void {
  app.decorateRequest('audited', null);

  app.addHook('preHandler', (request, _reply, done) => {
    if (READING.has(request.method) || changesNothing(request)) {
      done();
      return;
    }
    const audited = { action: actionOf(request), written: false };
    request.audited = audited;
    changes.run((work) => {
      const result = audit.watch(audited.action, work);
      audited.written = true;
      return result;
    }, done);
  });

  app.addHook('onSend', async ({ audited }, reply, payload) => {
    if (audited === null || audited.written || reply.statusCode >= 400) return;
    audited.written = true;
    await audit.record(audited.action, typeof payload === 'string' && payload !== '' ? JSON.parse(payload) : null);
  });
}

function changesNothing(request: FastifyRequest): boolean {
  const { changesNothing = false } = request.routeOptions.config;
  return changesNothing === true || (changesNothing !== false && changesNothing(request));
}

/** Read from the path: `/v1/<resource>`, `/v1/<resource>/:id`, and a verb or a part of the thing after either. */
function actionOf(request: FastifyRequest): AuditedAction {
  const { id: keyId, role } = holderOf(request);
  const [resource = '', ...rest] = (request.routeOptions.url ?? '').split('/').slice(2);
  const { id: resourceId = null } = request.params as { readonly id?: string };
  const verb = rest.at(-1);
  const action = verb === undefined || verb.startsWith(':') ? (ACTIONS[request.method] ?? 'update') : verb;
  return { actor: { keyId, role }, action, resource, resourceId };
}
