import type { Brand } from '../brand.ts';

/** An amount in micros (1/1 000 000) of the account currency; always a safe integer. */
export type Micros = Brand<number, 'Micros'>;

/** Checks an integer amount of micros. Throws RangeError where it is no safe integer: money is never rounded silently. */
export function micros(amount: number): Micros {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${amount} is not a whole, safe number of micros`);
  return amount as Micros;
}
