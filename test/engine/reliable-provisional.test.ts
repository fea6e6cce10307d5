import { expect, it } from 'vitest';
import { SDP } from '../support/raw-sip-peer.ts';
import { describeEngines, Mailbox, withinDialog } from './bench.ts';
import type { SrfRequest, SrfResponse } from './srf-app.ts';

describeEngines('reliable provisional responses', (bench) => {
  const supported = { headers: ['Supported: 100rel'], body: SDP };

  it('to the caller are repeated until PRACK, and the application hears of it', async () => {
    const peer = await bench.udpPeer();
    const pracks = new Mailbox<SrfRequest>();
    const invites = new Mailbox<SrfResponse>();
    await bench.app({
      prack: (_req, res) => res.send(200),
      invite: (_req, res) => {
        res.send(183, { headers: { Require: '100rel' }, body: SDP }, undefined, pracks.put);
        invites.put(res);
      },
    });
    await peer.send(peer.request('INVITE', bench.sip, supported), bench.sip);
    const progress = await peer.next(183);
    const again = await peer.next(183);
    expect(again.header('RSeq')).toBe(progress.header('RSeq'));
    expect(progress.header('Contact')).not.toBe('');
    const within = { ...withinDialog(progress), headers: [`RAck: ${progress.header('RSeq')} 1 INVITE`] };
    await peer.send(peer.request('PRACK', bench.sip, { ...within, cseq: 2 }), bench.sip);
    await peer.next((message) => message.status === 200 && message.header('CSeq') === '2 PRACK');
    await pracks.take();
    (await invites.take()).send(486);
    await peer.next(486);
  });

  it('are refused where the caller does not support them', async () => {
    const peer = await bench.udpPeer();
    const refusals = new Mailbox<unknown>();
    await bench.app({
      invite: (_req, res) => {
        res.send(183, { headers: { Require: '100rel' }, body: SDP }, (error) => {
          refusals.put(error);
          res.send(480);
        });
      },
    });
    await peer.send(peer.request('INVITE', bench.sip, { body: SDP }), bench.sip);
    expect(await refusals.take()).toBe('Remote endpoint does not support 100rel');
    await peer.next(480);
  });

  it('of the callee are acknowledged with PRACK, and heard once', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const heard: number[] = [];
    const calling = app.srf.createUAC(
      peer.uri,
      { localSdp: SDP, headers: { Supported: '100rel' } },
      { cbProvisional: ({ status }) => heard.push(status) },
    );
    const invite = await peer.next('INVITE');
    const parts = { toTag: 'callee', headers: ['Require: 100rel', 'RSeq: 4711'], body: SDP };
    await peer.send(peer.reply(invite, 183, 'Session Progress', parts), bench.sip);
    const prack = await peer.next('PRACK');
    expect(prack.header('RAck')).toBe(`4711 ${invite.header('CSeq')}`);
    expect(Number.parseInt(prack.header('CSeq'), 10)).toBe(Number.parseInt(invite.header('CSeq'), 10) + 1);
    await peer.send(peer.reply(invite, 183, 'Session Progress', parts), bench.sip);
    await peer.send(peer.reply(prack, 200, 'OK'), bench.sip);
    await peer.send(peer.reply(invite, 200, 'OK', { toTag: 'callee' }), bench.sip);
    await calling;
    await peer.next('ACK');
    expect(heard).toEqual([183]);
  });

  // drachtio-server gives up on such a call, too, but with other words and after other times.
  it.runIf(bench.kind === 'embedded')('that nobody acknowledges end the call with 504', async () => {
    const peer = await bench.udpPeer();
    await bench.app({ invite: (_req, res) => res.send(183, { headers: { Require: '100rel' }, body: SDP }) });
    await peer.send(peer.request('INVITE', bench.sip, supported), bench.sip);
    await peer.next(504, 2 * bench.engine.patienceMs);
  });

  it.runIf(bench.kind === 'embedded')('hold back the 200 until their PRACK', async () => {
    const peer = await bench.udpPeer();
    await bench.app({
      prack: (_req, res) => res.send(200),
      invite: (_req, res) => {
        res.send(183, { headers: { Require: '100rel' }, body: SDP });
        res.send(200, { body: SDP });
      },
    });
    await peer.send(peer.request('INVITE', bench.sip, supported), bench.sip);
    const progress = await peer.next(183);
    await peer.next(183);
    expect(peer.heard.some(({ status }) => status === 200)).toBe(false);
    const within = { ...withinDialog(progress), headers: [`RAck: ${progress.header('RSeq')} 1 INVITE`] };
    await peer.send(peer.request('PRACK', bench.sip, { ...within, cseq: 2 }), bench.sip);
    const answer = await peer.next((message) => message.status === 200 && message.header('CSeq') === '1 INVITE');
    await peer.send(peer.request('ACK', bench.sip, { ...withinDialog(answer), cseq: 1 }), bench.sip);
  });

  it('a PRACK that acknowledges nothing gets 481', async () => {
    const peer = await bench.udpPeer();
    await peer.send(
      peer.request('PRACK', bench.sip, { headers: ['RAck: 1 1 INVITE'], to: '<sip:x@h>;tag=y' }),
      bench.sip,
    );
    if (bench.kind === 'embedded') await peer.next(481);
  });
});
