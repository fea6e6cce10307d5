import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EventSocketClient } from '../../../test/support/event-socket-client.ts';
import { RawSipPeer, uriOf, type RawMessage, type RequestParts } from '../../../test/support/raw-sip-peer.ts';
import { MediaEngine, type MediaEngineOptions } from './media-engine.ts';

/** T1 of a twenty-fifth: what takes 32 s takes 1.3 s here. */
const timers = { t1Ms: 20, t2Ms: 160, t4Ms: 200 };

const sdpOf = (port: number, ...attributes: string[]): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 0`,
    ...attributes,
    '',
  ].join('\r\n');

const SDP = sdpOf(4000);

/** A media engine in this thread, a SIP peer that says what it likes, and an application that waits for calls. */
async function engine(options: Partial<MediaEngineOptions> = {}) {
  const troubles: Error[] = [];
  const tested = await MediaEngine.start({
    host: '127.0.0.1',
    rtpHost: '127.0.0.1',
    rtpPorts: { min: 0, max: 0 },
    secret: 'secret',
    maxSessions: 100,
    maxPerSecond: 1000,
    heartbeatMs: 60_000,
    soundsFolder: '/',
    timers,
    onFault: (error) => troubles.push(error),
    onTrouble: (error) => troubles.push(error),
    onBug: (error) => troubles.push(error),
    ...options,
  });
  const control = await EventSocketClient.connect(tested.eventSocketPort);
  await control.next();
  await control.ask('auth secret');
  const ask = async (command: string): Promise<string> => (await control.ask(`api ${command}`)).body;
  const port = Number(/mod_sofia@127\.0\.0\.1:(\d+)/.exec(await ask('sofia status'))?.[1]);
  const sip = { host: '127.0.0.1', port };
  const peer = await RawSipPeer.udp();
  const application = await EventSocketClient.listen();
  onTestFinished(async () => {
    const closing = tested.close();
    // What is still up is hung up; an answered BYE is not sent again.
    for (let byes = tested.counts.channels; byes > 0; byes -= 1) {
      const bye = await peer.next('BYE');
      await peer.send(peer.reply(bye, 200, 'OK'), sip);
    }
    await closing;
    await peer.close();
  });

  const headers = ['User-Agent: drachtio-fsmrf:1', `X-esl-outbound: 127.0.0.1:${application.port}`];
  const invite = (parts: RequestParts = {}): string => peer.request('INVITE', sip, { headers, body: SDP, ...parts });
  const send = (text: string): Promise<void> => peer.send(text, sip);
  const within = (answer: RawMessage): RequestParts & { uri: string } => ({
    uri: uriOf(answer.header('Contact')),
    callId: answer.header('Call-ID'),
    from: answer.header('From'),
    to: answer.header('To'),
  });
  /** A call that is up, and its application. */
  const call = async (parts: RequestParts = {}, ackParts: RequestParts = {}) => {
    await send(invite(parts));
    const answer = await peer.next(200);
    await send(peer.request('ACK', sip, { ...within(answer), cseq: 1, ...ackParts }));
    const driver = await application.accept();
    const data = await driver.ask('connect');
    return { answer, driver, data, uuid: data.header('Unique-ID'), within: within(answer) };
  };
  /** Answers the BYE that is to come, and gives it back. */
  const hungUp = async (): Promise<RawMessage> => {
    const bye = await peer.next('BYE');
    await send(peer.reply(bye, 200, 'OK'));
    return bye;
  };
  const holdsNothing = async (): Promise<void> => {
    await expect
      .poll(() => tested.counts)
      .toMatchObject({ channels: 0, ports: 0, playbacks: 0, recordings: 0, dialogs: 0 });
  };
  return { tested, troubles, ask, sip, peer, application, invite, send, within, call, hungUp, holdsNothing };
}

describe('a call to the media engine', () => {
  it('is answered, gets its application, and leaves nothing behind', async () => {
    const { tested, sip, peer, call, send, holdsNothing } = await engine();
    const { answer, driver, data, within } = await call();
    expect(answer.body).toMatch(/\r\nm=audio \d+ RTP\/AVP 0\r\n/);
    expect(answer.header('Contact')).toContain(`:${sip.port}`);
    expect(decodeURIComponent(data.header('variable_switch_r_sdp'))).toBe(SDP);
    expect(tested.counts).toMatchObject({ channels: 1, ports: 1, dialogs: 1 });
    await send(peer.request('BYE', sip, { ...within, cseq: 2 }));
    await peer.next(200);
    await driver.closed;
    await holdsNothing();
  });

  it('without an offer is offered one, which the ACK answers', async () => {
    const { peer, call, ask } = await engine();
    const { answer, uuid } = await call({ body: '' }, { body: sdpOf(4444) });
    expect(answer.body).toContain('RTP/AVP 0 8 101');
    expect(await ask(`uuid_getvar ${uuid} remote_media_port`)).toBe('4444');
    expect(peer.heard.some(({ method }) => method === 'BYE')).toBe(false);
  });

  it.each([
    ['none', ''],
    ['nothing that fits', SDP.replace('AVP 0', 'AVP 18')],
  ])('without an offer is hung up where the ACK answers %s', async (_what, body) => {
    const { sip, peer, invite, send, within, hungUp, holdsNothing } = await engine();
    await send(invite({ body: '' }));
    const answer = await peer.next(200);
    await send(peer.request('ACK', sip, { ...within(answer), body }));
    expect((await hungUp()).header('Reason')).toBe('Q.850;cause=88;text="INCOMPATIBLE_DESTINATION"');
    await holdsNothing();
  });

  it('that the application ends before the ACK waits for the ACK with its BYE', async () => {
    const { sip, peer, application, invite, send, within, hungUp, holdsNothing } = await engine();
    await send(invite());
    const answer = await peer.next(200);
    const driver = await application.accept();
    await driver.ask('sendmsg\ncall-command: hangup\nhangup-cause: USER_BUSY');
    await driver.closed;
    expect(peer.heard.some(({ method }) => method === 'BYE')).toBe(false);
    await send(peer.request('ACK', sip, within(answer)));
    expect((await hungUp()).header('Reason')).toContain('USER_BUSY');
    await holdsNothing();
  });

  it('that is never acknowledged ends', async () => {
    const { application, invite, send, hungUp, holdsNothing } = await engine();
    await send(invite());
    const driver = await application.accept();
    await hungUp();
    await driver.closed;
    await holdsNothing();
  });

  it('ends with the cause its caller gives', async () => {
    const { sip, peer, call, send } = await engine();
    const { driver, within } = await call();
    await driver.ask('myevents json');
    await send(peer.request('BYE', sip, { ...within, cseq: 2, headers: ['Reason: Q.850;cause=17'] }));
    expect(JSON.parse((await driver.next()).body)).toMatchObject({
      'Event-Name': 'CHANNEL_HANGUP',
      'Hangup-Cause': 'USER_BUSY',
    });
  });

  it('takes INFO, OPTIONS and UPDATE within it, and says of others which it does', async () => {
    const { sip, peer, call, send } = await engine();
    const { within } = await call();
    const say = async (method: string, cseq: number): Promise<RawMessage> => {
      await send(peer.request(method, sip, { ...within, cseq }));
      return peer.next((message) => message.header('CSeq') === `${cseq} ${method}`);
    };
    expect((await say('INFO', 2)).status).toBe(200);
    expect((await say('OPTIONS', 3)).status).toBe(200);
    expect((await say('UPDATE', 4)).status).toBe(200);
    const refused = await say('REFER', 5);
    expect([refused.status, refused.header('Allow')]).toEqual([405, 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE']);
  });
});

describe('a re-INVITE', () => {
  const reinvited = async () => {
    const world = await engine();
    const { sip, peer, send } = world;
    const up = await world.call();
    await up.driver.ask('myevents json');
    let cseq = 1;
    /** Says a re-INVITE, acknowledges it, and gives its answer back. */
    const reinvite = async (body: string, ackBody = ''): Promise<RawMessage> => {
      cseq += 1;
      const of = `${cseq} INVITE`;
      await send(peer.request('INVITE', sip, { ...up.within, cseq, body }));
      const answer = await peer.next((message) => message.status >= 200 && message.header('CSeq') === of);
      if (answer.status < 300) await send(peer.request('ACK', sip, { ...up.within, cseq, body: ackBody }));
      return answer;
    };
    return { ...world, ...up, reinvite };
  };

  it('is answered from the same port, with a higher version', async () => {
    const { answer, reinvite, ask, uuid } = await reinvited();
    const again = await reinvite(sdpOf(4002));
    const portIn = ({ body }: RawMessage): string | undefined => /m=audio (\d+)/.exec(body)?.[1];
    expect(portIn(again)).toBe(portIn(answer));
    expect([answer, again].map(({ body }) => /o=mrf \d+ (\d+)/.exec(body)?.[1])).toEqual(['1', '2']);
    expect(await ask(`uuid_getvar ${uuid} remote_media_port`)).toBe('4002');
  });

  it('puts the call on hold', async () => {
    const { driver, reinvite } = await reinvited();
    expect((await reinvite(sdpOf(4000, 'a=sendonly'))).body).toContain('\r\na=recvonly\r\n');
    expect(JSON.parse((await driver.next()).body)).toMatchObject({
      'Event-Name': 'CHANNEL_CALLSTATE',
      'Channel-Call-State': 'HELD',
    });
  });

  it('without an offer is answered with one, which the ACK answers', async () => {
    const { reinvite, ask, uuid } = await reinvited();
    expect((await reinvite('', sdpOf(4006))).body).toContain('RTP/AVP 0 8 101');
    await expect.poll(() => ask(`uuid_getvar ${uuid} remote_media_port`)).toBe('4006');
  });

  it('that can’t be served is refused, and all stays as it was', async () => {
    const { reinvite, ask, uuid } = await reinvited();
    const refusal = await reinvite(SDP.replace('AVP 0', 'AVP 18'));
    expect(refusal.startLine).toMatch(/^SIP\/2\.0 488 only G729\/8000 is offered/);
    expect(await ask(`uuid_getvar ${uuid} remote_media_port`)).toBe('4000');
    expect((await reinvite(sdpOf(4008))).status).toBe(200);
  });
});

describe('an INVITE is refused', () => {
  it.each<[string, RequestParts, RegExp]>([
    ['that isn’t drachtio-fsmrf’s', { headers: [] }, /^SIP\/2\.0 404 only drachtio-fsmrf calls here/],
    [
      'that would have us connect elsewhere',
      { headers: ['User-Agent: drachtio-fsmrf:1', 'X-esl-outbound: 192.0.2.1:80'] },
      /^SIP\/2\.0 403 X-esl-outbound must be on loopback/,
    ],
    ['that offers only SRTP', { body: SDP.replace('RTP/AVP', 'RTP/SAVP') }, /^SIP\/2\.0 488 only RTP\/SAVP is offered/],
    ['whose body is no session description', { body: 'hello' }, /^SIP\/2\.0 488 the body is no session description/],
  ])('%s', async (_which, parts, status) => {
    const { peer, invite, send, holdsNothing } = await engine();
    await send(invite(parts));
    expect((await peer.next(({ status: code }) => code >= 200)).startLine).toMatch(status);
    await holdsNothing();
  });

  it('whose body is of another type', async () => {
    const { peer, invite, send } = await engine();
    await send(invite().replace('application/sdp', 'text/plain'));
    const refusal = await peer.next(415);
    expect(refusal.header('Accept')).toBe('application/sdp');
  });

  it('without a Contact to send its BYE to', async () => {
    const { peer, invite, send } = await engine();
    await send(invite().replace(/Contact:.*\r\n/, ''));
    expect((await peer.next(400)).startLine).toBe('SIP/2.0 400 an INVITE needs a Contact');
  });

  it('while there are as many calls as there may be', async () => {
    const { peer, invite, send, call } = await engine({ maxSessions: 1 });
    await call();
    await send(invite());
    const refusal = await peer.next(503);
    expect(refusal.startLine).toBe('SIP/2.0 503 as many calls as there may be are up');
    expect(Number(refusal.header('Retry-After'))).toBeGreaterThan(0);
  });

  it('while calls that wait for their ACK take all the places', async () => {
    const { sip, peer, invite, send, within, hungUp } = await engine({ maxSessions: 1 });
    await send(invite({ body: '' }));
    const answer = await peer.next(200);
    await send(invite());
    await peer.next(503);
    await send(peer.request('ACK', sip, within(answer)));
    await hungUp();
  });

  it('while no port is left for its audio', async () => {
    const taken = createSocket('udp4');
    taken.bind(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const min = taken.address().port + (taken.address().port % 2 === 0 ? 2 : 1);
    const { peer, invite, send, call } = await engine({ rtpPorts: { min, max: min + 1 } });
    await call();
    await send(invite());
    expect((await peer.next(503)).startLine).toMatch(/^SIP\/2\.0 503 no RTP port is free: .* RTP_PORT_MIN/);
  });
});

describe('the media engine', () => {
  it('says what it takes', async () => {
    const { sip, peer, send } = await engine();
    await send(peer.request('OPTIONS', sip));
    expect((await peer.next(200)).header('Allow')).toContain('INVITE');
    await send(peer.request('REGISTER', sip));
    expect((await peer.next(405)).header('Allow')).toContain('INVITE');
  });

  it('takes calls over TCP as well', async () => {
    const { sip } = await engine();
    const peer = await RawSipPeer.tcp();
    onTestFinished(() => peer.close());
    await peer.send(peer.request('OPTIONS', sip), sip);
    expect((await peer.next(200)).header('Via')).toContain('SIP/2.0/TCP');
  });

  it('serves on, whatever is said to it', async () => {
    const { tested, troubles, peer, send, call } = await engine();
    for (const text of ['', 'INVITE', 'INVITE sip:a SIP/2.0\r\n\r\n', '\0\0\0\0'.repeat(500), 'SIP/2.0 200 OK\r\n\r\n'])
      await send(text);
    const stranger = await EventSocketClient.connect(tested.eventSocketPort);
    stranger.send(Buffer.from(Array.from({ length: 4096 }, (_, index) => index % 256)));
    stranger.send('\n\nContent-Length: -1\n\n\n\n');
    await call();
    expect(troubles).toEqual([]);
    expect(peer.heard.length).toBeGreaterThan(0);
  });

  it('tells peers one address for their audio: the advertised one, by its number', async () => {
    const { call } = await engine({ advertisedHost: 'localhost' });
    const { answer } = await call();
    expect(answer.body).toContain('\r\nc=IN IP4 127.0.0.1\r\n');
  });

  it('hangs up what there is when it is closed', async () => {
    const { tested, call, hungUp } = await engine();
    const { driver } = await call();
    const closing = tested.close();
    expect((await hungUp()).header('Reason')).toContain('MANAGER_REQUEST');
    await Promise.all([closing, driver.closed]);
    expect(tested.counts).toMatchObject({ channels: 0, ports: 0 });
  });
});
