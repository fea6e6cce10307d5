import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { AppError, ERRORS, type ErrorCode, type InputProblem } from '../../domain/app-error.ts';
import { asStoreFault } from '../../store/store-fault.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What it can read, in words, where that is not JSON alone. */
    takes?: string;
  }
}

/** A problem document (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors?: readonly InputProblem[];
}

export const PROBLEM_TYPE = 'application/problem+json';

/** How a fault looks to a client. Of a defect it says nothing but the id its log line can be found by. */
export function toProblem(error: AppError, requestId: string): Problem {
  const { status, title } = ERRORS[error.code];
  const detail = status === 500 ? `The log has the reason under request id ${requestId}.` : error.message;
  const problem = { type: `urn:tollgate:error:${error.code}`, title, status, code: error.code, detail };
  return error.problems.length === 0 ? problem : { ...problem, errors: error.problems };
}

/** Answers every fault of a request with a problem document. */
export function registerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | AppError | Error, request, reply) => sendProblem(error, request, reply));
}

/** Logs what is our own fault, and answers. */
export function sendProblem(thrown: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toAppError(thrown, request);
  if (error.status >= 500) request.log.error({ err: error, path: request.url }, 'request failed');
  // What was to be a file to keep isn't one any more.
  reply.removeHeader('content-disposition');
  return reply.code(error.status).type(PROBLEM_TYPE).send(toProblem(error, request.id));
}

/** What a read of the store or the web framework throws, in the product's own codes; all else is a defect. */
function toAppError(thrown: Error, { routeOptions }: FastifyRequest): AppError {
  const error = asStoreFault(thrown) as Error;
  if (error instanceof AppError) return error;
  switch ((error as Partial<FastifyError>).code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError(
        'body-too-large',
        `The body may have ${sizeOf(routeOptions.bodyLimit)}: send less at a time.`,
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError('unsupported-media-type', `Send ${routeOptions.config.takes ?? JSON_ALONE}.`);
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new AppError('malformed-request', 'The body has another length than Content-Length says.');
    case 'FST_ERR_BAD_URL':
      return new AppError('malformed-request', 'The path has an escape (%) that is none.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new AppError('not-found', 'No id is that long.');
    default:
      return isClientsFault(error)
        ? new AppError('malformed-request', error.message, { cause: error })
        : new AppError('internal', error.message, { cause: error });
  }
}

const JSON_ALONE = 'JSON, with Content-Type: application/json';

/** `1 MB (1048576 bytes)`. */
function sizeOf(bytes: number): string {
  return `${bytes / 1_048_576} MB (${bytes} bytes)`;
}

/** Whether the framework says of its own error that the request was at fault. */
function isClientsFault({ code, statusCode }: Partial<FastifyError>): boolean {
  return code?.startsWith('FST_') === true && statusCode !== undefined && statusCode < 500;
}
