import type { FastifyReply, FastifyRequest } from 'fastify';

import { AppError } from '../../domain/app-error.ts';
import type { ApiKey } from '../../store/api-keys.ts';
import type { ApiDeps } from '../ports.ts';
import { WrongKeys } from './wrong-keys.ts';

const WRONG_KEYS_PER_MINUTE = 100;

/**
 * Finds the key that was shown, whichever way it came.
 *
 * @param shown undefined for what isn't even written like one
 * @throws AppError `unauthorized`; `too-many-requests` for an address that guesses
 */
export type JudgeKey = (request: FastifyRequest, reply: FastifyReply, shown: string | undefined) => Promise<ApiKey>;

/** The one judge of keys: guesses count together, whichever way they came. */
export function createKeyJudge({ keys, clock, limits }: Pick<ApiDeps, 'keys' | 'clock' | 'limits'>): JudgeKey {
  const wrongKeys = new WrongKeys(limits?.wrongKeysPerMinute ?? WRONG_KEYS_PER_MINUTE);

  return async (request, reply, shown) => {
    refuseGuessing(request, reply);
    const key = shown === undefined ? undefined : await keys.verify(shown);
    // Once more: guesses that came while this one was looked up may have been too many.
    refuseGuessing(request, reply);
    if (key) return key;
    wrongKeys.record(request.ip, clock.now().mono);
    void reply.header('www-authenticate', 'Bearer realm="tollgate", error="invalid_token"');
    throw new AppError('unauthorized', 'This API key is unknown or was revoked, or it is not written "Bearer <key>".');
  };

  function refuseGuessing(request: FastifyRequest, reply: FastifyReply): void {
    const waitMs = wrongKeys.waitMs(request.ip, clock.now().mono);
    if (waitMs === 0) return;
    const seconds = Math.ceil(waitMs / 1000);
    void reply.header('retry-after', seconds);
    throw new AppError('too-many-requests', `Too many wrong keys came from your address: wait ${seconds} s.`);
  }
}
