import type { FastifyReply, FastifyRequest } from 'fastify';

import { AppError } from '../../domain/app-error.ts';

/** The cookie that stands for a key. */
export const SESSION_COOKIE = 'tollgate_session';
const COOKIE = new RegExp(`(?:^|;) *${SESSION_COOKIE}=([\\w-]{43}) *(?:;|$)`);

/** Said with each change that is asked for with a cookie. What it says doesn't matter. */
const SESSION_HEADER = 'x-tollgate-session';

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The token in a request's session cookie; undefined where it has none. */
export function sessionTokenOf({ headers }: FastifyRequest): string | undefined {
  return COOKIE.exec(headers.cookie ?? '')?.[1];
}

/**
 * Hands the browser its token, or with null takes it back. No script can read it, no other site's pages send it, and it
 * lives until the browser is closed. It is for https alone where the request came by that, to this server or to the proxy
 * before it, which says so in X-Forwarded-Proto.
 */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, token: string | null): void {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  const ends = token === null ? '; Max-Age=0' : '';
  void reply.header(
    'set-cookie',
    `${SESSION_COOKIE}=${token ?? ''}; Path=/; HttpOnly; SameSite=Strict${secure}${ends}`,
  );
}

/**
 * Refuses a change that a browser was tricked into. SameSite keeps the cookie from other sites, but not from other hosts
 * of the same one, such as a customer's page on a neighbouring subdomain. A header of our own is what a form or link
 * can't send at all, and a script of another origin can't without asking, which nobody here ever allows.
 *
 * @throws AppError `forbidden`
 */
export function refuseForgery({ method, headers }: FastifyRequest): void {
  if (READING.has(method) || headers[SESSION_HEADER] !== undefined) return;
  throw new AppError('forbidden', 'With a session cookie, send "X-Tollgate-Session: 1" with each change.');
}
