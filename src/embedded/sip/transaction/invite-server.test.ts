import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ladder } from '../../../../test/support/transaction-ladder.ts';
import { rfcTimers } from '../timers.ts';
import { inviteServer, inviteServerStart, type InviteServerEvent } from './invite-server.ts';

const respond = (status: number): InviteServerEvent => ({ on: 'respond', status });

describe('the INVITE server transaction', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('repeats its last provisional response when the INVITE comes again', () => {
    const { feed, log } = ladder(inviteServerStart, inviteServer, false);
    feed(respond(100));
    feed(respond(180));
    feed({ on: 'request' });
    expect(log).toEqual(['0 send 100', '0 send 180', '0 resend']);
  });

  it('repeats a refusal by timer G, doubling up to T2, until the ACK; then absorbs what comes until timer I', () => {
    const { feed, wait, log, state } = ladder(inviteServerStart, inviteServer, false);
    feed(respond(486));
    wait(12_000);
    feed({ on: 'request' });
    feed({ on: 'ack' });
    expect(state()).toBe('confirmed');
    feed({ on: 'request' });
    feed({ on: 'ack' });
    wait(10_000);
    expect(log).toEqual([
      '0 send 486',
      '500 resend',
      '1500 resend',
      '3500 resend',
      '7500 resend',
      '11500 resend',
      '12000 resend',
      '17000 end',
    ]);
  });

  it('gives up a refusal nobody acknowledges after 64·T1, timer H', () => {
    const { feed, wait, log } = ladder(inviteServerStart, inviteServer, true);
    feed(respond(603));
    wait(60_000);
    expect(log).toEqual(['0 send 603', '32000 fail timeout', '32000 end']);
  });

  it('stays for 64·T1 after a 2xx, absorbing the INVITE and handing up ACKs (RFC 6026)', () => {
    const { feed, wait, log, state } = ladder(inviteServerStart, inviteServer, false);
    feed(respond(200));
    feed({ on: 'request' });
    wait(500);
    feed(respond(200));
    feed({ on: 'ack' });
    feed(respond(486));
    expect(state()).toBe('accepted');
    wait(60_000);
    expect(log).toEqual(['0 send 200', '500 send 200', '500 deliver ack', '32000 end']);
  });

  it('goes on after a transport error while it proceeds, and ends with one when it is completed', () => {
    const { feed, log, state } = ladder(inviteServerStart, inviteServer, false);
    feed({ on: 'transport-error' });
    expect(state()).toBe('proceeding');
    feed(respond(500));
    feed({ on: 'transport-error' });
    expect(log).toEqual(['0 fail transport', '0 send 500', '0 fail transport', '0 end']);
  });

  it('whatever happens, it ends exactly once when answered, does nothing after, and sends one final response', () => {
    const event = fc.oneof(
      fc.constant<InviteServerEvent>({ on: 'request' }),
      fc.constant<InviteServerEvent>({ on: 'ack' }),
      fc.constant<InviteServerEvent>({ on: 'transport-error' }),
      fc.constantFrom(100, 180, 200, 302, 486, 603).map(respond),
      fc.constantFrom(100, 600, 5000, 40_000),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.boolean(), (events, reliable) => {
        const { feed, wait, log } = ladder(inviteServerStart, inviteServer, reliable);
        for (const each of events) {
          if (typeof each === 'number') wait(each);
          else feed(each);
        }
        feed(respond(500));
        wait(64 * rfcTimers.t1Ms + rfcTimers.t4Ms);
        const lines = log.map((line) => line.slice(line.indexOf(' ') + 1));
        expect(lines.filter((line) => line === 'end')).toHaveLength(1);
        expect(lines.at(-1)).toBe('end');
        const finals = new Set(lines.filter((line) => /^send [2-6]/.test(line)));
        expect(finals.size).toBe(1);
      }),
    );
  });
});
