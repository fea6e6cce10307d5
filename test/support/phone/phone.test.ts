import { describe, expect, it } from 'vitest';
import { answers, answersDespiteCancel, redirects, rejects, ringsForever, staysSilent } from './behaviours.ts';
import { Phone } from './phone.ts';
import { headerValue, type SipRequest } from './sip-wire.ts';
import { threePhones } from './three-phones.ts';

describe('a plain call', () => {
  const stage = threePhones();

  it('rings, is answered, confirmed, and ended by the caller', async () => {
    const call = stage.annCalls(answers());
    await call.waitFor('ringing');
    await call.waitFor('confirmed');
    const other = await stage.bob.waitForCall();
    await other.waitFor('confirmed');
    expect((await call.bye()).status).toBe(200);
    await Promise.all([call.waitFor('ended'), other.waitFor('BYE'), other.waitFor('ended')]);
    expect(['INVITE', '180 INVITE', '200 INVITE', 'ACK', 'BYE', '200 BYE'].map((what) => stage.said(what))).toEqual([
      1, 1, 1, 1, 1, 1,
    ]);
  });

  it('is ended by the called side after a while of talk', async () => {
    const call = stage.annCalls(answers({ ringMs: 5, talkMs: 5 }));
    await call.waitFor('BYE');
    await call.waitFor('ended');
  });

  it('goes over TCP both ways when asked', async () => {
    const call = stage.annCalls(answers({ talkMs: 5 }), { transport: 'tcp' });
    const vias = [call.invite, await call.waitFor('BYE')].map((message) => headerValue(message, 'Via'));
    expect(vias).toEqual([expect.stringMatching(/^SIP\/2\.0\/TCP /), expect.stringMatching(/^SIP\/2\.0\/TCP /)]);
  });

  it('goes where `via` says, whatever the URI is', async () => {
    const call = stage.annCalls(answers(), { to: 'sip:+18005550100@tollgate.example', via: stage.bob.at });
    await call.waitFor('answered');
    expect((await stage.bob.waitForCall()).invite.uri).toBe('sip:+18005550100@tollgate.example');
  });

  it('carries the headers a test gives, and its From', async () => {
    stage.annCalls(answers(), {
      from: '"Ann" <sip:+13055550123@carrier.example>',
      headers: { 'X-Zip': '33101', Supported: null },
    });
    const { invite } = await stage.bob.waitForCall();
    expect(headerValue(invite, 'From')).toMatch(/^"Ann" <sip:\+13055550123@carrier\.example>;tag=/);
    expect(headerValue(invite, 'X-Zip')).toBe('33101');
  });
});

describe('calls that come to nothing', () => {
  const stage = threePhones();

  it('end busy after ringing', async () => {
    const call = stage.annCalls(rejects(486, { ringMs: 5 }));
    await call.waitFor('ringing');
    await call.waitFor(486);
    await call.waitFor('failed');
    await (await stage.bob.waitForCall()).waitFor('ACK');
  });

  it('end at once with 503, and the headers that say for how long', async () => {
    const call = stage.annCalls(rejects(503, { headers: { 'Retry-After': '7' } }));
    expect(headerValue(await call.waitFor(503), 'Retry-After')).toBe('7');
    expect(call.has('ringing')).toBe(false);
  });

  it('end redirected, with where to', async () => {
    const call = stage.annCalls(redirects('sip:carol@127.0.0.3'));
    expect(headerValue(await call.waitFor(302), 'Contact')).toBe('<sip:carol@127.0.0.3>');
  });

  it('end with 488 where no codec is common', async () => {
    const call = stage.annCalls(answers(), { sdp: 'v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 18\r\n' });
    await call.waitFor(488);
  });

  it('end with 480 at a phone that is told nothing', async () => {
    await stage.ann.call({ to: stage.carol.uri }).waitFor(480);
  });
});

describe('giving up', () => {
  const stage = threePhones();

  it('cancels a phone that would ring for ever', async () => {
    const call = stage.annCalls(ringsForever());
    await call.waitFor('ringing');
    call.cancel();
    await call.waitFor(487);
    const other = await stage.bob.waitForCall();
    await other.waitFor('cancelled');
    await other.waitFor('ACK');
    expect(['CANCEL', '200 CANCEL', '487 INVITE', 'ACK'].map((what) => stage.said(what))).toEqual([1, 1, 1, 1]);
  });

  it('waits with the CANCEL until something has come back, unless it is to go at once', async () => {
    const patient = stage.annCalls((call) => void call.after(30, () => call.ring()), { retransmits: false });
    patient.cancel();
    await patient.waitFor(487);
    const kinds = stage.ladder.rungs.map(({ message }) => (message.kind === 'request' ? message.method : message.kind));
    expect(kinds.indexOf('CANCEL')).toBeGreaterThan(kinds.indexOf('response'));

    const hasty = stage.annCalls(staysSilent());
    hasty.cancel({ atOnce: true, headers: { Reason: 'SIP;cause=487' } });
    await hasty.waitFor(487);
    const cancel = (await (await stage.bob.waitForCall({ count: 2 })).waitFor('CANCEL')) as SipRequest;
    expect(headerValue(cancel, 'Reason')).toBe('SIP;cause=487');
  });

  it('ACKs and hangs up an answer that crossed the CANCEL', async () => {
    const call = stage.annCalls(answersDespiteCancel());
    await call.waitFor('ringing');
    call.cancel();
    await call.waitFor('answered');
    const other = await stage.bob.waitForCall();
    await other.waitFor('confirmed');
    await other.waitFor('BYE');
    await call.waitFor('ended');
    expect(stage.said('487 INVITE')).toBe(0);
  });
});

describe('outside calls', () => {
  const stage = threePhones();

  it('answers OPTIONS with 200 and others with 405, or as the test says', async () => {
    expect((await stage.ann.request('OPTIONS', { to: stage.bob.uri })).status).toBe(200);
    expect((await stage.ann.request('REGISTER', { to: stage.bob.uri, transport: 'tcp' })).status).toBe(405);
    stage.bob.onRequest = () => ({ status: 503, headers: { 'Retry-After': '3' } });
    expect(headerValue(await stage.ann.request('OPTIONS', { to: stage.bob.uri }), 'Retry-After')).toBe('3');
  });

  it('sends bytes as they are and shows what came of them', async () => {
    stage.ann.sendRaw('no SIP at all\r\n\r\n', stage.bob.at);
    stage.ann.sendRaw(
      `OPTIONS ${stage.bob.uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${stage.ann.at};branch=z9hG4bK7;rport\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: raw\r\nCSeq: 1 OPTIONS\r\n\r\n`,
      stage.bob.at,
    );
    await stage.ann.waitForMessage(
      (message) => message.kind === 'response' && headerValue(message, 'Call-ID') === 'raw',
    );
    expect(stage.ann.drawLadder()).toMatch(/\?\? neither a request/);
  });

  it('refuses to leave loopback', async () => {
    await expect(Phone.open({ name: 'x', host: '0.0.0.0' })).rejects.toThrow(/is not loopback/);
  });
});

describe('a wait that fails', () => {
  const stage = threePhones();

  it('says what came instead, with the ladder', async () => {
    const call = stage.annCalls(ringsForever());
    await call.waitFor('ringing');
    await expect(call.waitFor('answered', { timeoutMs: 20 })).rejects.toThrow(
      /after 20 ms: ann waited for answered[^]*received SIP\/2\.0 180 Ringing[^]*INVITE \+SDP/,
    );
  });

  it('fails when its phone closes', async () => {
    const call = stage.annCalls(ringsForever());
    const wait = call.waitFor('answered');
    await stage.ann.close();
    await expect(wait).rejects.toThrow('ann was closed');
  });
});
