import { describe, expect, it } from 'vitest';
import { ACK_LIMIT_MS } from '../../src/domain/call/while-talking.ts';
import { answers } from '../support/phone/behaviours.ts';
import { headerValue } from '../support/phone/sip-wire.ts';
import { hurriedClock } from './clocks.ts';
import { Stage } from './stage.ts';

const NOTHING_SOLD = {
  outcome: 'failed',
  hangupCause: 'caller-never-acked',
  talkMs: 0,
  buyerVerdict: { billable: false, reason: 'not-connected', amountMicros: 0 },
  publisherVerdict: { billable: false, reason: 'not-connected', amountMicros: 0 },
};

describe('messages that are lost on the way', () => {
  it('the first 200: it is sent again, and the call is one call', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann', { dropAnswers: 1 });
    await call.bye();
    const cdr = await stage.onlyCdr();
    expect(stage.times('carrier', '← 200')).toBeGreaterThanOrEqual(2);
    expect(stage.buyer('ann').calls).toHaveLength(1);
    expect(cdr).toMatchObject({ outcome: 'connected', buyerVerdict: { billable: true } });
    // The caller heard of the answer half a second later than the two were connected.
    expect(cdr.talkMs).toBeGreaterThanOrEqual(400);
    expect(answered.has('ended')).toBe(true);
  });

  it('the first ACK: the 200 comes again and its ACK counts', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const call = stage.call({ acks: false });
    await call.waitFor(200, { count: 2 });
    call.sendAck();
    const answered = await stage.buyer('ann').waitForCall();
    await answered.waitFor('confirmed');
    await call.bye();
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'connected', buyerVerdict: { billable: true } });
  });

  it('every ACK, but the caller says BYE: it had our 200, so it is a conversation', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const call = stage.call({ acks: false });
    await call.waitFor('answered');
    await call.bye();
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'connected', hangupBy: 'caller' });
  });

  it('every ACK: when the time for it is over both legs are hung up and nobody pays', async () => {
    const stage = await Stage.set({
      buyers: { ann: answers() },
      clock: hurriedClock((delayMs) => delayMs === ACK_LIMIT_MS, 300),
    });
    const call = stage.call({ acks: false });
    await call.waitFor('answered');
    const answered = await stage.buyer('ann').waitForCall();
    expect(headerValue(await answered.waitFor('BYE'), 'Reason')).toBe('SIP;cause=408;text="No ACK from the caller"');
    await call.waitFor('BYE');
    expect(await stage.onlyCdr()).toMatchObject({ ...NOTHING_SOLD, hangupBy: 'system' });
  });

  it('every ACK, and the buyer hangs up first: nobody pays either', async () => {
    const stage = await Stage.set({
      buyers: { ann: answers({ talkMs: 50 }) },
      clock: hurriedClock((delayMs) => delayMs === ACK_LIMIT_MS, 300),
    });
    const call = stage.call({ acks: false });
    await call.waitFor('BYE');
    expect(await stage.onlyCdr()).toMatchObject({ ...NOTHING_SOLD, hangupBy: 'buyer' });
  });

  it('none: an INVITE that comes again is the same call', async () => {
    const stage = await Stage.set({ buyers: { ann: answers({ ringMs: 100 }) } });
    const call = stage.call({ retransmits: false });
    call.sendInviteAgain();
    await call.waitFor('ringing');
    call.sendInviteAgain();
    await call.waitFor('confirmed');
    await call.bye();
    await stage.onlyCdr();
    expect(stage.times('carrier', '→ INVITE')).toBe(3);
    expect(stage.times('ann', '← INVITE')).toBe(1);
  });
});
