import { describe, expect, it } from 'vitest';
import { answers } from '../support/phone/behaviours.ts';
import { headerValue, type SipMessage } from '../support/phone/sip-wire.ts';
import { Stage } from './stage.ts';

/** What a message says of its session: interval with refresher, and whether that is required of the caller. */
function sessionOf(message: SipMessage): { expires: string | undefined; require: string | undefined } {
  return { expires: headerValue(message, 'Session-Expires'), require: headerValue(message, 'Require') };
}

const NONE = { expires: undefined, require: undefined };

/** Calls with these headers and returns what our 200 agrees to. */
async function agreedWith(headers: Readonly<Record<string, string>>): Promise<ReturnType<typeof sessionOf>> {
  const stage = await Stage.set({ buyers: { ann: answers() } });
  const [call] = await stage.connect('ann', { headers });
  await call.bye();
  await stage.onlyCdr();
  return sessionOf(stage.message('carrier', '← 200'));
}

describe('the session of a caller (RFC 4028)', () => {
  it('has an interval too small: 422, which says what we take', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const headers = { Supported: 'timer', 'Session-Expires': '60' };
    const refusal = await stage.call({ headers }).waitFor('failed');
    expect(refusal).toMatchObject({ status: 422 });
    expect(headerValue(refusal, 'Min-SE')).toBe('90');
    await stage.cdrs(0);
    expect(stage.buyer('ann').calls).toHaveLength(0);
  });

  it.each([
    ['caller', '600;refresher=uac', 'timer'],
    ['other side', '600;refresher=uas', undefined],
  ])('has the interval it asks for, and the refresher it names: the %s', async (_refresher, expires, require) => {
    const agreed = await agreedWith({ Supported: 'timer', 'Session-Expires': expires });
    expect(agreed).toEqual({ expires, require });
  });

  it('is refreshed by the caller where it names nobody', async () => {
    const agreed = await agreedWith({ Supported: 'timer, 100rel', 'Session-Expires': '600' });
    expect(agreed).toEqual({ expires: '600;refresher=uac', require: 'timer' });
  });

  it('gets an interval of ours where the caller knows session timers and asks for none', async () => {
    expect(await agreedWith({ Supported: 'timer' })).toEqual({ expires: '1800;refresher=uac', require: 'timer' });
  });

  it('is kept up by us where a proxy on the way wants it and the caller knows nothing of it', async () => {
    expect(await agreedWith({ 'Session-Expires': '600' })).toEqual({
      expires: '600;refresher=uas',
      require: undefined,
    });
  });

  it('has no limit where the caller knows nothing of session timers', async () => {
    expect(await agreedWith({})).toEqual(NONE);
  });
});

describe('the session of a buyer (RFC 4028)', () => {
  it('is asked for with half an hour, refreshed by the buyer', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, { invite }] = await stage.connect('ann');
    expect(sessionOf(invite).expires).toBe('1800;refresher=uas');
    expect(headerValue(invite, 'Min-SE')).toBe('90');
    expect(headerValue(invite, 'Supported')).toContain('timer');
    await call.bye();
    await stage.onlyCdr();
  });

  it('is too small for it: the INVITE is sent again with what it asks for, as the same call and the same attempt', async () => {
    const refused = { 'Min-SE': '3600' };
    const stage = await Stage.set({
      buyers: {
        ann: (call) => {
          if (headerValue(call.invite, 'Session-Expires') === '3600;refresher=uas') call.answer();
          else call.reject(422, { headers: refused });
        },
      },
    });
    const call = stage.call();
    await call.waitFor('confirmed');
    await call.bye();
    const cdr = await stage.onlyCdr();
    const [first, second] = stage.buyer('ann').calls;
    expect(second?.callId).toBe(first?.callId);
    expect(cdr.attempts).toMatchObject([{ sipStatus: 200 }]);
  });

  it('can not be had at all: a buyer that asks for no more than it was offered has failed', async () => {
    const stage = await Stage.set({
      buyers: { ann: (call) => call.reject(422, { headers: { 'Min-SE': '60' } }), bob: answers() },
    });
    const [call] = await stage.connect('bob');
    await call.bye();
    expect((await stage.onlyCdr()).attempts).toMatchObject([{ sipStatus: 422 }, { sipStatus: 200 }]);
  });
});

describe('a session that is refreshed', () => {
  const TIMER = { Supported: 'timer', 'Session-Expires': '600;refresher=uac' };

  it('by the caller with a re-INVITE: it is carried, and either leg keeps its own interval', async () => {
    const stage = await Stage.set({
      buyers: { ann: (call) => call.answer({ headers: { 'Session-Expires': '1800;refresher=uas' } }) },
    });
    const [call, answered] = await stage.connect('ann', { headers: TIMER });
    const answer = await call.reinvite({ headers: TIMER });
    expect(sessionOf(answer)).toEqual({ expires: '600;refresher=uac', require: 'timer' });
    const carried = await answered.waitFor('INVITE');
    expect(headerValue(carried, 'Session-Expires')).toBe('1800;refresher=uas');
    await call.bye();
    await stage.onlyCdr();
  });

  it('by the caller with an UPDATE: answered at once, for the buyer has a session of its own', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann', { headers: TIMER });
    const answer = await call.request('UPDATE', { headers: TIMER });
    expect(answer.status).toBe(200);
    expect(sessionOf(answer)).toEqual({ expires: '600;refresher=uac', require: 'timer' });
    expect(answered.requests.map(({ method }) => method)).not.toContain('UPDATE');
    await call.bye();
    await stage.onlyCdr();
  });

  it('by the buyer with an UPDATE: answered at once', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann');
    expect(sessionOf(await answered.request('UPDATE', { headers: TIMER }))).toMatchObject({
      expires: '600;refresher=uac',
    });
    await call.bye();
    await stage.onlyCdr();
  });

  it('with an interval too small: 422, and the call goes on', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [call, answered] = await stage.connect('ann', { headers: TIMER });
    const tooSmall = { Supported: 'timer', 'Session-Expires': '30' };
    for (const party of [call, answered]) {
      const refusal = await party.reinvite({ headers: tooSmall });
      expect(refusal.status).toBe(422);
      expect(headerValue(refusal, 'Min-SE')).toBe('90');
    }
    expect((await call.hold()).status).toBe(200);
    await call.bye();
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'connected' });
  });
});
