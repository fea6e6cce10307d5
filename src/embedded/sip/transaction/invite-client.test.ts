import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ladder } from '../../../../test/support/transaction-ladder.ts';
import { rfcTimers } from '../timers.ts';
import { inviteClient, inviteClientStart, type InviteClientEvent } from './invite-client.ts';

const response = (status: number): InviteClientEvent => ({ on: 'response', status });

describe('the INVITE client transaction', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('sends the INVITE again by timer A, doubling, and gives up by timer B', () => {
    const { feed, wait, log } = ladder(inviteClientStart, inviteClient, false);
    feed({ on: 'start' });
    wait(60_000);
    expect(log).toEqual([
      '0 send start',
      '500 resend',
      '1500 resend',
      '3500 resend',
      '7500 resend',
      '15500 resend',
      '31500 resend',
      '32000 fail timeout',
      '32000 end',
    ]);
  });

  it('leaves repeating to TCP', () => {
    const { feed, wait, log } = ladder(inviteClientStart, inviteClient, true);
    feed({ on: 'start' });
    wait(60_000);
    expect(log).toEqual(['0 send start', '32000 fail timeout', '32000 end']);
  });

  it('rings as long as it rings, until its user gives it up', () => {
    const { feed, wait, log } = ladder(inviteClientStart, inviteClient, false);
    feed({ on: 'start' });
    feed(response(100));
    feed(response(180));
    wait(200_000);
    feed({ on: 'abandon' });
    expect(log).toEqual(['0 send start', '0 deliver 100', '0 deliver 180', '200000 fail timeout', '200000 end']);
  });

  it('acknowledges a refusal, and each time it is repeated, but hands it up once', () => {
    const { feed, wait, log } = ladder(inviteClientStart, inviteClient, false);
    feed({ on: 'start' });
    feed(response(486));
    wait(500);
    feed(response(486));
    wait(60_000);
    expect(log).toEqual(['0 send start', '0 acknowledge 486', '0 deliver 486', '500 acknowledge 486', '32000 end']);
  });

  it('hands up every 2xx for 64·T1, for each fork wants its own ACK (RFC 6026)', () => {
    const { feed, wait, log } = ladder(inviteClientStart, inviteClient, false);
    feed({ on: 'start' });
    feed(response(200));
    wait(1000);
    feed(response(200));
    feed(response(486));
    wait(60_000);
    expect(log).toEqual(['0 send start', '0 deliver 200', '1000 deliver 200', '32000 end']);
  });

  it('fails at once when the INVITE can not be delivered', () => {
    const { feed, log } = ladder(inviteClientStart, inviteClient, true);
    feed({ on: 'start' });
    feed({ on: 'transport-error' });
    feed(response(200));
    expect(log).toEqual(['0 send start', '0 fail transport', '0 end']);
  });

  it('whatever happens, its user hears of one end: a refusal, a success, or a failure', () => {
    const event = fc.oneof(
      fc.constantFrom<InviteClientEvent>({ on: 'start' }, { on: 'transport-error' }, { on: 'abandon' }),
      fc.constantFrom(100, 180, 200, 302, 486).map(response),
      fc.constantFrom(100, 600, 5000, 40_000),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.boolean(), (events, reliable) => {
        const { feed, wait, log } = ladder(inviteClientStart, inviteClient, reliable);
        feed({ on: 'start' });
        for (const each of events) {
          if (typeof each === 'number') wait(each);
          else feed(each);
        }
        feed({ on: 'abandon' });
        wait(64 * rfcTimers.t1Ms);
        const lines = log.map((line) => line.slice(line.indexOf(' ') + 1));
        expect(lines.filter((line) => line === 'end')).toHaveLength(1);
        expect(lines.at(-1)).toBe('end');
        const refusals = lines.filter((line) => /^deliver [3-6]/.test(line)).length;
        const successes = lines.some((line) => line === 'deliver 200') ? 1 : 0;
        const failures = lines.filter((line) => line.startsWith('fail')).length;
        // A refused INVITE whose ACK can not be delivered tells of that as well.
        expect(refusals + successes).toBeLessThanOrEqual(1);
        expect(refusals + successes + failures).toBeGreaterThanOrEqual(1);
        expect(failures).toBeLessThanOrEqual(1);
        expect(successes * failures).toBe(0);
      }),
    );
  });
});
