import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  answers,
  answersDespiteCancel,
  challenges,
  forks,
  ignoresBye,
  inTurn,
  redirects,
  rejects,
  ringsForever,
  staysSilent,
} from './behaviours.ts';
import { Ladder } from './ladder.ts';
import type { CallOptions, OutgoingCall } from './outgoing-call.ts';
import { Phone, type Behaviour } from './phone.ts';
import { headerValue, type SipRequest } from './sip-wire.ts';

/** Short enough to wait for every timer of RFC 3261 in a test: 64·T1 is 1.3 s. */
const SHORT_T1_MS = 20;

let ladder: Ladder;
let ann: Phone;
let bob: Phone;
let carol: Phone;

/** Three phones for each test of a group. T1 is RFC 3261's own unless the group waits for it. */
function withPhones(t1Ms = 500): void {
  beforeEach(async () => {
    ladder = new Ladder();
    const open = (name: string, host: string) => Phone.open({ name, host, t1Ms, tcp: true, ladder });
    [ann, bob, carol] = await Promise.all([
      open('ann', '127.0.0.1'),
      open('bob', '127.0.0.2'),
      open('carol', '127.0.0.3'),
    ]);
  });

  afterEach(async () => {
    await Promise.all([ann.close(), bob.close(), carol.close()]);
  });
}

function annCalls(behaviour: Behaviour, options: Partial<CallOptions> = {}): OutgoingCall {
  bob.onCall = behaviour;
  return ann.call({ to: bob.uri, ...options });
}

/** What was said of one kind, retransmissions included: `INVITE`, `200 INVITE`. */
function said(what: string): number {
  return ladder.rungs.filter(({ direction, message }) => {
    if (direction !== 'sent' || message.kind === 'remark') return false;
    const line =
      message.kind === 'request' ? message.method : `${message.status} ${headerValue(message, 'CSeq')?.split(' ')[1]}`;
    return line === what;
  }).length;
}

describe('a plain call', () => {
  withPhones();

  it('rings, is answered, confirmed, and ended by the caller', async () => {
    const call = annCalls(answers());
    await call.waitFor('ringing');
    await call.waitFor('confirmed');
    const other = await bob.waitForCall();
    await other.waitFor('confirmed');
    expect((await call.bye()).status).toBe(200);
    await Promise.all([call.waitFor('ended'), other.waitFor('BYE'), other.waitFor('ended')]);
    expect(['INVITE', '180 INVITE', '200 INVITE', 'ACK', 'BYE', '200 BYE'].map(said)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('is ended by the called side after a while of talk', async () => {
    const call = annCalls(answers({ ringMs: 5, talkMs: 5 }));
    await call.waitFor('BYE');
    await call.waitFor('ended');
  });

  it('goes over TCP both ways when asked', async () => {
    const call = annCalls(answers({ talkMs: 5 }), { transport: 'tcp' });
    const vias = [call.invite, await call.waitFor('BYE')].map((message) => headerValue(message, 'Via'));
    expect(vias).toEqual([expect.stringMatching(/^SIP\/2\.0\/TCP /), expect.stringMatching(/^SIP\/2\.0\/TCP /)]);
  });

  it('goes where `via` says, whatever the URI is', async () => {
    const call = annCalls(answers(), { to: 'sip:+18005550100@tollgate.example', via: bob.at });
    await call.waitFor('answered');
    expect((await bob.waitForCall()).invite.uri).toBe('sip:+18005550100@tollgate.example');
  });

  it('carries the headers a test gives, and its From', async () => {
    annCalls(answers(), {
      from: '"Ann" <sip:+13055550123@carrier.example>',
      headers: { 'X-Zip': '33101', Supported: null },
    });
    const { invite } = await bob.waitForCall();
    expect(headerValue(invite, 'From')).toMatch(/^"Ann" <sip:\+13055550123@carrier\.example>;tag=/);
    expect(headerValue(invite, 'X-Zip')).toBe('33101');
  });
});

describe('calls that come to nothing', () => {
  withPhones();

  it('end busy after ringing', async () => {
    const call = annCalls(rejects(486, { ringMs: 5 }));
    await call.waitFor('ringing');
    await call.waitFor(486);
    await call.waitFor('failed');
    await (await bob.waitForCall()).waitFor('ACK');
  });

  it('end at once with 503, and the headers that say for how long', async () => {
    const call = annCalls(rejects(503, { headers: { 'Retry-After': '7' } }));
    expect(headerValue(await call.waitFor(503), 'Retry-After')).toBe('7');
    expect(call.has('ringing')).toBe(false);
  });

  it('end redirected, with where to', async () => {
    const call = annCalls(redirects('sip:carol@127.0.0.3'));
    expect(headerValue(await call.waitFor(302), 'Contact')).toBe('<sip:carol@127.0.0.3>');
  });

  it('end with 488 where no codec is common', async () => {
    const call = annCalls(answers(), { sdp: 'v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 18\r\n' });
    await call.waitFor(488);
  });

  it('end with 480 at a phone that is told nothing', async () => {
    await ann.call({ to: carol.uri }).waitFor(480);
  });
});

describe('giving up', () => {
  withPhones();

  it('cancels a phone that would ring for ever', async () => {
    const call = annCalls(ringsForever());
    await call.waitFor('ringing');
    call.cancel();
    await call.waitFor(487);
    const other = await bob.waitForCall();
    await other.waitFor('cancelled');
    await other.waitFor('ACK');
    expect(['CANCEL', '200 CANCEL', '487 INVITE', 'ACK'].map(said)).toEqual([1, 1, 1, 1]);
  });

  it('waits with the CANCEL until something has come back, unless it is to go at once', async () => {
    const patient = annCalls((call) => void call.after(30, () => call.ring()), { retransmits: false });
    patient.cancel();
    await patient.waitFor(487);
    const kinds = ladder.rungs.map(({ message }) => (message.kind === 'request' ? message.method : message.kind));
    expect(kinds.indexOf('CANCEL')).toBeGreaterThan(kinds.indexOf('response'));

    const hasty = annCalls(staysSilent());
    hasty.cancel({ atOnce: true, headers: { Reason: 'SIP;cause=487' } });
    await hasty.waitFor(487);
    const cancel = (await (await bob.waitForCall({ count: 2 })).waitFor('CANCEL')) as SipRequest;
    expect(headerValue(cancel, 'Reason')).toBe('SIP;cause=487');
  });

  it('ACKs and hangs up an answer that crossed the CANCEL', async () => {
    const call = annCalls(answersDespiteCancel());
    await call.waitFor('ringing');
    call.cancel();
    await call.waitFor('answered');
    const other = await bob.waitForCall();
    await other.waitFor('confirmed');
    await other.waitFor('BYE');
    await call.waitFor('ended');
    expect(said('487 INVITE')).toBe(0);
  });
});

describe('when messages are lost or repeated', () => {
  withPhones(SHORT_T1_MS);

  it('retransmits the INVITE that nobody answers, and gives it up after 64·T1', async () => {
    const call = annCalls(staysSilent());
    await call.waitFor('ended');
    expect(call.has('failed')).toBe(true);
    expect([6, 7]).toContain(said('INVITE'));
  });

  it('ends a call whose 487 never comes after 64·T1', async () => {
    const call = annCalls((incoming) => {
      incoming.onCancel = 'nothing';
      incoming.ring();
    });
    await call.waitFor('ringing');
    call.cancel();
    await call.waitFor('ended');
    expect(call.has('failed')).toBe(true);
  });

  it('gets the 200 again and again until its ACK arrives', async () => {
    const call = annCalls(answers(), { dropAnswers: 3 });
    await call.waitFor('confirmed');
    await (await bob.waitForCall()).waitFor('confirmed');
    expect(said('200 INVITE')).toBeGreaterThanOrEqual(4);
  });

  it('gets it no more once the ACK has arrived', async () => {
    const call = annCalls(answers({ talkMs: 10 * SHORT_T1_MS }));
    await call.waitFor('BYE');
    expect(said('200 INVITE')).toBeLessThanOrEqual(2);
  });

  it('ACKs each repetition of the 200', async () => {
    const call = annCalls(answers(), { acks: false });
    await call.waitFor(200, { count: 3 });
    call.sendAck();
    await (await bob.waitForCall()).waitFor('confirmed');
    await call.bye();
  });

  it('hangs up on a caller who never ACKs', async () => {
    const call = annCalls(answers(), { acks: false });
    await call.waitFor('BYE');
    expect(said('ACK')).toBe(0);
    expect(said('200 INVITE')).toBeGreaterThan(5);
  });

  it('repeats a failure until it is ACKed', async () => {
    const call = annCalls(rejects(486), { acks: false });
    await ann.waitForMessage((message) => message.kind === 'response' && message.status === 486, { count: 3 });
    expect(call.responses.filter(({ status }) => status === 486)).toHaveLength(1);
  });

  it('is one call however often the INVITE comes', async () => {
    const call = annCalls(ringsForever(), { retransmits: false });
    await call.waitFor('ringing');
    call.sendInviteAgain();
    await call.waitFor(180, { count: 2 });
    expect(bob.calls).toHaveLength(1);
  });

  it('gives up a re-INVITE that is ignored', async () => {
    const call = annCalls((incoming) => {
      incoming.onRequest = () => 'silence';
      incoming.answer();
    });
    await call.waitFor('confirmed');
    await expect(call.reinvite()).rejects.toThrow(/nobody answered INVITE/);
  });

  it('repeats a BYE that is ignored, and gives it up', async () => {
    const call = annCalls(ignoresBye(answers()));
    await call.waitFor('confirmed');
    await expect(call.bye()).rejects.toThrow(/nobody answered BYE[^]*ann +bob/);
    await call.waitFor('ended');
    expect(said('BYE')).toBeGreaterThan(6);
    expect((await bob.waitForCall()).requests.filter(({ method }) => method === 'BYE')).toHaveLength(1);
  });
});

describe('inside a call', () => {
  withPhones();

  const established = async (): Promise<{ call: OutgoingCall; other: Awaited<ReturnType<Phone['waitForCall']>> }> => {
    const call = annCalls(answers());
    await call.waitFor('confirmed');
    const other = await bob.waitForCall();
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
    const stray = await ann.request('BYE', { to: bob.uri, headers: { To: `<${bob.uri}>;tag=gone` } });
    expect(stray.status).toBe(481);
    expect(call.has('ended')).toBe(true);
  });
});

describe('rarer ways to answer', () => {
  withPhones();

  it('a late offer is answered in the ACK', async () => {
    const call = annCalls(answers(), { sdp: null });
    await call.waitFor('confirmed');
    const ack = (await (await bob.waitForCall()).waitFor('ACK')) as SipRequest;
    expect([call.invite.body, ack.body.slice(0, 3)]).toEqual(['', 'v=0']);
  });

  it('two early dialogs ring, and the second answers', async () => {
    const call = annCalls(forks());
    await call.waitFor('confirmed');
    const tags = new Set(call.responses.map((response) => headerValue(response, 'To')));
    expect(tags.size).toBe(2);
    expect((await call.bye()).status).toBe(200);
  });

  it('an answer from a second fork is ACKed and hung up, and the first talks on', async () => {
    bob.onCall = answers();
    carol.onCall = answers();
    // A proxy that forks would hand the same INVITE to both.
    const call = ann.call({ to: bob.uri });
    await call.waitFor('confirmed');
    const twin = [...call.invite.headers].map(([name, value]) => `${name}: ${value}`).join('\r\n');
    ann.sendRaw(`INVITE ${carol.uri} SIP/2.0\r\n${twin}\r\nContent-Length: 0\r\n\r\n`, carol.at);
    await (await carol.waitForCall()).waitFor('BYE');
    expect(call.has('ended')).toBe(false);
    await call.bye();
  });

  it('a reliable 183 is repeated until its PRACK, and its dialog goes on', async () => {
    const call = annCalls((incoming) => {
      incoming.ring({ status: 183, reliably: true });
    });
    const other = await bob.waitForCall();
    const prack = (await other.waitFor('PRACK')) as SipRequest;
    expect(headerValue(prack, 'RAck')).toBe('1 1 INVITE');
    other.answer();
    await call.waitFor('confirmed');
    expect((await call.bye()).status).toBe(200);
    expect(said('PRACK')).toBe(1);
  });

  it('credentials are asked for, given, and refused where they are wrong', async () => {
    const secret = { username: 'ann', password: 'open sesame', realm: 'bob' };
    const call = annCalls(challenges(secret, answers()), { credentials: secret });
    await call.waitFor('confirmed');
    const wrong = ann.call({ to: bob.uri, credentials: { ...secret, password: 'open barley' } });
    await wrong.waitFor(403);
    await ann.call({ to: bob.uri }).waitFor(407);
  });

  it('treats one call so and the next otherwise', async () => {
    bob.onCall = inTurn(rejects(486), answers());
    await ann.call({ to: bob.uri }).waitFor(486);
    await ann.call({ to: bob.uri }).waitFor('answered');
    await ann.call({ to: bob.uri }).waitFor('answered');
  });
});

describe('outside calls', () => {
  withPhones();

  it('answers OPTIONS with 200 and others with 405, or as the test says', async () => {
    expect((await ann.request('OPTIONS', { to: bob.uri })).status).toBe(200);
    expect((await ann.request('REGISTER', { to: bob.uri, transport: 'tcp' })).status).toBe(405);
    bob.onRequest = () => ({ status: 503, headers: { 'Retry-After': '3' } });
    expect(headerValue(await ann.request('OPTIONS', { to: bob.uri }), 'Retry-After')).toBe('3');
  });

  it('sends bytes as they are and shows what came of them', async () => {
    ann.sendRaw('no SIP at all\r\n\r\n', bob.at);
    ann.sendRaw(
      `OPTIONS ${bob.uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${ann.at};branch=z9hG4bK7;rport\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: raw\r\nCSeq: 1 OPTIONS\r\n\r\n`,
      bob.at,
    );
    await ann.waitForMessage((message) => message.kind === 'response' && headerValue(message, 'Call-ID') === 'raw');
    expect(ann.drawLadder()).toMatch(/\?\? neither a request/);
  });

  it('refuses to leave loopback', async () => {
    await expect(Phone.open({ name: 'x', host: '0.0.0.0' })).rejects.toThrow(/is not loopback/);
  });
});

describe('audio', () => {
  withPhones();

  it('flows both ways from the answer, stops on hold and comes back', async () => {
    const voice = await ann.openAudio({ toneHz: 440 });
    const other = await bob.openAudio({ toneHz: 620 });
    const call = annCalls(answers({ audio: async () => other }), { audio: voice });
    await Promise.all([voice.waitToHear(620), other.waitToHear(440)]);
    await call.hold();
    await voice.waitForQuiet();
    await other.waitToHear(440);
    await call.resume();
    await voice.waitToHear(620);
    expect([voice.reception.lost, other.reception.lost]).toEqual([0, 0]);
  });

  it('is heard early where the called side plays something before it answers', async () => {
    const voice = await ann.openAudio();
    const other = await bob.openAudio({ toneHz: 425 });
    const call = annCalls(
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

describe('a wait that fails', () => {
  withPhones();

  it('says what came instead, with the ladder', async () => {
    const call = annCalls(ringsForever());
    await call.waitFor('ringing');
    await expect(call.waitFor('answered', { timeoutMs: 20 })).rejects.toThrow(
      /after 20 ms: ann waited for answered[^]*received SIP\/2\.0 180 Ringing[^]*INVITE \+SDP/,
    );
  });

  it('fails when its phone closes', async () => {
    const call = annCalls(ringsForever());
    const wait = call.waitFor('answered');
    await ann.close();
    await expect(wait).rejects.toThrow('ann was closed');
  });
});
