import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { endedCdrs, tellingDigits } from '../../../test/support/cdr-arbitrary.ts';
import { endedCdr } from '../../../test/support/sample-call.ts';
import type { Cdr } from '../call/cdr.ts';
import { redactCdr } from './redact-cdr.ts';

/** Fields that may say who called; each of the others stays as it is. */
const PERSONAL = ['ani', 'callerName', 'location', 'decision', 'attempts', 'hangupCause'] as const;

describe('a record whose caller is erased', () => {
  test('has no trace of the number, the name or the place smaller than a state', () => {
    fc.assert(
      fc.property(endedCdrs, (cdr) => {
        const { zip = null, npaNxx = null } = cdr.location ?? cdr.decision?.location ?? {};
        const traces = [
          ...(cdr.ani === 'anonymous' ? [] : [tellingDigits(cdr.ani)]),
          ...[zip, npaNxx].flatMap((place) => (place === null ? [] : [`"${place}"`])),
          'Ada',
          'ADA',
          '"prefix:',
          '"zip:',
        ];
        const text = JSON.stringify(redactCdr(cdr));
        expect(traces.filter((trace) => text.includes(trace))).toEqual([]);
      }),
    );
  });

  test('keeps money, times, verdicts, terms and all else as they were', () => {
    fc.assert(
      fc.property(endedCdrs, (cdr) => {
        const redacted = redactCdr(cdr);
        const others = (record: Cdr) =>
          Object.entries(record).filter(([name]) => !PERSONAL.some((each) => each === name));
        expect(JSON.stringify(others(redacted))).toBe(JSON.stringify(others(cdr)));
        expect(Object.keys(redacted)).toEqual(Object.keys(cdr));
        for (const name of ['source', 'country', 'state', 'timezone'] as const) {
          expect(redacted.location?.[name]).toBe(cdr.location?.[name]);
        }
        const timed = ({ attempts }: Cdr) => attempts.map((attempt) => ({ ...attempt, hangupCause: null }));
        expect(timed(redacted)).toEqual(timed(cdr));
        const judged = ({ decision }: Cdr) => decision?.candidates.map((candidate) => ({ ...candidate, values: null }));
        expect(judged(redacted)).toEqual(judged(cdr));
      }),
    );
  });

  test('is not changed by erasing again', () => {
    fc.assert(
      fc.property(endedCdrs, (cdr) => {
        expect(redactCdr(redactCdr(cdr))).toEqual(redactCdr(cdr));
      }),
    );
  });

  test('says erased where the caller stood, of an anonymous one too', () => {
    expect(redactCdr(endedCdr('call_1')).ani).toBe('erased');
    expect(redactCdr(endedCdr('call_1', { ani: 'anonymous' })).ani).toBe('erased');
  });

  test('shares with the one before whatever is the same', () => {
    const cdr = endedCdr('call_1', { attempts: [], location: null });
    expect(redactCdr(cdr)).toMatchObject({ attempts: cdr.attempts, terms: cdr.terms });
    expect(redactCdr(cdr).attempts).toBe(cdr.attempts);
  });
});
