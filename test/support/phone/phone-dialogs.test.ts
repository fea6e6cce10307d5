import { describe, expect, it } from 'vitest';
import { answers, challenges, forks, inTurn, rejects } from './behaviours.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import type { Phone } from './phone.ts';
import { headerValue, type SipRequest } from './sip-wire.ts';
import { threePhones } from './three-phones.ts';

describe('inside a call', () => {
  const stage = threePhones();

  const established = async (): Promise<{ call: OutgoingCall; other: Awaited<ReturnType<Phone['waitForCall']>> }> => {
    const call = stage.annCalls(answers());
    await call.waitFor('confirmed');
    const other = await stage.bob.waitForCall();
    await other.waitFor('confirmed');
    return { call, other };
  };

  it('holds and resumes, from either side', async () => {
    const { call, other } = await established();
    expect((await call.hold()).status).toBe(200);
    expect([other.theirSession?.direction, call.theirSession?.direction]).toEqual(['sendonly', 'recvonly']);
    await call.resume();
    expect([other.theirSession?.direction, call.theirSession?.direction]).toEqual(['sendrecv', 'sendrecv']);
    await other.hold();
    await call.waitFor('INVITE');
    expect(call.theirSession?.direction).toBe('sendonly');
  });

  it('ACKs the answer to a re-INVITE, and answers one without an offer with an offer', async () => {
    const { call, other } = await established();
    const response = await call.reinvite({ sdp: null });
    expect(response.body).toMatch(/^v=0/);
    await other.waitFor('ACK', { count: 2 });
  });

  it('carries INFO, UPDATE and whatever else, and answers them', async () => {
    const { call, other } = await established();
    expect((await call.info('application/dtmf-relay', 'Signal=5')).status).toBe(200);
    expect(((await other.waitFor('INFO')) as SipRequest).body).toBe('Signal=5');
    expect((await other.request('UPDATE')).status).toBe(200);
    expect((await call.request('OPTIONS')).status).toBe(200);
  });

  it('answers as the test says: a re-INVITE refused with 491', async () => {
    const { call, other } = await established();
    other.onRequest = ({ method }) => (method === 'INVITE' ? { status: 491 } : undefined);
    expect((await call.hold()).status).toBe(491);
  });

  it('knows no call that is over: 481', async () => {
    const { call, other } = await established();
    await other.bye();
    const stray = await stage.ann.request('BYE', { to: stage.bob.uri, headers: { To: `<${stage.bob.uri}>;tag=gone` } });
    expect(stray.status).toBe(481);
    expect(call.has('ended')).toBe(true);
  });
});

describe('rarer ways to answer', () => {
  const stage = threePhones();

  it('a late offer is answered in the ACK', async () => {
    const call = stage.annCalls(answers(), { sdp: null });
    await call.waitFor('confirmed');
    const ack = (await (await stage.bob.waitForCall()).waitFor('ACK')) as SipRequest;
    expect([call.invite.body, ack.body.slice(0, 3)]).toEqual(['', 'v=0']);
  });

  it('two early dialogs ring, and the second answers', async () => {
    const call = stage.annCalls(forks());
    await call.waitFor('confirmed');
    const tags = new Set(call.responses.map((response) => headerValue(response, 'To')));
    expect(tags.size).toBe(2);
    expect((await call.bye()).status).toBe(200);
  });

  it('an answer from a second fork is ACKed and hung up, and the first talks on', async () => {
    stage.bob.onCall = answers();
    stage.carol.onCall = answers();
    // A proxy that forks would hand the same INVITE to both.
    const call = stage.ann.call({ to: stage.bob.uri });
    await call.waitFor('confirmed');
    const twin = [...call.invite.headers].map(([name, value]) => `${name}: ${value}`).join('\r\n');
    stage.ann.sendRaw(`INVITE ${stage.carol.uri} SIP/2.0\r\n${twin}\r\nContent-Length: 0\r\n\r\n`, stage.carol.at);
    await (await stage.carol.waitForCall()).waitFor('BYE');
    expect(call.has('ended')).toBe(false);
    await call.bye();
  });

  it('a reliable 183 is repeated until its PRACK, and its dialog goes on', async () => {
    const call = stage.annCalls((incoming) => {
      incoming.ring({ status: 183, reliably: true });
    });
    const other = await stage.bob.waitForCall();
    const prack = (await other.waitFor('PRACK')) as SipRequest;
    expect(headerValue(prack, 'RAck')).toBe('1 1 INVITE');
    other.answer();
    await call.waitFor('confirmed');
    expect((await call.bye()).status).toBe(200);
    expect(stage.said('PRACK')).toBe(1);
  });

  it('credentials are asked for, given, and refused where they are wrong', async () => {
    const secret = { username: 'ann', password: 'open sesame', realm: 'bob' };
    const call = stage.annCalls(challenges(secret, answers()), { credentials: secret });
    await call.waitFor('confirmed');
    const wrong = stage.ann.call({ to: stage.bob.uri, credentials: { ...secret, password: 'open barley' } });
    await wrong.waitFor(403);
    await stage.ann.call({ to: stage.bob.uri }).waitFor(407);
  });

  it('treats one call so and the next otherwise', async () => {
    stage.bob.onCall = inTurn(rejects(486), answers());
    await stage.ann.call({ to: stage.bob.uri }).waitFor(486);
    await stage.ann.call({ to: stage.bob.uri }).waitFor('answered');
    await stage.ann.call({ to: stage.bob.uri }).waitFor('answered');
  });
});

describe('audio', () => {
  const stage = threePhones();

  it('flows both ways from the answer, stops on hold and comes back', async () => {
    const voice = await stage.ann.openAudio({ toneHz: 440 });
    const other = await stage.bob.openAudio({ toneHz: 620 });
    const call = stage.annCalls(answers({ audio: async () => other }), { audio: voice });
    await Promise.all([voice.waitToHear(620), other.waitToHear(440)]);
    await call.hold();
    await voice.waitForQuiet();
    await other.waitToHear(440);
    await call.resume();
    await voice.waitToHear(620);
    expect([voice.reception.lost, other.reception.lost]).toEqual([0, 0]);
  });

  it('is heard early where the called side plays something before it answers', async () => {
    const voice = await stage.ann.openAudio();
    const other = await stage.bob.openAudio({ toneHz: 425 });
    const call = stage.annCalls(
      (incoming) => {
        incoming.speakThrough(other);
        incoming.playEarly();
      },
      { audio: voice },
    );
    await voice.waitToHear(425);
    expect(call.has('answered')).toBe(false);
  });
});
