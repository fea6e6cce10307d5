import { describe, expect, it } from 'vitest';
import { answers } from '../support/phone/behaviours.ts';
import type { CallLeg } from '../support/phone/call-leg.ts';
import { headerValue } from '../support/phone/sip-wire.ts';
import { Stage } from './stage.ts';

/** Two parties on the line, each in both roles. */
const SIDES = [
  ['caller', 'buyer'],
  ['buyer', 'caller'],
] as const;

interface Talk {
  readonly stage: Stage;
  readonly caller: CallLeg;
  readonly buyer: CallLeg;
  /** Hangs up, and expects that the call was a conversation like any other. */
  readonly hangUp: () => Promise<void>;
}

async function talking(): Promise<Talk> {
  const stage = await Stage.set({ buyers: { ann: answers() } });
  const [caller, buyer] = await stage.connect('ann');
  const hangUp = async (): Promise<void> => {
    expect((await caller.bye()).status).toBe(200);
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'connected', buyerVerdict: { billable: true } });
  };
  return { stage, caller, buyer, hangUp };
}

/** An offer of PCMA alone. */
const ANOTHER_CODEC = [
  'v=0',
  'o=- 7 8 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 4000 RTP/AVP 8',
  'a=sendrecv',
  '',
].join('\r\n');

describe.each(SIDES)('an offer of the %s within a call', (one, other) => {
  it(`changes the codec: the ${other} has the offer as it is, and the answer comes back as it is`, async () => {
    const call = await talking();
    const answer = await call[one].reinvite({ sdp: ANOTHER_CODEC });
    expect(answer).toMatchObject({ status: 200 });
    expect((await call[other].waitFor('INVITE')).body).toBe(ANOTHER_CODEC);
    expect(answer.body).toContain('m=audio');
    expect(answer.body).toMatch(/RTP\/AVP 8\b/);
    await call.hangUp();
  });

  it(`meets one of the ${other}'s far end: its 491 is passed on, and a second try passes`, async () => {
    const call = await talking();
    let tries = 0;
    call[other].onRequest = ({ method }) => (method === 'INVITE' && ++tries === 1 ? { status: 491 } : undefined);
    expect((await call[one].hold()).status).toBe(491);
    expect((await call[one].hold()).status).toBe(200);
    expect(call[one].theirSession?.direction).toBe('recvonly');
    await call.hangUp();
  });

  it(`is refused by the ${other} with a reason, a warning and a time to try again, and all of them come across`, async () => {
    const call = await talking();
    const headers = { Reason: 'Q.850;cause=65', Warning: '305 ann "Incompatible media format"', 'Retry-After': '3' };
    call[other].onRequest = ({ method }) => (method === 'INVITE' ? { status: 500, headers } : undefined);
    const refusal = await call[one].hold();
    expect(refusal.status).toBe(500);
    for (const [name, value] of Object.entries(headers)) expect(headerValue(refusal, name)).toBe(value);
    call[other].onRequest = () => undefined;
    expect((await call[one].hold()).status).toBe(200);
    await call.hangUp();
  });

  it(`in an UPDATE is refused by the ${other}, and the next one works`, async () => {
    const call = await talking();
    const body = { type: 'application/sdp', text: ANOTHER_CODEC };
    call[other].onRequest = ({ method }) => (method === 'UPDATE' ? { status: 488 } : undefined);
    expect((await call[one].request('UPDATE', { body })).status).toBe(488);
    call[other].onRequest = () => undefined;
    expect((await call[one].request('UPDATE', { body })).status).toBe(200);
    await call.hangUp();
  });

  it(`that finds the ${other}'s dialog gone is told so: 481`, async () => {
    const call = await talking();
    call[other].onRequest = ({ method }) => (method === 'INVITE' ? { status: 481 } : undefined);
    expect((await call[one].hold()).status).toBe(481);
    await call.hangUp();
  });
});

describe('an offer made in the very instant the call begins', () => {
  it('by the buyer, before the caller has ACKed: it waits for the ACK, and is carried then', async () => {
    const held: Promise<number>[] = [];
    const stage = await Stage.set({
      buyers: {
        ann: (call) => {
          call.when('confirmed', () => held.push(call.hold().then(({ status }) => status)));
          call.ring();
          call.answer();
        },
      },
    });
    const call = stage.call({ acks: false });
    await call.waitFor('answered');
    const buyer = await stage.buyer('ann').waitForCall();
    await buyer.waitFor('confirmed');
    expect(stage.times('carrier', '← INVITE')).toBe(0);
    call.sendAck();
    expect((await call.waitFor('INVITE')).body).toContain('a=sendonly');
    expect(await Promise.all(held)).toEqual([200]);
    await call.bye();
    await stage.onlyCdr();
  });
});

describe.each(SIDES)('within a call, the %s', (one, other) => {
  it('asks what we understand: OPTIONS is answered 200', async () => {
    const call = await talking();
    const answer = await call[one].request('OPTIONS');
    expect(answer.status).toBe(200);
    expect(headerValue(answer, 'Allow')).toContain('UPDATE');
    expect(headerValue(answer, 'Accept')).toBe('application/sdp');
    await call.hangUp();
  });

  it.each(['NOTIFY', 'SUBSCRIBE', 'MESSAGE', 'PUBLISH'])(
    `can do nothing with %s: 405, with what is allowed, and the ${other} hears nothing of it`,
    async (method) => {
      const call = await talking();
      const answer = await call[one].request(method, {
        headers: { Event: 'presence', 'Subscription-State': 'active' },
      });
      expect(answer.status).toBe(405);
      expect(headerValue(answer, 'Allow')).toContain('INVITE');
      expect(call[other].requests.map((request) => request.method)).not.toContain(method);
      await call.hangUp();
    },
  );
});
