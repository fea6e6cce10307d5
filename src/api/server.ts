import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';

import { AppError } from '../domain/app-error.ts';
import { registerAuditTrail } from './plugins/audit-trail.ts';
import { registerAuth } from './plugins/auth.ts';
import { registerBodyParser } from './plugins/body-parser.ts';
import { registerIdempotency } from './plugins/idempotency.ts';
import { createKeyJudge } from './plugins/judge-key.ts';
import { createNotFound } from './plugins/not-found.ts';
import { registerDescription, registerOpenApi } from './plugins/openapi.ts';
import { PROBLEM_TYPE, registerProblems, sendProblem, toProblem } from './plugins/problems.ts';
import { registerPrivacy } from './plugins/privacy.ts';
import { registerReadTurns } from './plugins/read-turns.ts';
import { registerRequestReports } from './plugins/request-reports.ts';
import type { ApiDeps } from './ports.ts';
import { registerHealth } from './routes/health.ts';
import { registerHome } from './routes/home.ts';
import { registerSession } from './routes/session.ts';
import { registerVersionOne } from './routes/version-one.ts';
import { Sessions } from './sessions.ts';
import { compileValidator } from './validation/validator.ts';

const BODY_LIMIT_BYTES = 1_048_576;
const REQUESTS_PER_MINUTE = 60_000;

/** A client has this long to send its headers, and its whole request: enough for the largest prompt at 5 Mbit/s. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 120_000;

/**
 * A client that takes in nothing of its answer for so long is cut off. What goes on without a byte for longer than that
 * would be, too, and nothing does: streams of events have their beats.
 */
const STALL_TIMEOUT_MS = 120_000;

/** Longer than the idle time of usual proxies (60 s), so that it is they who close a connection. */
const KEEP_ALIVE_MS = 65_000;

/** Once the API closes, requests being answered get so long. */
const CLOSE_LIMIT_MS = 1_000;

const NO_RATE_HEADERS = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false };

/** Builds the API from what it leans on. It listens when told to, and stops with `close()`. */
export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = deps.logger;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    // A proxy on this machine says whom it speaks for; whoever else says so is not believed.
    trustProxy: 'loopback',
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionTimeout: STALL_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    frameworkErrors: (error, request, reply) => {
      void sendProblem(error, request, reply);
    },
    clientErrorHandler: refuseConnection,
  });
  app.addHook('onRoute', (route) => {
    route.validatorCompiler ??= compileValidator;
    // Answers are built from typed values, and JSON.stringify is fast enough: their schemas only describe them.
    route.serializerCompiler ??= () => (data) => JSON.stringify(data);
  });
  registerRequestReports(app, deps);
  app.addHook('preClose', (done) => {
    closeWithin(app, CLOSE_LIMIT_MS);
    done();
  });
  registerProblems(app);
  registerBodyParser(app);
  const answerNotFound = createNotFound(app);
  app.setNotFoundHandler(answerNotFound);
  await app.register(helmet, { contentSecurityPolicy: CONTENT_SECURITY_POLICY, strictTransportSecurity: false });
  await app.register(rateLimit, {
    max: deps.limits?.requestsPerMinute ?? REQUESTS_PER_MINUTE,
    timeWindow: '1 minute',
    // Of the address, and so of nobody's key: who went by these would run into the key's own rate long before.
    addHeaders: NO_RATE_HEADERS,
    addHeadersOnExceeding: NO_RATE_HEADERS,
    errorResponseBuilder: (_request, { after }) =>
      new AppError('too-many-requests', `Too many requests came from your address: wait ${after}.`),
  });
  await registerOpenApi(app, deps.version);
  registerDescription(app);
  registerHealth(app, deps);
  registerHome(app);
  await app.register(
    (scope, _options, done) => {
      const judge = createKeyJudge(deps);
      const sessions = new Sessions(deps.keys);
      registerPrivacy(scope);
      registerAuth(scope, { ...deps, judge, sessions });
      registerReadTurns(scope);
      registerIdempotency(scope, deps);
      registerAuditTrail(scope, deps);
      scope.setNotFoundHandler(answerNotFound);
      registerVersionOne(scope, deps);
      registerSession(scope, { ...deps, judge, sessions });
      done();
    },
    { prefix: '/v1' },
  );
  return app;
}

/** A connection on which nothing was ever asked counts as busy: without a limit, one of them holds up the end. */
function closeWithin({ server }: FastifyInstance, limitMs: number): void {
  const limit = setTimeout(() => server.closeAllConnections(), limitMs);
  server.once('close', () => clearTimeout(limit));
}

/** Everything from this server alone. TLS, and with it HSTS and upgrades to https, is the business of a proxy before it. */
const CONTENT_SECURITY_POLICY = {
  directives: {
    'connect-src': ["'self'"],
    'style-src': ["'self'", "'unsafe-inline'"],
    'upgrade-insecure-requests': null,
  },
};

/** Answers what is no HTTP request at all, then closes the connection (RFC 9112 section 9.6). */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const detail = tooLarge
    ? 'The headers are too large.'
    : late
      ? 'The request took too long to arrive.'
      : 'This is no HTTP request.';
  const body = JSON.stringify(toProblem(new AppError('malformed-request', detail), ''));
  const head = `HTTP/1.1 400 Bad Request\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
}
