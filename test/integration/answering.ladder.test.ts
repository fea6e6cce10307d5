import { describe, expect, it } from 'vitest';
import { answers, challenges, rejects, ringsForever } from '../support/phone/behaviours.ts';
import { headerValue, type SipRequest } from '../support/phone/sip-wire.ts';
import { DID } from '../support/provision.ts';
import { hurriedClock } from './clocks.ts';
import { CALLER, Stage } from './stage.ts';
import { dialThroughTrunk } from './way-out.ts';

const CALLER_HANGS_UP = ['→ INVITE', '← 100', '← 180', '← 200', '→ ACK', '→ BYE', '← 200 BYE'];
const BUYER_IS_HUNG_UP = ['← INVITE', '→ 180', '→ 200', '← ACK', '← BYE', '→ 200 BYE'];

describe('a call that is answered', () => {
  it('is ended by the caller: both legs go down and the buyer owes its price', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann');
    expect((await call.bye()).status).toBe(200);
    const cdr = await stage.onlyCdr();
    expect(stage.wire(stage.carrier)).toEqual(CALLER_HANGS_UP);
    expect(stage.wire('ann')).toEqual(BUYER_IS_HUNG_UP);
    expect(cdr).toMatchObject({
      did: DID,
      dnis: DID,
      ani: CALLER,
      outcome: 'connected',
      sipStatus: 200,
      hangupBy: 'caller',
      trunkId: stage.ids.trunkId,
      campaignId: stage.ids.campaignId,
      publisherId: stage.ids.publisherId,
      buyerId: stage.ids.buyerIds['ann'],
      destinationId: stage.ids.destinationIds['ann'],
      routeId: stage.ids.routeIds['ann'],
      estimated: false,
      buyerVerdict: { billable: true, reason: 'billable', amountMicros: 25_000_000 },
      publisherVerdict: { billable: true, reason: 'billable', amountMicros: 15_000_000 },
      attempts: [{ seq: 1, sipStatus: 200, reason: null, gateway: stage.buyer('ann').at }],
    });
    stage.expectTalk(cdr, call, answered);
  });

  it('is ended by the buyer', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann');
    expect((await answered.bye()).status).toBe(200);
    const cdr = await stage.onlyCdr();
    expect(stage.wire(stage.carrier)).toEqual(['→ INVITE', '← 100', '← 180', '← 200', '→ ACK', '← BYE', '→ 200 BYE']);
    expect(stage.wire('ann')).toEqual(['← INVITE', '→ 180', '→ 200', '← ACK', '→ BYE', '← 200 BYE']);
    expect(cdr).toMatchObject({ outcome: 'connected', hangupBy: 'buyer', buyerVerdict: { billable: true } });
    stage.expectTalk(cdr, call, answered);
  });

  it('is ended by both in the same instant: each BYE is answered, and there is one record', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann');
    const replies = await Promise.all([call.bye(), answered.bye()]);
    // The BYE that loses may find its dialog gone already: 481 ends it as well as 200 (RFC 3261 §15.1.1).
    for (const { status } of replies) expect([200, 481]).toContain(status);
    const cdr = await stage.onlyCdr();
    expect(cdr).toMatchObject({ outcome: 'connected', buyerVerdict: { billable: true } });
    expect(['caller', 'buyer']).toContain(cdr.hangupBy);
  });

  it.each(['caller', 'buyer'])('is ended by the %s in the instant it begins', async (who) => {
    const stage = await Stage.set({ buyers: { ann: who === 'buyer' ? answers({ talkMs: 0 }) : answers() } });
    for (let seq = 1; seq <= 10; seq += 1) {
      const call = stage.call();
      if (who === 'caller') call.when('confirmed', () => void call.bye());
      await call.waitFor('ended');
      expect((await stage.cdrs(seq))[0]).toMatchObject({ outcome: 'connected', hangupBy: who });
    }
  });

  it('is ended by the buyer before the caller can have ACKed: its BYE waits for the ACK', async () => {
    const stage = await Stage.set({
      buyers: {
        ann: (call) => {
          call.ring();
          call.answer();
          void call.bye().catch(() => undefined);
        },
      },
    });
    const call = stage.call();
    await call.waitFor('BYE');
    expect(stage.wire(stage.carrier)).toEqual(['→ INVITE', '← 100', '← 180', '← 200', '→ ACK', '← BYE', '→ 200 BYE']);
    const [cdr] = await stage.product.waitForCdrs(1);
    expect(cdr).toMatchObject({ outcome: 'connected', hangupBy: 'buyer', buyerVerdict: { billable: true } });
  });

  it('never counts ringing as talk', async () => {
    const stage = await Stage.set({ buyers: { ann: answers({ ringMs: 400 }) } });
    const [call, answered] = await stage.connect('ann');
    await call.bye();
    const cdr = await stage.onlyCdr();
    stage.expectTalk(cdr, call, answered);
    expect(cdr.talkMs).toBeLessThan(300);
    expect(cdr.ringMs).toBeGreaterThanOrEqual(350);
    expect(cdr.attempts[0]?.pddMs).toBeLessThan(300);
  });

  it('carries why it was hung up to the other side', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann');
    await call.bye({ headers: { Reason: 'Q.850;cause=16;text="Normal call clearing"' } });
    expect(headerValue(await answered.waitFor('BYE'), 'Reason')).toBe('Q.850;cause=16;text="Normal call clearing"');
    expect(await stage.onlyCdr()).toMatchObject({ hangupCause: 'Q.850;cause=16;text="Normal call clearing"' });
  });

  it('gives the caller the early media of a buyer that plays it, with the SDP untouched', async () => {
    const stage = await Stage.set({
      buyers: {
        ann: (call) => {
          call.playEarly();
          call.after(50, () => call.answer());
        },
      },
    });
    const [, answered] = await stage.connect('ann');
    const [said, heard] = ['ann', 'carrier'].map((phone) => stage.message(phone, phone === 'ann' ? '→ 183' : '← 183'));
    expect(heard?.body).toMatch(/^v=0/);
    expect(heard?.body).toBe(said?.body);
    expect(stage.wire(stage.carrier).slice(0, 5)).toEqual(['→ INVITE', '← 100', '← 183', '← 200', '→ ACK']);
    await answered.bye();
    await stage.onlyCdr();
  });

  it('is seen live and can be hung up by an operator', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann');
    const { data } = await stage.product.get('/live-calls');
    expect(data).toMatchObject([{ state: 'connected', did: DID, ani: CALLER, buyerId: stage.ids.buyerIds['ann'] }]);
    await stage.product.post(`/live-calls/${data[0].id}/hangup`, {});
    const byes = await Promise.all([call.waitFor('BYE'), answered.waitFor('BYE')]);
    for (const bye of byes) expect(headerValue(bye, 'Reason')).toBe('Q.850;cause=16;text="Ended by the operator"');
    expect(await stage.onlyCdr()).toMatchObject({
      outcome: 'connected',
      hangupBy: 'system',
      hangupCause: 'operator',
      buyerVerdict: { billable: true },
    });
  });

  it('can be hung up by an operator while it still rings', async () => {
    const stage = await Stage.set({ buyers: { ann: ringsForever() } });
    const call = stage.call();
    await call.waitFor('ringing');
    const { data } = await stage.product.get('/live-calls');
    expect(data).toMatchObject([{ state: 'ringing', connectedAt: null }]);
    await stage.product.post(`/live-calls/${data[0].id}/hangup`, {});
    await call.waitFor(480);
    expect(await stage.onlyCdr()).toMatchObject({
      outcome: 'failed',
      sipStatus: 480,
      hangupBy: 'system',
      hangupCause: 'operator',
      attempts: [{ reason: 'cancelled', sipStatus: 487 }],
    });
  });

  it('is ended by us when it has lasted as long as the campaign allows', async () => {
    const stage = await Stage.set({
      buyers: { ann: answers() },
      campaign: { maxCallS: 3_600 },
      clock: hurriedClock((delayMs) => delayMs > 3_500_000, 200),
    });
    const [call, answered] = await stage.connect('ann');
    await Promise.all([call.waitFor('BYE'), answered.waitFor('BYE')]);
    expect(await stage.onlyCdr()).toMatchObject({
      outcome: 'connected',
      hangupBy: 'system',
      hangupCause: 'max-call',
      buyerVerdict: { billable: true },
    });
  });

  it('can be followed by another on the same phones', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    for (const seq of [1, 2, 3]) {
      const [call] = await stage.connect('ann');
      await call.bye();
      await stage.cdrs(seq);
    }
  });
});

describe('what a buyer is told of the call', () => {
  it('is the caller as From, our id, one hop less, and nothing that names the trunk', async () => {
    const stage = await Stage.set({ buyers: { ann: rejects(486) } });
    const call = stage.call({
      from: `"Bob Builder" <sip:${CALLER}@carrier.example>`,
      headers: { 'Max-Forwards': '42' },
    });
    await call.waitFor('failed');
    const { invite } = await stage.buyer('ann').waitForCall();
    const cdr = await stage.onlyCdr();
    expect(headerValue(invite, 'From')).toMatch(/^"?Bob Builder"? <sip:\+12125550123@[^>]*>;tag=/);
    expect(headerValue(invite, 'X-Tollgate-Call-Id')).toBe(cdr.id);
    expect(headerValue(invite, 'Max-Forwards')).toBe('41');
    expect(headerValue(invite, 'Call-ID')).not.toBe(call.callId);
    expect(JSON.stringify(invite)).not.toContain('carrier.example');
    expect(cdr.callerName).toBe('Bob Builder');
  });
});

describe('through a trunk', () => {
  const CREDENTIALS = { username: 'tollgate', password: 'secret', realm: 'carrier.example' };

  it('numbers are written as the trunk wants them, and its challenge is answered', async () => {
    const stage = await Stage.set({ buyers: { gateway: challenges(CREDENTIALS, answers()) } });
    await dialThroughTrunk(stage, 'gateway', ['gateway'], { digest: CREDENTIALS, numberFormat: 'e164-without-plus' });
    const call = stage.call();
    await call.waitFor('confirmed');
    await call.bye();
    const cdr = await stage.onlyCdr();
    const invite = stage.message('gateway', '← INVITE') as SipRequest;
    expect(invite.uri).toBe(`sip:13105550111@${stage.buyer('gateway').at}`);
    expect(headerValue(invite, 'From')).toMatch(/^<sip:12125550123@/);
    expect(cdr.attempts).toMatchObject([{ seq: 1, sipStatus: 200, reason: null }]);
  });

  it('wrong credentials are a failed attempt', async () => {
    const stage = await Stage.set({ buyers: { gateway: challenges(CREDENTIALS, answers()) } });
    await dialThroughTrunk(stage, 'gateway', ['gateway'], { digest: { ...CREDENTIALS, password: 'wrong' } });
    await stage.call().waitFor(480);
    expect((await stage.onlyCdr()).attempts).toMatchObject([{ seq: 1, sipStatus: 403, reason: 'declined' }]);
  });
});

describe('over TCP', () => {
  it('a caller over TCP reaches a buyer over UDP', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann', { transport: 'tcp' });
    expect(headerValue(answered.invite, 'Via')).toMatch(/^SIP\/2\.0\/UDP /);
    await call.bye();
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'connected', hangupBy: 'caller' });
    expect(stage.wire(stage.carrier)).toEqual(CALLER_HANGS_UP);
  });

  it('a caller over TCP is hung up by a buyer over TCP', async () => {
    const stage = await Stage.set({
      buyers: { ann: { acts: answers(), tcp: true, dialledAt: (phone) => `${phone.uri};transport=tcp` } },
    });
    const [call, answered] = await stage.connect('ann', { transport: 'tcp' });
    expect(headerValue(answered.invite, 'Via')).toMatch(/^SIP\/2\.0\/TCP /);
    await answered.bye();
    expect(headerValue(await call.waitFor('BYE'), 'Via')).toMatch(/^SIP\/2\.0\/TCP /);
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'connected', hangupBy: 'buyer' });
  });
});
