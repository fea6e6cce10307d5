import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ladder } from '../../../../test/support/transaction-ladder.ts';
import { nonInviteServer, nonInviteServerStart, type NonInviteServerEvent } from './non-invite-server.ts';

const respond = (status: number): NonInviteServerEvent => ({ on: 'respond', status });

describe('the non-INVITE server transaction', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('says nothing to a repeated request before it has an answer', () => {
    const { feed, log } = ladder(nonInviteServerStart, nonInviteServer, false);
    feed({ on: 'request' });
    expect(log).toEqual([]);
  });

  it('repeats its answer to a repeated request until timer J', () => {
    const { feed, wait, log, state } = ladder(nonInviteServerStart, nonInviteServer, false);
    feed(respond(100));
    feed({ on: 'request' });
    feed(respond(200));
    wait(1000);
    feed({ on: 'request' });
    feed(respond(500));
    wait(40_000);
    expect(log).toEqual(['0 send 100', '0 resend', '0 send 200', '1000 resend', '32000 end']);
    expect(state()).toBe('terminated');
  });

  it('is over at once over TCP', () => {
    const { feed, wait, log } = ladder(nonInviteServerStart, nonInviteServer, true);
    feed(respond(200));
    wait(1);
    expect(log).toEqual(['0 send 200', expect.stringMatching(/^[01] end$/)]);
  });

  it('ends with a transport error', () => {
    const { feed, log } = ladder(nonInviteServerStart, nonInviteServer, false);
    feed(respond(200));
    feed({ on: 'transport-error' });
    expect(log).toEqual(['0 send 200', '0 fail transport', '0 end']);
  });

  it('whatever happens, it sends one final response, ends exactly once, and does nothing after', () => {
    const event = fc.oneof(
      fc.constant<NonInviteServerEvent>({ on: 'request' }),
      fc.constant<NonInviteServerEvent>({ on: 'transport-error' }),
      fc.constantFrom(100, 200, 404, 500).map(respond),
      fc.constantFrom(100, 5000, 40_000),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), fc.boolean(), (events, reliable) => {
        const { feed, wait, log } = ladder(nonInviteServerStart, nonInviteServer, reliable);
        for (const each of events) {
          if (typeof each === 'number') wait(each);
          else feed(each);
        }
        feed(respond(500));
        wait(32_000);
        const lines = log.map((line) => line.slice(line.indexOf(' ') + 1));
        expect(lines.filter((line) => line === 'end')).toHaveLength(1);
        expect(lines.at(-1)).toBe('end');
        expect(lines.filter((line) => /^send [2-6]/.test(line)).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
