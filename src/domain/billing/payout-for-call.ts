import type { Payout } from '../plan/party.ts';
import { micros, type Micros } from './money.ts';

/** One percent point is a hundred of these: payouts have at most two decimals. */
const HUNDREDTHS_IN_WHOLE = 10_000;

/**
 * What a publisher earns for a call that counts for them. A percentage is of what the buyer was charged, rounded down to
 * a whole micro; the house keeps the remainder, so payouts never add up to more than the charge.
 *
 * @param chargeMicros what the buyer owes for the call, 0 where it owes nothing
 * @throws RangeError where the payout is no whole number of micros, or no percentage between 0 and 100
 */
export function payoutForCall(payout: Payout, chargeMicros: Micros): Micros {
  return payout.kind === 'fixed' ? micros(payout.amountMicros) : percentOf(chargeMicros, payout.percent);
}

function percentOf(amount: Micros, percent: number): Micros {
  if (!(percent >= 0 && percent <= 100)) throw new RangeError(`${percent} is no percentage from 0 to 100`);
  const hundredths = Math.round(percent * 100);
  // Whole and rest apart: their product could pass the safe integers although the result can't.
  const whole = Math.floor(amount / HUNDREDTHS_IN_WHOLE) * hundredths;
  const rest = Math.floor(((amount % HUNDREDTHS_IN_WHOLE) * hundredths) / HUNDREDTHS_IN_WHOLE);
  return micros(whole + rest);
}
