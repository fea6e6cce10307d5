import { describe, expect, it } from 'vitest';
import type { CallLeg } from '../support/phone/call-leg.ts';
import { answers } from '../support/phone/behaviours.ts';
import { headerValue } from '../support/phone/sip-wire.ts';
import { Stage, type Scene } from './stage.ts';

const SIMPLE: Scene = { buyers: { ann: answers() } };

/** Two parties on the line, each in both roles: what one may do, so may the other. */
const SIDES = [
  ['caller', 'buyer'],
  ['buyer', 'caller'],
] as const;

async function talking(): Promise<{ stage: Stage; caller: CallLeg; buyer: CallLeg; hangUp: () => Promise<void> }> {
  const stage = await Stage.set(SIMPLE);
  const [caller, buyer] = await stage.connect('ann');
  const hangUp = async (): Promise<void> => {
    expect((await caller.bye()).status).toBe(200);
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'connected', buyerVerdict: { billable: true } });
  };
  return { stage, caller, buyer, hangUp };
}

describe.each(SIDES)('within a call, the %s', (one, other) => {
  it(`puts the ${other} on hold and takes them back`, async () => {
    const call = await talking();
    expect((await call[one].hold()).status).toBe(200);
    const held = await call[other].waitFor('INVITE');
    expect(held.body).toContain('a=sendonly');
    expect(call[one].theirSession?.direction).toBe('recvonly');
    expect((await call[one].resume()).status).toBe(200);
    const resumed = await call[other].waitFor('INVITE', { count: 2 });
    expect(resumed.body).toContain('a=sendrecv');
    expect(call[one].theirSession?.direction).toBe('sendrecv');
    await call.hangUp();
  });

  it(`re-INVITEs without an offer: the ${other} makes one, and the ACK brings the answer`, async () => {
    const call = await talking();
    const answer = await call[one].reinvite({ sdp: null });
    expect(answer.status).toBe(200);
    expect((await call[other].waitFor('INVITE')).body).toBe('');
    // The buyer has had an ACK before: that of the call's beginning.
    const ack = await call[other].waitFor('ACK', { count: other === 'buyer' ? 2 : 1 });
    expect(ack.body).toMatch(/^v=0/);
    await call.hangUp();
  });

  it(`is refused a re-INVITE by the ${other}, and the next one works`, async () => {
    const call = await talking();
    call[other].onRequest = (request) => (request.method === 'INVITE' ? { status: 488 } : undefined);
    expect((await call[one].hold()).status).toBe(488);
    call[other].onRequest = () => undefined;
    expect((await call[one].reinvite()).status).toBe(200);
    await call.hangUp();
  });

  it(`hears a refusal that nobody has heard of as the plainest of its kind`, async () => {
    const call = await talking();
    call[other].onRequest = (request) => (request.method === 'BYE' ? undefined : { status: 499 });
    expect((await call[one].hold()).status).toBe(400);
    expect((await call[one].info('application/dtmf-relay', 'Signal=5')).status).toBe(400);
    await call.hangUp();
  });

  it(`sends INFO, which reaches the ${other} with its body`, async () => {
    const call = await talking();
    expect((await call[one].info('application/dtmf-relay', 'Signal=5\r\nDuration=160')).status).toBe(200);
    const info = await call[other].waitFor('INFO');
    expect(headerValue(info, 'Content-Type')).toBe('application/dtmf-relay');
    expect(info.body).toBe('Signal=5\r\nDuration=160');
    await call.hangUp();
  });

  it(`sends UPDATE, which the ${other} answers`, async () => {
    const call = await talking();
    const [phone, message] = one === 'caller' ? ['carrier', '→ INVITE'] : ['ann', '→ 200'];
    const offer = call.stage.message(phone, message).body;
    const answer = await call[one].request('UPDATE', { body: { type: 'application/sdp', text: offer } });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(/^v=0/);
    expect((await call[other].waitFor('UPDATE')).body).toBe(offer);
    await call.hangUp();
  });

  it('can transfer nobody: REFER is declined, and the call goes on', async () => {
    const call = await talking();
    const answer = await call[one].request('REFER', { headers: { 'Refer-To': '<sip:thief@127.0.0.1:9>' } });
    expect(answer.status).toBe(603);
    expect(call[other].requests.map((request) => request.method)).not.toContain('REFER');
    await call.hangUp();
  });

  it('can send no messages', async () => {
    const call = await talking();
    const answer = await call[one].request('MESSAGE', { body: { type: 'text/plain', text: 'hello' } });
    expect(answer.status).toBe(405);
    await call.hangUp();
  });
});

describe('offers that meet', () => {
  it('from both sides at once: no more than one passes, the other is told 491, and both can try again', async () => {
    const call = await talking();
    const { stage, caller, buyer } = call;
    const [first, second] = await Promise.all([caller.hold(), buyer.hold()]);
    const statuses = [first.status, second.status].toSorted((a, b) => a - b);
    expect(statuses[1]).toBe(491);
    expect([200, 491]).toContain(statuses[0]);
    expect((await caller.resume()).status).toBe(200);
    expect((await buyer.resume()).status).toBe(200);
    expect(stage.buyer('ann').calls).toHaveLength(1);
    await call.hangUp();
  });

  it('a BYE in the midst of a re-INVITE ends the call', async () => {
    const { stage, caller, buyer } = await talking();
    buyer.onRequest = (request) => (request.method === 'INVITE' ? 'silence' : undefined);
    void caller.hold().catch(() => undefined);
    await buyer.waitFor('INVITE');
    await caller.bye();
    await buyer.waitFor('BYE');
    expect(await stage.onlyCdr()).toMatchObject({ outcome: 'connected', hangupBy: 'caller' });
  });
});
