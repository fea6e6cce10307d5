import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { AppError } from '../../domain/app-error.ts';
import { hashBody, type KeptAnswer, type RequestKey } from '../../store/idempotency-store.ts';
import { holderOf } from '../holder.ts';
import type { ApiDeps } from '../ports.ts';
import { invalid } from '../validation/validator.ts';

/** The request header that makes a POST safe to send again. */
export const IDEMPOTENCY_KEY = 'idempotency-key';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the answer is kept under; null for requests without an idempotency key, and for repetitions. */
    idempotent: { readonly key: RequestKey; readonly bodyHash: string } | null;
  }
}

/** 1 to 255 characters that can be seen. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/** What an answer says beside its body. */
const KEPT_HEADERS = ['content-type', 'etag', 'location'] as const;

/**
 * Makes each POST that carries an Idempotency-Key happen once: its repetition, by the same API key at the same path
 * within 24 hours, is answered as it was. Refused requests are not kept. That a change was made is written in its own
 * transaction, so that not even a crash between change and answer makes it happen twice.
 *
 * Looks at requests after they were validated, so what is held against each other has defaults filled in and bounds.
 */
export function registerIdempotency(
  app: FastifyInstance,
  { idempotency, changes }: Pick<ApiDeps, 'idempotency' | 'changes'>,
): void {
  const inFlight = new Set<string>();
  app.decorateRequest('idempotent', null);

  app.addHook('preHandler', (request, reply, done) => {
    // Who signs in is nobody yet, and doing it twice is no harm.
    const key = request.method === 'POST' && request.holder !== null ? readKey(request) : undefined;
    if (key === undefined) return done();
    const bodyHash = hashBody(contentOf(request));
    const kept = idempotency.find(key);
    if (inFlight.has(nameOf(key))) {
      throw conflict('The request with this Idempotency-Key is still being worked on: wait for its answer.');
    }
    if (kept === undefined) {
      inFlight.add(nameOf(key));
      request.idempotent = { key, bodyHash };
      return changes.run((work) => {
        const result = work();
        idempotency.note(key, bodyHash);
        return result;
      }, done);
    }
    if (kept.bodyHash !== bodyHash) {
      throw conflict('This Idempotency-Key came with another body or query before: use a new key for a new request.');
    }
    repeat(kept.answer, reply);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    if (request.idempotent === null) return;
    const { key, bodyHash } = request.idempotent;
    try {
      if (reply.statusCode >= 400) await idempotency.release(key);
      else await idempotency.keep(key, bodyHash, answerOf(reply, payload));
    } catch (error) {
      // What was asked for is done or refused all the same, and the client should hear which.
      request.log.error({ err: error, path: request.url }, 'answer not kept for its idempotency key');
    } finally {
      inFlight.delete(nameOf(key));
    }
  });
}

/** @throws AppError `invalid` for a key that is none */
function readKey(request: FastifyRequest): RequestKey | undefined {
  const key = request.headers[IDEMPOTENCY_KEY];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !KEY.test(key)) {
    const message = 'Write 1 to 255 visible ASCII characters, such as a UUID.';
    throw invalid([{ path: `/${IDEMPOTENCY_KEY}`, message }]);
  }
  return { keyId: holderOf(request).id, path: request.url.split('?', 1)[0] ?? '', key };
}

/** What a request says beside its path: its body, and its query where it has one. */
function contentOf({ body, query }: FastifyRequest): unknown {
  const parameters = Object.entries(query as object);
  return parameters.length === 0 ? body : { body: body ?? null, query };
}

function nameOf({ keyId, path, key }: RequestKey): string {
  return `${keyId} ${path} ${key}`;
}

/** The answer as it is kept: never one with a secret in it. */
function answerOf(reply: FastifyReply, payload: unknown): KeptAnswer {
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = reply.getHeader(name);
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  return {
    status: reply.statusCode,
    headers: Object.fromEntries(headers),
    body: typeof payload === 'string' && !reply.holdsSecret ? payload : null,
  };
}

/** @throws AppError `idempotency-conflict` where the request was carried out and its answer can't be had any more */
function repeat(answer: KeptAnswer | null, reply: FastifyReply): void {
  if (answer === null) {
    throw conflict(
      'This request was carried out, and its answer lost in a crash: look at what it made, and use a new key.',
    );
  }
  if (answer.body === null) {
    throw conflict(
      'This request was carried out. Its answer held a secret, which is shown once and kept nowhere: delete what it ' +
        'made if you never saw it, and make another with a new Idempotency-Key.',
    );
  }
  void reply.code(answer.status).headers(answer.headers).header('idempotent-replayed', 'true').send(answer.body);
}

function conflict(detail: string): AppError {
  return new AppError('idempotency-conflict', detail);
}
