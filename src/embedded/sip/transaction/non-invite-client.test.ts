import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ladder } from '../../../../test/support/transaction-ladder.ts';
import { rfcTimers } from '../timers.ts';
import { nonInviteClient, nonInviteClientStart, type NonInviteClientEvent } from './non-invite-client.ts';

const response = (status: number): NonInviteClientEvent => ({ on: 'response', status });

describe('the non-INVITE client transaction', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('sends again by timer E, doubling up to T2, and gives up by timer F', () => {
    const { feed, wait, log } = ladder(nonInviteClientStart, nonInviteClient, false);
    feed({ on: 'start' });
    wait(60_000);
    expect(log).toEqual([
      '0 send start',
      ...[500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500].map((at) => `${at} resend`),
      '32000 fail timeout',
      '32000 end',
    ]);
  });

  it('repeats every T2 once it has a provisional response', () => {
    const { feed, wait, log } = ladder(nonInviteClientStart, nonInviteClient, false);
    feed({ on: 'start' });
    wait(200);
    feed(response(100));
    wait(9000);
    feed(response(200));
    wait(60_000);
    expect(log).toEqual([
      '0 send start',
      '200 deliver 100',
      '500 resend',
      '4500 resend',
      '8500 resend',
      '9200 deliver 200',
      '14200 end',
    ]);
  });

  it('absorbs the answer that comes again until timer K', () => {
    const { feed, wait, log } = ladder(nonInviteClientStart, nonInviteClient, false);
    feed({ on: 'start' });
    feed(response(200));
    wait(1000);
    feed(response(200));
    wait(60_000);
    expect(log).toEqual(['0 send start', '0 deliver 200', '5000 end']);
  });

  it('whatever happens, its user hears exactly one end', () => {
    const event = fc.oneof(
      fc.constantFrom<NonInviteClientEvent>({ on: 'start' }, { on: 'transport-error' }),
      fc.constantFrom(100, 200, 404).map(response),
      fc.constantFrom(100, 600, 5000, 40_000),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.boolean(), (events, reliable) => {
        const { feed, wait, log } = ladder(nonInviteClientStart, nonInviteClient, reliable);
        feed({ on: 'start' });
        for (const each of events) {
          if (typeof each === 'number') wait(each);
          else feed(each);
        }
        wait(64 * rfcTimers.t1Ms + rfcTimers.t4Ms);
        const lines = log.map((line) => line.slice(line.indexOf(' ') + 1));
        expect(lines.filter((line) => line === 'end')).toHaveLength(1);
        expect(lines.at(-1)).toBe('end');
        expect(lines.filter((line) => /^(deliver [2-6]|fail)/.test(line))).toHaveLength(1);
      }),
    );
  });
});
