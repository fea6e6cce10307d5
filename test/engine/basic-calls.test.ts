import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RawSipPeer, SDP, tagOf, uriOf } from '../support/raw-sip-peer.ts';
import { engines, type EngineUnderTest } from './engines.ts';
import { SrfApp, type SrfDialog, type SrfRequest } from './srf-app.ts';

describe.each(engines)('a call through the $kind engine', ({ start }) => {
  let engine: EngineUnderTest;
  let peer: RawSipPeer;
  let app: SrfApp | undefined;

  beforeAll(async () => {
    engine = await start();
  });
  afterAll(async () => {
    await engine.close();
  });
  beforeEach(async () => {
    peer = await RawSipPeer.udp();
  });
  afterEach(async () => {
    app?.close();
    app = undefined;
    await peer.close();
  });

  it('is answered by the application: INVITE 100 180 200 ACK, and the caller hangs up', async () => {
    const destroyed = Promise.withResolvers<SrfRequest>();
    const acked = Promise.withResolvers<SrfRequest>();
    app = await SrfApp.connect(engine.admin, {
      invite: (req, res) => {
        res.send(180);
        void app?.srf.createUAS(req, res, { localSdp: SDP }).then((dialog) => {
          dialog.on('ack', acked.resolve);
          return dialog.on('destroy', destroyed.resolve);
        });
      },
    });
    const invite = peer.request('INVITE', engine.sip, { body: SDP });
    await peer.send(invite, engine.sip);
    await peer.next(100);
    const ringing = await peer.next(180);
    const answer = await peer.next(200);
    expect(tagOf(answer.header('To'))).not.toBe('');
    expect(tagOf(ringing.header('To'))).toBe(tagOf(answer.header('To')));
    expect(answer.header('Contact')).toContain(`${engine.sip.host}:${engine.sip.port}`);
    expect(answer.header('Content-Type')).toBe('application/sdp');
    expect(answer.body).toBe(SDP);

    const within = {
      uri: uriOf(answer.header('Contact')),
      callId: answer.header('Call-ID'),
      from: answer.header('From'),
      to: answer.header('To'),
    };
    await peer.send(peer.request('ACK', engine.sip, { ...within, cseq: 1 }), engine.sip);
    await acked.promise;
    await peer.send(peer.request('BYE', engine.sip, { ...within, cseq: 2 }), engine.sip);
    const byeAnswer = await peer.next(200);
    expect(byeAnswer.header('CSeq')).toBe('2 BYE');
    await destroyed.promise;
  });

  it('is placed by the application: INVITE 180 200 ACK, and the application hangs up', async () => {
    app = await SrfApp.connect(engine.admin);
    const provisional: number[] = [];
    const calling: Promise<SrfDialog> = app.srf.createUAC(
      peer.uri,
      { localSdp: SDP, callingNumber: '15551230000' },
      { cbProvisional: (res) => provisional.push(res.status) },
    );
    const invite = await peer.next('INVITE');
    expect(invite.header('From')).toContain(`sip:15551230000@${engine.sip.host}:${engine.sip.port}`);
    await peer.send(peer.reply(invite, 100, 'Trying'), engine.sip);
    await peer.send(peer.reply(invite, 180, 'Ringing', { toTag: 'callee' }), engine.sip);
    await peer.send(peer.reply(invite, 200, 'OK', { toTag: 'callee', body: SDP }), engine.sip);
    const dialog = await calling;
    expect(provisional).toEqual([180]);
    expect(dialog.remote.sdp).toBe(SDP);
    expect(dialog.id).toBe(`${invite.header('Call-ID')};from-tag=${tagOf(invite.header('From'))}`);
    const ack = await peer.next('ACK');
    expect(ack.header('CSeq')).toBe(`${Number.parseInt(invite.header('CSeq'), 10)} ACK`);
    expect(tagOf(ack.header('To'))).toBe('callee');

    const destroying = dialog.destroy();
    const bye = await peer.next('BYE');
    expect(Number.parseInt(bye.header('CSeq'), 10)).toBeGreaterThan(Number.parseInt(invite.header('CSeq'), 10));
    await peer.send(peer.reply(bye, 200, 'OK'), engine.sip);
    await destroying;
  });
});
