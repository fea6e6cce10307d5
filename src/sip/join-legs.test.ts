import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SendOptions, SipDialog, SipRequest, SipResponse } from './drachtio.ts';
import { CARRY_LIMIT_MS, joinDialogs, keepOffers } from './join-legs.ts';
import type { JoinedLeg } from './in-dialog.ts';
import { SessionTimer } from './session-timer.ts';

type Answered = Parameters<SipDialog['request']>[1];

/** One leg whose other side is played by the test. */
class Leg implements JoinedLeg {
  readonly dialog = Object.assign(new EventEmitter(), {
    sip: { callId: 'a call' },
    local: { sdp: '', contact: '<sip:us>' },
  }) as unknown as SipDialog;
  readonly session = new SessionTimer();
  readonly heard = vi.fn();
  /** What was sent to the other side, each with the way to answer it. */
  readonly sent: { readonly method: string; readonly answer: Answered }[] = [];
  /** Statuses that the other side's own requests were answered with. */
  readonly told: number[] = [];

  request: SipDialog['request'] = ({ method }, answer) => void this.sent.push({ method, answer });

  /** The other side sends a request. */
  asks(event: 'modify' | 'update' | 'info', body = 'v=0'): void {
    const method = event === 'modify' ? 'INVITE' : event.toUpperCase();
    const request = { method, body, has: () => false, get: () => '' } as unknown as SipRequest;
    const send = (status: number): void => void this.told.push(status);
    this.dialog.emit(event, request, { send, finalResponseSent: false });
  }

  /** The other side answers the last request it was sent. */
  answers(status: number, acknowledge?: (ack: SendOptions) => void): void {
    const response = { status, body: '', has: () => false, get: () => '' } as unknown as SipResponse;
    this.sent.at(-1)?.answer(null, response, acknowledge);
  }
}

describe('requests carried from one leg to the other', () => {
  let caller: Leg;
  let buyer: Leg;
  const onFault = (error: unknown): void => {
    throw error;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    caller = new Leg();
    buyer = new Leg();
    joinDialogs(caller, buyer, onFault, true);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(['modify', 'update', 'info'] as const)(
    'that nobody answers (%s) are given up on with 504, which ends no call, and the next one passes',
    async (event) => {
      caller.asks(event);
      await vi.advanceTimersByTimeAsync(CARRY_LIMIT_MS - 1);
      expect(caller.told).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(caller.told).toEqual([504]);
      caller.asks(event);
      buyer.answers(200);
      expect(caller.told).toEqual([504, 200]);
    },
  );

  it('that the SIP server has given up on are answered 504, not 408, and prove nothing', () => {
    caller.asks('modify');
    buyer.answers(408);
    expect(caller.told).toEqual([504]);
    expect(buyer.heard).not.toHaveBeenCalled();
  });

  it('whose answer comes too late is ACKed all the same', async () => {
    caller.asks('modify', '');
    await vi.advanceTimersByTimeAsync(CARRY_LIMIT_MS);
    const acknowledge = vi.fn();
    buyer.answers(200, acknowledge);
    expect(acknowledge).toHaveBeenCalledOnce();
    expect(caller.told).toEqual([504]);
  });

  it('meet: the second offer is told 491, of whichever leg and kind, until the first is answered', () => {
    caller.asks('modify');
    buyer.asks('modify');
    buyer.asks('update');
    caller.asks('update');
    expect(buyer.told).toEqual([491, 491]);
    expect(caller.told).toEqual([491]);
    buyer.answers(200);
    buyer.asks('modify');
    caller.answers(200);
    expect(buyer.told).toEqual([491, 491, 200]);
  });

  it('prove that whoever asked was there, and so does any answer', () => {
    caller.asks('info');
    expect(caller.heard).toHaveBeenCalledOnce();
    expect(buyer.heard).not.toHaveBeenCalled();
    buyer.answers(415);
    expect(buyer.heard).toHaveBeenCalledOnce();
  });

  it('that only keep a session up go no further', () => {
    buyer.asks('update', '');
    expect(buyer.told).toEqual([200]);
    expect(caller.sent).toEqual([]);
  });
});

describe('offers that come too early', () => {
  it('are kept until the leg is joined, and carried then', async () => {
    const caller = new Leg();
    const buyer = new Leg();
    const release = keepOffers(buyer.dialog);
    buyer.asks('modify');
    release();
    joinDialogs(caller, buyer, () => undefined, true);
    await Promise.resolve();
    expect(caller.sent.map(({ method }) => method)).toEqual(['INVITE']);
    caller.answers(200);
    expect(buyer.told).toEqual([200]);
  });

  it('wait for the caller’s ACK', () => {
    const caller = new Leg();
    const buyer = new Leg();
    joinDialogs(caller, buyer, () => undefined);
    buyer.asks('modify');
    expect(caller.sent).toEqual([]);
    caller.dialog.emit('ack');
    expect(caller.sent.map(({ method }) => method)).toEqual(['INVITE']);
  });
});
