import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EpochMs } from '../time.ts';
import { afterProbe, MISSES_UNTIL_DOWN, raisesSuspicion, UNHEARD, type GatewayHealth } from './gateway-health.ts';

const AT = 1_795_000_000_000 as EpochMs;

const after = (...answers: (number | null)[]): GatewayHealth =>
  answers.reduce((health, status) => afterProbe(health, status, AT), UNHEARD);

describe("a gateway's health", () => {
  it('is unknown until it answers, or has missed often enough', () => {
    expect(UNHEARD.state).toBe('unknown');
    expect(after(null, null).state).toBe('unknown');
    expect(after(200)).toEqual({ state: 'up', misses: 0, lastAnswerAt: AT, lastStatus: 200 });
    expect(after(null, null, null)).toEqual({ state: 'down', misses: 3, lastAnswerAt: null, lastStatus: null });
  });

  it('is down after as many misses in a row, be they silence or that it can not serve', () => {
    expect(after(200, null, 503).state).toBe('up');
    expect(after(200, null, 503, 408).state).toBe('down');
    expect(after(200, null, 503, 200, null).state).toBe('up');
  });

  it.each([200, 401, 404, 405, 407, 481, 501, 603])('%i is a sign of life, and brings it back at once', (status) => {
    expect(after(null, null, null, status)).toMatchObject({ state: 'up', misses: 0, lastStatus: status });
  });

  it('is down exactly when the last answers were all misses', () => {
    const answer = fc.constantFrom(null, 200, 404, 408, 500, 503);
    const isMiss = (status: number | null): boolean => status === null || [408, 500, 503].includes(status);
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 12 }), (answers) => {
        const sinceGood = answers.length - 1 - answers.findLastIndex((status) => !isMiss(status));
        expect(after(...answers).state === 'down').toBe(sinceGood >= MISSES_UNTIL_DOWN);
      }),
    );
  });

  it('is doubted where an INVITE met silence or 503, and not where somebody refused it', () => {
    expect([null, 408, 503].map(raisesSuspicion)).toEqual([true, true, true]);
    expect([302, 404, 480, 486, 500, 603].some(raisesSuspicion)).toBe(false);
  });
});
