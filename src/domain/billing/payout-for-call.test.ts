import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { micros } from './money.ts';
import { payoutForCall } from './payout-for-call.ts';

const percent = (value: number) => ({ kind: 'percent', percent: value }) as const;
const anyCharge = fc.oneof(fc.nat(1_000_000_000), fc.maxSafeNat()).map(micros);
const anyHundredths = fc.integer({ min: 0, max: 10_000 });

describe('payoutForCall', () => {
  it('is the fixed amount, whatever the buyer pays', () => {
    expect(payoutForCall({ kind: 'fixed', amountMicros: 12_000_000 }, micros(0))).toBe(12_000_000);
  });

  it('is the share of the charge', () => {
    expect(payoutForCall(percent(62.5), micros(25_000_000))).toBe(15_625_000);
  });

  it('rounds down to a whole micro and leaves the remainder to the house', () => {
    expect(payoutForCall(percent(33.33), micros(100))).toBe(33);
    expect(payoutForCall(percent(99.99), micros(1))).toBe(0);
  });

  it('is exact where floating point is not: 0.29 % is 29 hundredths', () => {
    expect(payoutForCall(percent(0.29), micros(10_000))).toBe(29);
    expect(payoutForCall(percent(64.1), micros(1_000))).toBe(641);
  });

  it.each([-1, 100.01, Number.NaN])('refuses %d percent', (value) => {
    expect(() => payoutForCall(percent(value), micros(100))).toThrow(/percentage from 0 to 100/);
  });

  it('agrees with exact integer arithmetic for every charge and every percentage', () => {
    fc.assert(
      fc.property(anyCharge, anyHundredths, (charge, hundredths) => {
        const exact = (BigInt(charge) * BigInt(hundredths)) / 10_000n;
        expect(BigInt(payoutForCall(percent(hundredths / 100), charge))).toBe(exact);
      }),
    );
  });

  it('never pays more than was charged, not even in shares that make a whole', () => {
    fc.assert(
      fc.property(anyCharge, anyHundredths, (charge, hundredths) => {
        const one = payoutForCall(percent(hundredths / 100), charge);
        const other = payoutForCall(percent((10_000 - hundredths) / 100), charge);
        expect(one + other).toBeLessThanOrEqual(charge);
        expect(one + other).toBeGreaterThanOrEqual(charge - 1);
      }),
    );
  });
});
