import { describe, expect, it } from 'vitest';
import { ACK_LIMIT_MS } from '../../src/domain/call/while-talking.ts';
import { answers, answersDespiteCancel, rejects, ringsForever } from '../support/phone/behaviours.ts';
import { headerValue } from '../support/phone/sip-wire.ts';
import { hurriedClock } from './clocks.ts';
import { Stage } from './stage.ts';

/** An INVITE without SDP: the other side makes the offer, and the ACK brings the answer. */
const LATE = { sdp: null };

describe('a caller who makes no offer', () => {
  it('gets the buyer’s with the answer, and its ACK brings the buyer its own', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann', LATE);
    const offer = stage.message('ann', '→ 200').body;
    expect(answered.invite.body).toBe('');
    expect(stage.message('carrier', '← 200').body).toBe(offer);
    expect(offer).toMatch(/^v=0/);
    expect(stage.message('ann', '← ACK').body).toBe(stage.message('carrier', '→ ACK').body);
    expect(stage.message('ann', '← ACK').body).toMatch(/^v=0/);
    expect((await call.bye()).status).toBe(200);
    const cdr = await stage.onlyCdr();
    expect(cdr).toMatchObject({ outcome: 'connected', buyerVerdict: { billable: true } });
    stage.expectTalk(cdr, call, answered);
  });

  it('can be put on hold afterwards, and taken back', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann', LATE);
    expect((await answered.hold()).status).toBe(200);
    expect((await call.waitFor('INVITE')).body).toContain('a=sendonly');
    expect((await answered.resume()).status).toBe(200);
    expect((await call.hold()).status).toBe(200);
    await call.bye();
    await stage.onlyCdr();
  });

  it('hears ringing, but no early media: there is no session yet that could carry it', async () => {
    const stage = await Stage.set({ buyers: { ann: (call) => call.playEarly() } });
    const call = stage.call(LATE);
    expect((await call.waitFor('ringing')).body).toBe('');
    (await stage.buyer('ann').waitForCall()).answer();
    await call.waitFor('confirmed');
    await call.bye();
    await stage.onlyCdr();
  });

  it('is led to the next route where the first is busy', async () => {
    const stage = await Stage.set({ buyers: { ann: rejects(486), bob: answers() } });
    const [call] = await stage.connect('bob', LATE);
    await call.bye();
    expect((await stage.onlyCdr()).attempts).toMatchObject([{ sipStatus: 486 }, { sipStatus: 200 }]);
  });

  it('is hung up by the buyer', async () => {
    const stage = await Stage.set({ buyers: { ann: answers({ talkMs: 50 }) } });
    const call = stage.call(LATE);
    await call.waitFor('BYE');
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'connected', hangupBy: 'buyer' });
  });

  it('gives up while it rings: the buyer stops ringing', async () => {
    const stage = await Stage.set({ buyers: { ann: ringsForever() } });
    const call = stage.call(LATE);
    await call.waitFor('ringing');
    call.cancel();
    await (await stage.buyer('ann').waitForCall()).waitFor('cancelled');
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'abandoned' });
  });

  it('gives up as the buyer answers: its offer is declined in the ACK, and it is hung up', async () => {
    const stage = await Stage.set({ buyers: { ann: answersDespiteCancel() } });
    const call = stage.call(LATE);
    await call.waitFor('ringing');
    call.cancel();
    const ann = await stage.buyer('ann').waitForCall();
    await ann.waitFor('BYE');
    expect((await ann.waitFor('ACK')).body).toMatch(/^m=audio 0 /m);
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'abandoned', buyerVerdict: { billable: false } });
  });

  it('never ACKs: the buyer’s offer is declined, both are hung up, and nobody pays', async () => {
    const stage = await Stage.set({
      buyers: { ann: answers() },
      clock: hurriedClock((delayMs) => delayMs === ACK_LIMIT_MS, 300),
    });
    const call = stage.call({ ...LATE, acks: false });
    await call.waitFor('BYE');
    const ann = await stage.buyer('ann').waitForCall();
    expect((await ann.waitFor('ACK')).body).toMatch(/^m=audio 0 /m);
    expect(headerValue(await ann.waitFor('BYE'), 'Reason')).toBe('SIP;cause=408;text="No ACK from the caller"');
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'failed', buyerVerdict: { billable: false } });
  });

  it('forgets the answer in its ACK: there is no session, and both are hung up', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    // Empty, not absent: the phone believes to have made an offer, and its ACK answers none.
    const call = stage.call({ sdp: '' });
    const bye = await call.waitFor('BYE');
    expect(headerValue(bye, 'Reason')).toBe('SIP;cause=488;text="No answer to the offer"');
    expect(await stage.onlyCdr()).toMatchObject({ hangupBy: 'system', hangupCause: 'no-session' });
  });

  it('reaches several at once: the first offer is taken, the others are told so', async () => {
    const stage = await Stage.set({
      buyers: {
        ann: { acts: answers({ ringMs: 50 }), route: { priority: 1 } },
        bob: { acts: ringsForever(), route: { priority: 1 } },
      },
      campaign: { simultaneous: true },
    });
    const [call] = await stage.connect('ann', LATE);
    await (await stage.buyer('bob').waitForCall()).waitFor('cancelled');
    await call.bye();
    expect(await stage.onlyCdr()).toMatchObject({ buyerId: stage.ids.buyerIds['ann'] });
  });
});

describe('a buyer who answers an INVITE without an offer', () => {
  it('by making none either: there is nothing to connect the caller to, and the next route is rung', async () => {
    const stage = await Stage.set({ buyers: { ann: (call) => call.answer({ sdp: null }), bob: answers() } });
    const [call] = await stage.connect('bob', LATE);
    await (await stage.buyer('ann').waitForCall()).waitFor('BYE');
    await call.bye();
    const cdr = await stage.onlyCdr();
    expect(cdr.attempts).toMatchObject([{ hangupCause: 'no-session' }, { sipStatus: 200 }]);
    expect(cdr.buyerId).toBe(stage.ids.buyerIds['bob']);
  });
});
