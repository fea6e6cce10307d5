import type { FastifyRequest } from 'fastify';

import { AppError } from '../domain/app-error.ts';
import type { ApiKey } from '../store/api-keys.ts';

/** Whose key a request carries. */
export type KeyHolder = Pick<ApiKey, 'id' | 'name' | 'role'>;

/** Whose key a request to a guarded operation carries: `plugins/auth.ts` has seen to it that there is one. */
export function holderOf({ holder }: FastifyRequest): KeyHolder {
  if (holder === null) throw new AppError('internal', 'A guarded operation was reached without a key');
  return holder;
}

/**
 * The one buyer or publisher that a key is for; undefined for the keys of the house, which may see everybody's.
 *
 * @param kind of the parties that the operation is about
 */
export function ownIdOf({ role }: KeyHolder, kind: 'buyer' | 'publisher'): string | undefined {
  return role.startsWith(`${kind}:`) ? role.slice(kind.length + 1) : undefined;
}
