import type { BuyerId } from '../ids.ts';
import type { IsoInstant } from '../time.ts';
import type { Posting } from './ledger.ts';
import type { Micros } from './money.ts';
import { transfer } from './postings-for-call.ts';

/**
 * The ledger's lines for money a buyer paid: it owes that much less, the house holds that much more. A negative amount
 * takes a payment back; none makes no lines.
 */
export function paymentPostings(payment: { buyerId: BuyerId; at: IsoInstant; amountMicros: Micros }): Posting[] {
  const { buyerId, at, amountMicros } = payment;
  if (amountMicros === 0) return [];
  return transfer({ callId: null, at, kind: 'payment' }, 'house', `buyer:${buyerId}`, amountMicros);
}
