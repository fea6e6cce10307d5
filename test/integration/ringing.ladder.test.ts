import { describe, expect, it } from 'vitest';
import { answers, forks } from '../support/phone/behaviours.ts';
import { headerValue } from '../support/phone/sip-wire.ts';
import { Stage } from './stage.ts';

const EARLY_OFFER = { type: 'application/sdp', text: 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n' };

describe('what a caller hears before the answer', () => {
  it('progress that is not ringing: 183 without SDP is passed on, and so is the 180 after it', async () => {
    const stage = await Stage.set({ buyers: { ann: (call) => call.ring({ status: 183 }) } });
    const call = stage.call();
    expect((await call.waitFor(183)).body).toBe('');
    const ann = await stage.buyer('ann').waitForCall();
    ann.ring();
    await call.waitFor(180);
    ann.answer();
    await call.waitFor('confirmed');
    await call.bye();
    expect(stage.wire(stage.carrier).slice(0, 5)).toEqual(['→ INVITE', '← 100', '← 183', '← 180', '← 200']);
    await stage.onlyCdr();
  });

  it('ringing, early media, ringing again: each is passed on as it comes', async () => {
    const stage = await Stage.set({ buyers: { ann: (call) => call.ring() } });
    const call = stage.call();
    await call.waitFor(180);
    const ann = await stage.buyer('ann').waitForCall();
    ann.playEarly();
    expect((await call.waitFor(183)).body).toMatch(/^v=0/);
    ann.ring();
    await call.waitFor(180, { count: 2 });
    ann.answer();
    await call.waitFor('confirmed');
    await call.bye();
    await stage.onlyCdr();
  });

  it('181 and 182 are heard as ringing', async () => {
    const stage = await Stage.set({ buyers: { ann: (call) => call.ring({ status: 182 }) } });
    const call = stage.call();
    await call.waitFor(180);
    (await stage.buyer('ann').waitForCall()).answer();
    await call.waitFor('confirmed');
    await call.bye();
    await stage.onlyCdr();
  });

  it('a destination that forks rings twice and answers once: one caller, one buyer, one record', async () => {
    const stage = await Stage.set({ buyers: { ann: forks() } });
    const [call, answered] = await stage.connect('ann');
    await call.bye();
    const cdr = await stage.onlyCdr();
    expect(answered.has('ended')).toBe(true);
    expect(cdr).toMatchObject({ outcome: 'connected', attempts: [{ sipStatus: 200 }] });
    expect(stage.times('carrier', '← 180')).toBe(1);
  });

  it('two phones behind a forking destination: early media of one, the answer of the other', async () => {
    const stage = await Stage.set({
      buyers: {
        ann: (call) => {
          call.playEarly({ dialog: 1 });
          call.ring({ dialog: 2 });
        },
      },
    });
    const call = stage.call();
    await call.waitFor(183);
    (await stage.buyer('ann').waitForCall()).answer({ dialog: 2 });
    await call.waitFor('confirmed');
    await call.bye();
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'connected', attempts: [{ sipStatus: 200 }] });
  });
});

describe('reliable provisional responses (RFC 3262)', () => {
  it('of the buyer are acknowledged with PRACK; a caller who knows nothing of them hears the same', async () => {
    const stage = await Stage.set({ buyers: { ann: (call) => call.playEarly({ reliably: true }) } });
    const call = stage.call();
    const early = await call.waitFor(183);
    expect(headerValue(early, 'RSeq')).toBeUndefined();
    expect(early.body).toMatch(/^v=0/);
    const ann = await stage.buyer('ann').waitForCall();
    expect(headerValue(await ann.waitFor('PRACK'), 'RAck')).toMatch(/^1 \d+ INVITE$/);
    expect(headerValue(ann.invite, 'Supported')).toContain('100rel');
    ann.answer();
    await call.waitFor('confirmed');
    await call.bye();
    await stage.onlyCdr();
  });

  it('are what a caller gets who requires them: RSeq, repeated until its PRACK, which is answered 200', async () => {
    const stage = await Stage.set({ buyers: { ann: (call) => call.ring() } });
    const call = stage.call({ headers: { Require: '100rel' } });
    const ringing = await call.waitFor(180);
    expect(headerValue(ringing, 'Require')).toBe('100rel');
    expect(Number(headerValue(ringing, 'RSeq'))).toBeGreaterThan(0);
    const ann = await stage.buyer('ann').waitForCall();
    ann.playEarly();
    const early = await call.waitFor(183);
    expect(Number(headerValue(early, 'RSeq'))).toBe(Number(headerValue(ringing, 'RSeq')) + 1);
    ann.answer();
    await call.waitFor('confirmed');
    await call.bye();
    expect(stage.wire(stage.carrier).filter((label) => label === '← 200 PRACK')).toHaveLength(2);
    await stage.onlyCdr();
  });

  it('of a caller who only supports them: plain ones, which it takes as well', async () => {
    const stage = await Stage.set({ buyers: { ann: answers({ ringMs: 30 }) } });
    const call = stage.call({ headers: { Supported: '100rel' } });
    expect(headerValue(await call.waitFor(180), 'RSeq')).toBeUndefined();
    await call.waitFor('confirmed');
    await call.bye();
    await stage.onlyCdr();
  });

  // drachtio-server leaves such a PRACK without an answer.
  it.skipIf(process.env['DRACHTIO_HOST'] !== undefined)('PRACK of a call that never was: 481', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const to = stage.number('nobody');
    const headers = { To: `<${to}>;tag=nobody`, RAck: '1 1 INVITE' };
    const answer = await stage.carrier.request('PRACK', { to, headers });
    expect(answer.status).toBe(481);
  });
});

describe('UPDATE before the answer (RFC 3311)', () => {
  it('of the caller: 200 without an offer; with one 500 and a time to try again, for the first has no answer yet', async () => {
    const stage = await Stage.set({ buyers: { ann: (call) => call.ring() } });
    const call = stage.call({ headers: { Require: '100rel' } });
    await call.waitFor(180);
    expect((await call.request('UPDATE')).status).toBe(200);
    const refusal = await call.request('UPDATE', { body: EARLY_OFFER });
    expect(refusal.status).toBe(500);
    expect(Number(headerValue(refusal, 'Retry-After'))).toBeGreaterThan(0);
    (await stage.buyer('ann').waitForCall()).answer();
    await call.waitFor('confirmed');
    await call.bye();
    await stage.onlyCdr();
  });

  it('of the buyer: 200 without an offer; with one 491, and the call goes on', async () => {
    const stage = await Stage.set({ buyers: { ann: (call) => call.playEarly({ reliably: true }) } });
    const call = stage.call();
    const ann = await stage.buyer('ann').waitForCall();
    await ann.waitFor('PRACK');
    expect((await ann.request('UPDATE')).status).toBe(200);
    expect((await ann.request('UPDATE', { body: EARLY_OFFER })).status).toBe(491);
    ann.answer();
    await call.waitFor('confirmed');
    await call.bye();
    await stage.onlyCdr();
  });
});
