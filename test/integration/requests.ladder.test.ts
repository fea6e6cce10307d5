import { describe, expect, it } from 'vitest';
import { answers, rejects } from '../support/phone/behaviours.ts';
import type { CallOptions } from '../support/phone/outgoing-call.ts';
import { headerValue } from '../support/phone/sip-wire.ts';
import { DID } from '../support/provision.ts';
import { Stage, type Scene } from './stage.ts';

const SIMPLE: Scene = { buyers: { ann: answers() } };

/** Calls, and expects this refusal: no record, and nothing at the buyer's. */
async function turnedAway(stage: Stage, status: number, options: Partial<CallOptions>) {
  const refusal = await stage.call(options).waitFor('failed');
  expect(refusal).toMatchObject({ status });
  expect(stage.wire(stage.carrier).filter((label) => label !== '← 100')).toEqual(['→ INVITE', `← ${status}`, '→ ACK']);
  await stage.cdrs(0);
  return refusal;
}

describe('requests outside calls', () => {
  it('OPTIONS: 200, with what we understand', async () => {
    const stage = await Stage.set(SIMPLE);
    const answer = await stage.carrier.request('OPTIONS', { to: stage.number('ping') });
    expect(answer.status).toBe(200);
    for (const method of ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS']) {
      expect(headerValue(answer, 'Allow')).toContain(method);
    }
    expect(headerValue(answer, 'Accept')).toContain('application/sdp');
  });

  it.each(['MESSAGE', 'REGISTER', 'SUBSCRIBE', 'PUBLISH'])('%s: 405, with what is allowed', async (method) => {
    const stage = await Stage.set(SIMPLE);
    const answer = await stage.carrier.request(method, { to: stage.number(DID) });
    expect(answer.status).toBe(405);
    expect(headerValue(answer, 'Allow')).toContain('INVITE');
  });

  // drachtio-server drops a REFER outside a call, and tells nobody.
  it.skipIf(process.env['DRACHTIO_HOST'] !== undefined)('REFER: 603', async () => {
    const stage = await Stage.set(SIMPLE);
    const headers = { 'Refer-To': '<sip:thief@127.0.0.1:9>' };
    expect((await stage.carrier.request('REFER', { to: stage.number(DID), headers })).status).toBe(603);
  });

  it('BYE of a call that never was: 481', async () => {
    const stage = await Stage.set(SIMPLE);
    const to = stage.number(DID);
    const answer = await stage.carrier.request('BYE', { to, headers: { To: `<${to}>;tag=nobody` } });
    expect(answer.status).toBe(481);
  });
});

describe('an INVITE that can not be taken', () => {
  it('requires an extension we do not know: 420, which names it', async () => {
    const stage = await Stage.set(SIMPLE);
    const refusal = await turnedAway(stage, 420, { headers: { Require: 'timer, teleportation' } });
    expect(headerValue(refusal, 'Unsupported')).toBe('teleportation');
  });

  it('has no hops left: 483', async () => {
    await turnedAway(await Stage.set(SIMPLE), 483, { headers: { 'Max-Forwards': '0' } });
  });

  it('describes no audio: 488', async () => {
    const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 4000 RTP/AVP 96\r\n';
    await turnedAway(await Stage.set(SIMPLE), 488, { sdp });
  });

  it('describes nothing that makes sense: 488', async () => {
    await turnedAway(await Stage.set(SIMPLE), 488, { sdp: 'this is not a description of a session\r\n' });
  });

  it('has a body of another kind: 415, which says what we take', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const refusal = await turnedAway(await Stage.set(SIMPLE), 415, { sdp: '{"audio":true}', headers });
    expect(headerValue(refusal, 'Accept')).toBe('application/sdp');
  });
});

describe('a call that comes back to us', () => {
  it('by a detour is recognised by our own id: 482, and the destination has failed', async () => {
    const stage = await Stage.set({ buyers: { ann: rejects(486), bob: answers() } });
    const detour = await stage.addPhone('detour', '127.0.0.1');
    await stage.product.patch(`/destinations/${stage.ids.destinationIds['ann']}`, { uri: detour.uri });
    detour.onCall = async (call) => {
      const headers = { 'X-Tollgate-Call-Id': headerValue(call.invite, 'X-Tollgate-Call-Id') ?? '' };
      const again = detour.call({ to: stage.number(DID), headers });
      const { status } = (await again.waitFor('failed')) as { status: number };
      call.reject(status);
    };
    const [call] = await stage.connect('bob');
    await call.bye();
    expect((await stage.onlyCdr()).attempts).toMatchObject([{ sipStatus: 482 }, { reason: null }]);
  });
});
