import { expect, it } from 'vitest';
import { newBranch, newToken, SDP, tagOf } from '../support/raw-sip-peer.ts';
import { describeEngines, Mailbox, withinDialog, withinDialogOf } from './bench.ts';
import type { SrfRequest } from './srf-app.ts';

describeEngines('a call', (bench) => {
  it('is answered by the application: INVITE 100 180 200 ACK, and the caller hangs up', async () => {
    const acks = new Mailbox<SrfRequest>();
    const ends = new Mailbox<SrfRequest>();
    const peer = await bench.udpPeer();
    const app = await bench.app({
      invite: (req, res) => {
        res.send(180);
        app.srf.createUAS(req, res, { localSdp: SDP }, (_error, dialog) => {
          dialog?.on('ack', acks.put).on('destroy', ends.put);
        });
      },
    });
    await peer.send(peer.request('INVITE', bench.sip, { body: SDP }), bench.sip);
    await peer.next(100);
    const ringing = await peer.next(180);
    const answer = await peer.next(200);
    expect(tagOf(answer.header('To'))).not.toBe('');
    expect(tagOf(ringing.header('To'))).toBe(tagOf(answer.header('To')));
    expect(answer.header('Contact')).toContain(`${bench.sip.host}:${bench.sip.port}`);
    expect(answer.header('Content-Type')).toBe('application/sdp');
    expect(answer.body).toBe(SDP);

    const within = withinDialog(answer);
    await peer.send(peer.request('ACK', bench.sip, { ...within, cseq: 1 }), bench.sip);
    await acks.take();
    await peer.send(peer.request('BYE', bench.sip, { ...within, cseq: 2 }), bench.sip);
    const byeAnswer = await peer.next(200);
    expect(byeAnswer.header('CSeq')).toBe('2 BYE');
    await ends.take();
  });

  it('is placed by the application: INVITE 180 200 ACK, and the application hangs up', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const provisional: number[] = [];
    const calling = app.srf.createUAC(
      peer.uri,
      { localSdp: SDP, callingNumber: '15551230000' },
      { cbProvisional: (res) => provisional.push(res.status) },
    );
    const invite = await peer.next('INVITE');
    expect(invite.header('From')).toContain(`sip:15551230000@${bench.sip.host}:${bench.sip.port}`);
    await peer.send(peer.reply(invite, 100, 'Trying'), bench.sip);
    await peer.send(peer.reply(invite, 180, 'Ringing', { toTag: 'callee' }), bench.sip);
    await peer.send(peer.reply(invite, 200, 'OK', { toTag: 'callee', body: SDP }), bench.sip);
    const dialog = await calling;
    expect(provisional).toEqual([180]);
    expect(dialog.remote.sdp).toBe(SDP);
    expect(dialog.id).toBe(`${invite.header('Call-ID')};from-tag=${tagOf(invite.header('From'))}`);
    const ack = await peer.next('ACK');
    expect(ack.header('CSeq')).toBe(`${Number.parseInt(invite.header('CSeq'), 10)} ACK`);
    expect(tagOf(ack.header('To'))).toBe('callee');

    const destroying = dialog.destroy({ headers: { Reason: 'Q.850;cause=16' } });
    const bye = await peer.next('BYE');
    expect(Number.parseInt(bye.header('CSeq'), 10)).toBeGreaterThan(Number.parseInt(invite.header('CSeq'), 10));
    expect(bye.header('Reason')).toBe('Q.850;cause=16');
    await peer.send(peer.reply(bye, 200, 'OK'), bench.sip);
    await destroying;
  });

  it('that the application placed is hung up by the callee', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const { dialog, invite } = await bench.callOut(app, peer);
    const ends = new Mailbox<SrfRequest>();
    dialog.on('destroy', ends.put);
    await peer.send(peer.request('BYE', bench.sip, { ...withinDialogOf(invite, 'callee'), cseq: 7 }), bench.sip);
    expect((await peer.next(200)).header('CSeq')).toBe('7 BYE');
    expect((await ends.take()).source).toBe('network');
  });

  // drachtio-server sends no ACK any more once the BYE has come, and the callee repeats its 200 for 64·T1.
  it.runIf(bench.kind === 'embedded')(
    'is hung up by a callee that does not wait for the ACK of its 200: it is sent all the same',
    async () => {
      const peer = await bench.udpPeer();
      const app = await bench.app();
      const ends = new Mailbox<unknown>();
      app.srf.createUAC(peer.uri, { localSdp: SDP }).then((dialog) => dialog.on('destroy', ends.put), ends.put);
      const invite = await peer.next('INVITE');
      const answer = peer.reply(invite, 200, 'OK', { toTag: 'callee', body: SDP });
      await peer.send(answer, bench.sip);
      await peer.send(peer.request('BYE', bench.sip, { ...withinDialogOf(invite, 'callee'), cseq: 7 }), bench.sip);
      expect(tagOf((await peer.next('ACK')).header('To'))).toBe('callee');
      expect((await peer.next(200)).header('CSeq')).toBe('7 BYE');
      // Repeated as if that ACK had got lost: it gets it once more.
      await peer.send(answer, bench.sip);
      await peer.next('ACK');
    },
  );

  it('that was answered is hung up by the application', async () => {
    const peer = await bench.udpPeer();
    const { calls } = await bench.answeringApp();
    const { answer } = await bench.call(peer);
    const dialog = await calls.take();
    const destroying = dialog.destroy();
    const bye = await peer.next('BYE');
    expect(tagOf(bye.header('From'))).toBe(tagOf(answer.header('To')));
    expect(tagOf(bye.header('To'))).toBe(tagOf(answer.header('From')));
    await peer.send(peer.reply(bye, 200, 'OK'), bench.sip);
    await destroying;
  });

  it('that is busy gives the application 486, and the callee its ACK', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const calling = app.srf.createUAC(peer.uri, { localSdp: SDP });
    const invite = await peer.next('INVITE');
    const busy = peer.reply(invite, 486, 'Busy Here', { toTag: 'busy' });
    await peer.send(busy, bench.sip);
    await expect(calling).rejects.toMatchObject({ status: 486 });
    const ack = await peer.next('ACK');
    expect(ack.header('Via')).toBe(invite.header('Via'));
    expect(tagOf(ack.header('To'))).toBe('busy');
    // A repeated answer gets its ACK once more, and is not heard above.
    await peer.send(busy, bench.sip);
    await peer.next('ACK');
  });

  it('that is refused by the application is repeated until its ACK', async () => {
    const peer = await bench.udpPeer();
    await bench.app({ invite: (_req, res) => res.send(486) });
    const ids = { branch: newBranch(), callId: newToken(), fromTag: 'a' };
    const invite = peer.request('INVITE', bench.sip, ids);
    await peer.send(invite, bench.sip);
    const first = await peer.next(486);
    await peer.next(486);
    await peer.send(peer.request('ACK', bench.sip, { ...ids, to: first.header('To') }), bench.sip);
    // sofia answers an INVITE that comes again after its ACK; RFC 3261 §17.2.1 has it absorbed.
    if (bench.kind === 'drachtio') return;
    const before = peer.heard.length;
    await peer.send(invite, bench.sip);
    await peer.send(peer.request('OPTIONS', bench.sip), bench.sip);
    await peer.next(503);
    expect(peer.heard.slice(before).filter(({ status }) => status === 486)).toEqual([]);
  });
});
