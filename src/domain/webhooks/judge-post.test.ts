import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { EpochMs } from '../time.ts';
import { DISABLE_AFTER_MS, GIVE_UP_AFTER_MS, isLost, judgePost, type PostVerdict } from './judge-post.ts';

const NOW = Date.UTC(2026, 10, 21, 15) as EpochMs;
const HOUR_MS = 3_600_000;

function judge(
  outcome: { status?: number | null; retryAfter?: string },
  { tries = 1, ageMs = 0, draw = 0.5 } = {},
): PostVerdict {
  const { status = 500, retryAfter = null } = outcome;
  return judgePost({ status, error: null, retryAfter }, { tries, createdAt: (NOW - ageMs) as EpochMs }, NOW, draw);
}

const waitOf = (verdict: PostVerdict): number => (verdict.kind === 'retry' ? verdict.dueAt - NOW : Number.NaN);

describe('A post', () => {
  it.each([200, 201, 202, 204, 299])('that is answered with %i is delivered', (status) => {
    expect(judge({ status })).toEqual({ kind: 'delivered' });
  });

  it.each([null, 100, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503, 600])(
    'that is answered with %s is tried again',
    (status) => {
      expect(judge({ status })).toMatchObject({ kind: 'retry', holdsAll: false });
    },
  );

  it('that is answered with 410 is never tried again', () => {
    expect(judge({ status: 410 })).toEqual({ kind: 'dead', reason: 'gone' });
  });

  it('waits up to twice as long after each failure: from five seconds to six hours', () => {
    const longest = Array.from({ length: 20 }, (_, index) => waitOf(judge({}, { tries: index + 1, draw: 1 - 1e-9 })));
    expect(longest.slice(0, 3)).toEqual([4_999, 9_999, 19_999]);
    expect(Math.max(...longest)).toBe(6 * HOUR_MS - 1);
    expect(longest).toEqual(longest.toSorted((a, b) => a - b));
    expect(waitOf(judge({}, { tries: 9, draw: 0 }))).toBe(0);
  });

  it('is given up once the next try would come later than three days after the event', () => {
    const late = { tries: 30, draw: 0.999 };
    expect(judge({}, { ...late, ageMs: GIVE_UP_AFTER_MS - 6 * HOUR_MS })).toMatchObject({ kind: 'retry' });
    expect(judge({}, { ...late, ageMs: GIVE_UP_AFTER_MS - 5 * HOUR_MS })).toEqual({ kind: 'dead', reason: 'expired' });
  });

  it.each([
    ['120', 120_000],
    [' 7 ', 7_000],
    ['0', 1_000],
    ['999999999', 6 * HOUR_MS],
    ['Sat, 21 Nov 2026 15:10:00 GMT', 600_000],
    ['Sat, 21 Nov 2026 14:10:00 GMT', 1_000],
    ['Sat, 21 Nov 2027 14:10:00 GMT', 6 * HOUR_MS],
  ])('is held back as long as the receiver asks by Retry-After: %s, within bounds', (retryAfter, waitMs) => {
    for (const status of [429, 503]) {
      expect(judge({ status, retryAfter })).toEqual({ kind: 'retry', dueAt: NOW + waitMs, holdsAll: true });
    }
    expect(judge({ status: 500, retryAfter })).toMatchObject({ holdsAll: false });
  });

  it.each(['soon', '-5', '1.5', '2027-11-21', 'NaN GMT', '1e9', 'Sat, GMT', ''])(
    'waits as ever where Retry-After says %j',
    (retryAfter) => {
      expect(judge({ status: 503, retryAfter }, { tries: 2 })).toEqual(judge({ status: 500 }, { tries: 2 }));
    },
  );

  it('is never due in the past, nor beyond three days, whatever is answered', () => {
    const outcome = fc.record({
      status: fc.option(fc.integer({ min: 100, max: 999 })),
      retryAfter: fc.string(),
    });
    const delivery = fc.record({
      tries: fc.integer({ min: 1, max: 5_000 }),
      ageMs: fc.integer({ min: 0, max: 2 * GIVE_UP_AFTER_MS }),
      draw: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(outcome, delivery, (answered, state) => {
        const verdict = judge(answered, state);
        if (verdict.kind !== 'retry') return;
        expect(verdict.dueAt).toBeGreaterThanOrEqual(NOW);
        expect(verdict.dueAt).toBeLessThanOrEqual(NOW - state.ageMs + GIVE_UP_AFTER_MS);
      }),
    );
  });
});

describe('A webhook', () => {
  it('is lost when nothing has got through to it for five days', () => {
    expect(isLost((NOW - DISABLE_AFTER_MS) as EpochMs, NOW)).toBe(true);
    expect(isLost((NOW - DISABLE_AFTER_MS + 1) as EpochMs, NOW)).toBe(false);
    expect(isLost(null, NOW)).toBe(false);
  });
});
