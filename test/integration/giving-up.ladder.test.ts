import { describe, expect, it } from 'vitest';
import { answers, answersDespiteCancel, ringsForever, staysSilent } from '../support/phone/behaviours.ts';
import { headerValue } from '../support/phone/sip-wire.ts';
import { Stage } from './stage.ts';
import { dialThroughTrunk } from './way-out.ts';

const ABANDONED = {
  outcome: 'abandoned',
  sipStatus: 487,
  hangupBy: 'caller',
  talkMs: 0,
  connectedAt: null,
  buyerVerdict: { billable: false, reason: 'not-connected', amountMicros: 0 },
};
const RUNG_AND_CANCELLED = ['← INVITE', '→ 180', '← CANCEL', '→ 200 CANCEL', '→ 487', '← ACK'];

describe('a caller who gives up', () => {
  it('while a buyer rings: the buyer stops ringing', async () => {
    const stage = await Stage.set({ buyers: { ann: ringsForever() } });
    const call = stage.call();
    await call.waitFor('ringing');
    call.cancel();
    await call.waitFor(487);
    const cdr = await stage.onlyCdr();
    expect(stage.wire(stage.carrier)).toEqual([
      '→ INVITE',
      '← 100',
      '← 180',
      '→ CANCEL',
      '← 200 CANCEL',
      '← 487',
      '→ ACK',
    ]);
    expect(stage.wire('ann')).toEqual(RUNG_AND_CANCELLED);
    expect(headerValue(stage.message('ann', '← CANCEL'), 'Reason')).toBe('SIP;cause=487;text="Caller gave up"');
    expect(cdr).toMatchObject({ ...ABANDONED, attempts: [{ reason: 'cancelled', sipStatus: 487 }] });
  });

  it('while several ring: all of them stop', async () => {
    const stage = await Stage.set({
      buyers: {
        ann: ringsForever(),
        bob: { acts: ringsForever(), route: { priority: 1 } },
        carl: { acts: ringsForever(), route: { priority: 1 } },
      },
      campaign: { simultaneous: true },
    });
    const call = stage.call();
    const rung = await Promise.all(['ann', 'bob', 'carl'].map((name) => stage.buyer(name).waitForCall()));
    await Promise.all(rung.map((one) => one.waitFor('ringing')));
    call.cancel();
    const cdr = await stage.onlyCdr();
    for (const name of ['ann', 'bob', 'carl']) expect(stage.wire(name)).toEqual(RUNG_AND_CANCELLED);
    expect(cdr).toMatchObject({
      ...ABANDONED,
      attempts: [{ reason: 'cancelled' }, { reason: 'cancelled' }, { reason: 'cancelled' }],
    });
  });

  it('before the INVITE has been looked at: nobody rings, or whoever does stops', async () => {
    const stage = await Stage.set({ buyers: { ann: ringsForever() } });
    const call = stage.call();
    call.cancel({ atOnce: true });
    await call.waitFor('ended');
    // Whether the buyer was reached before the CANCEL was read is chance; a phone that rings on would fail here.
    expect(await stage.onlyCdr()).toMatchObject(ABANDONED);
  });

  it('as soon as the 100 is there: no ghost rings', async () => {
    const stage = await Stage.set({ buyers: { ann: ringsForever() } });
    const calls = Array.from({ length: 20 }, () => stage.call());
    for (const call of calls) call.cancel();
    await Promise.all(calls.map((call) => call.waitFor('ended')));
    for (const cdr of await stage.cdrs(20)) expect(cdr).toMatchObject(ABANDONED);
  });

  it('before the buyer has said anything: the CANCEL follows the first sign of life', async () => {
    const stage = await Stage.set({ buyers: { ann: staysSilent() } });
    const call = stage.call();
    const silent = await stage.buyer('ann').waitForCall();
    call.cancel();
    await call.waitFor(487);
    // Over for the caller at once; the CANCEL must wait for a provisional response (RFC 3261 §9.1).
    expect(silent.has('cancelled')).toBe(false);
    silent.ring();
    await silent.waitFor('cancelled');
    const cdr = await stage.onlyCdr();
    expect(stage.wire('ann')).toEqual(RUNG_AND_CANCELLED);
    expect(cdr).toMatchObject({ ...ABANDONED, attempts: [{ reason: 'cancelled', sipStatus: 487 }] });
  });

  it('before the buyer has said anything, who then answers out of the blue: ACK and BYE', async () => {
    const stage = await Stage.set({ buyers: { ann: staysSilent() } });
    const call = stage.call();
    const silent = await stage.buyer('ann').waitForCall();
    call.cancel();
    await call.waitFor(487);
    silent.answer();
    await silent.waitFor('BYE');
    expect(await stage.onlyCdr()).toMatchObject({ ...ABANDONED, attempts: [{ reason: 'answered-too-late' }] });
    expect(stage.wire('ann').slice(0, 4)).toEqual(['← INVITE', '→ 200', '← ACK', '← BYE']);
  });

  it("in the instant the buyer answers: the buyer's 200 crosses our CANCEL, gets ACK and BYE, and bills nobody", async () => {
    const stage = await Stage.set({ buyers: { ann: answersDespiteCancel() } });
    const call = stage.call();
    await call.waitFor('ringing');
    call.cancel();
    await call.waitFor('ended');
    const cdr = await stage.onlyCdr();
    // The SIP server hangs up such an answer by itself as well: a second BYE may follow.
    expect(stage.wire('ann').slice(0, 7)).toEqual([
      '← INVITE',
      '→ 180',
      '← CANCEL',
      '→ 200 CANCEL',
      '→ 200',
      '← ACK',
      '← BYE',
    ]);
    expect(cdr).toMatchObject({ ...ABANDONED, attempts: [{ reason: 'answered-too-late', sipStatus: 200 }] });
  });

  it('in the instant we answer: whoever wins, both sides agree and the record says which', async () => {
    const stage = await Stage.set({ buyers: { ann: ringsForever() } });
    for (let seq = 1; seq <= 10; seq += 1) {
      const call = stage.call();
      const rung = await stage.buyer('ann').waitForCall({ count: seq });
      await call.waitFor('ringing');
      // The two meet somewhere between the carrier, us and the buyer.
      rung.answer();
      call.cancel({ atOnce: true });
      await call.waitFor('ended');
      const [cdr] = await stage.cdrs(seq);
      const answered = call.has('answered');
      expect(cdr).toMatchObject(answered ? { outcome: 'connected', hangupBy: 'caller' } : ABANDONED);
    }
  });

  it('with a reason: the buyer is told it', async () => {
    const stage = await Stage.set({ buyers: { ann: ringsForever() } });
    const call = stage.call();
    await call.waitFor('ringing');
    call.cancel({ headers: { Reason: 'SIP;cause=200;text="Call completed elsewhere"' } });
    const cdr = await stage.onlyCdr();
    expect(cdr.hangupCause).toBe('SIP;cause=200;text="Call completed elsewhere"');
  });

  it('while a gateway asks for credentials: it is not given them any more, and rings for nobody', async () => {
    const challenge = 'Digest realm="carrier.example", nonce="once", algorithm=MD5, qop="auth"';
    const stage = await Stage.set({
      buyers: {
        gateway: (call) => {
          if (headerValue(call.invite, 'Proxy-Authorization') !== undefined) {
            call.ring();
            return;
          }
          // The challenge crosses our CANCEL.
          call.trying();
          call.onCancel = 'nothing';
          call.when('cancelled', () => call.reject(407, { headers: { 'Proxy-Authenticate': challenge } }));
        },
      },
    });
    const digest = { username: 'tollgate', password: 'secret', realm: 'carrier.example' };
    await dialThroughTrunk(stage, 'gateway', ['gateway'], { digest });
    const call = stage.call();
    const challenged = await stage.buyer('gateway').waitForCall();
    call.cancel();
    await challenged.waitFor('failed');
    await challenged.waitFor('ACK');
    expect(await stage.onlyCdr()).toMatchObject({ ...ABANDONED, attempts: [{ reason: 'cancelled' }] });
    expect(stage.buyer('gateway').calls).toHaveLength(1);
  });

  it('between two attempts: the next is not made', async () => {
    const stage = await Stage.set({ buyers: { ann: ringsForever(), bob: answers() } });
    const call = stage.call();
    await call.waitFor('ringing');
    const rung = await stage.buyer('ann').waitForCall();
    rung.onCancel = 'nothing';
    call.cancel();
    await rung.waitFor('cancelled');
    rung.reject(486);
    expect(await stage.onlyCdr()).toMatchObject({ ...ABANDONED, attempts: [{ reason: 'cancelled' }] });
    expect(stage.buyer('bob').calls).toEqual([]);
  });
});
