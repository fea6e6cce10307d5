import { AppError } from '../domain/app-error.ts';

/** @throws AppError `invalid` where a page of this size is never given: it is 1…500 */
export function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return;
  const message = `must be a whole number from 1 to 500, not ${limit}`;
  throw new AppError('invalid', `The limit ${message}`, { problems: [{ path: '/limit', message }] });
}
