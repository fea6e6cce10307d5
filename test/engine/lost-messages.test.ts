import { expect, it } from 'vitest';
import { newBranch, newToken, SDP } from '../support/raw-sip-peer.ts';
import { describeEngines, Mailbox, withinDialog } from './bench.ts';
import type { SrfRequest } from './srf-app.ts';

describeEngines('over a network that loses messages', (bench) => {
  it('an INVITE that comes again is one call, and is answered again', async () => {
    const peer = await bench.udpPeer();
    const { calls, invites } = await bench.answeringApp();
    const ids = { branch: newBranch(), callId: newToken(), fromTag: 'a', body: SDP };
    const invite = peer.request('INVITE', bench.sip, ids);
    await peer.send(invite, bench.sip);
    const answer = await peer.next(200);
    await peer.send(invite, bench.sip);
    // The lost ACK brings the 200 again by itself.
    expect((await peer.next(200)).header('To')).toBe(answer.header('To'));
    await peer.send(peer.request('ACK', bench.sip, { ...withinDialog(answer), cseq: 1 }), bench.sip);
    await calls.take();
    await invites.take();
    expect(invites.size).toBe(0);
  });

  it('a 200 whose ACK never comes is repeated, and in the end the call is hung up', { timeout: 60_000 }, async () => {
    const peer = await bench.udpPeer();
    const { calls } = await bench.answeringApp();
    await peer.send(peer.request('INVITE', bench.sip, { body: SDP }), bench.sip);
    const ends = new Mailbox<{ req: SrfRequest; reason: string }>();
    (await calls.take()).on('destroy', (req: SrfRequest, reason: string) => ends.put({ req, reason }));
    await peer.next(200);
    await peer.next(200);
    await peer.next(200);
    const bye = await peer.next('BYE', 2 * bench.engine.patienceMs);
    await peer.send(peer.reply(bye, 200, 'OK'), bench.sip);
    const { req, reason } = await ends.take();
    expect(req.source).toBe('application');
    expect(reason).toBe('ACK timeout');
  });

  it('a lost ACK of ours is sent again for each repeated 200', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const { invite, ack } = await bench.callOut(app, peer);
    await peer.send(peer.reply(invite, 200, 'OK', { toTag: 'callee', body: SDP }), bench.sip);
    expect((await peer.next('ACK')).header('CSeq')).toBe(ack.header('CSeq'));
  });

  it('an INVITE of ours is sent again until something answers', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const calling = app.srf.createUAC(peer.uri, { localSdp: SDP });
    calling.catch(() => undefined);
    const first = await peer.next('INVITE');
    const second = await peer.next('INVITE');
    expect(second.text).toBe(first.text);
    await peer.send(peer.reply(second, 404, 'Not Found', { toTag: 'x' }), bench.sip);
    await expect(calling).rejects.toMatchObject({ status: 404 });
  });

  it('an INVITE that nobody answers ends with 408', { timeout: 60_000 }, async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const calling = app.srf.createUAC(peer.uri, { localSdp: SDP });
    await expect(calling).rejects.toMatchObject({ status: 408 });
  });

  it('a BYE that comes again gets the same answer, and the application hears it once', async () => {
    const peer = await bench.udpPeer();
    const { calls } = await bench.answeringApp();
    const { within } = await bench.call(peer);
    const ends = new Mailbox<SrfRequest>();
    (await calls.take()).on('destroy', ends.put);
    const bye = peer.request('BYE', bench.sip, { ...within, cseq: 2 });
    await peer.send(bye, bench.sip);
    await peer.next(200);
    await peer.send(bye, bench.sip);
    await peer.next(200);
    await ends.take();
    expect(ends.size).toBe(0);
  });
});
