import { expect, it } from 'vitest';
import { newToken, SDP, tagOf, uriOf } from '../support/raw-sip-peer.ts';
import { describeEngines, Mailbox, withinDialogOf } from './bench.ts';
import type { SrfRequest, SrfResponse } from './srf-app.ts';

describeEngines('within a call', (bench) => {
  it.each(['INFO', 'UPDATE', 'MESSAGE', 'NOTIFY', 'OPTIONS', 'REFER'])(
    '%s from the peer reaches the dialog',
    async (method) => {
      const peer = await bench.udpPeer();
      const { calls } = await bench.answeringApp();
      const { within } = await bench.call(peer);
      const dialog = await calls.take();
      dialog.on(method.toLowerCase(), (_req: SrfRequest, res: SrfResponse) =>
        res.send(202, { headers: { 'X-Seen': method } }),
      );
      await peer.send(peer.request(method, bench.sip, { ...within, cseq: 2 }), bench.sip);
      const answer = await peer.next(202);
      expect(answer.header('CSeq')).toBe(`2 ${method}`);
      expect(answer.header('X-Seen')).toBe(method);
    },
  );

  it('a re-INVITE from the peer is answered by the application, at once with 100', async () => {
    const peer = await bench.udpPeer();
    const { calls } = await bench.answeringApp();
    const { within } = await bench.call(peer);
    const dialog = await calls.take();
    const held = SDP.replace('sendrecv', 'sendonly');
    dialog.on('modify', (req: SrfRequest, res: SrfResponse) =>
      res.send(200, { body: req.body.replace('sendonly', 'recvonly') }),
    );
    await peer.send(peer.request('INVITE', bench.sip, { ...within, cseq: 2, body: held }), bench.sip);
    await peer.next((message) => message.status === 100 && message.header('CSeq') === '2 INVITE');
    const answer = await peer.next((message) => message.status === 200 && message.header('CSeq') === '2 INVITE');
    expect(answer.body).toContain('a=recvonly');
    expect(answer.header('Contact')).not.toBe('');
    await peer.send(peer.request('ACK', bench.sip, { ...within, cseq: 2 }), bench.sip);
  });

  // drachtio-server keeps the first target; RFC 3261 §12.2.2 has it replaced.
  it.runIf(bench.kind === 'embedded')(
    'a re-INVITE of the application goes to where the peer said it is now',
    async () => {
      const peer = await bench.udpPeer();
      const elsewhere = await bench.udpPeer();
      const { calls } = await bench.answeringApp();
      const { within } = await bench.call(peer);
      const dialog = await calls.take();
      dialog.on('modify', (_req: SrfRequest, res: SrfResponse) => res.send(200, { body: SDP }));
      const moved = { ...within, cseq: 2, body: SDP, contact: `<${elsewhere.uri}>` };
      await peer.send(peer.request('INVITE', bench.sip, moved), bench.sip);
      await peer.next((message) => message.status === 200 && message.header('CSeq') === '2 INVITE');
      await peer.send(peer.request('ACK', bench.sip, { ...within, cseq: 2 }), bench.sip);
      const modifying = dialog.modify(SDP.replace('sendrecv', 'inactive'));
      const reinvite = await elsewhere.next('INVITE');
      expect(reinvite.startLine).toBe(`INVITE ${elsewhere.uri} SIP/2.0`);
      expect(reinvite.body).toContain('a=inactive');
      await elsewhere.send(elsewhere.reply(reinvite, 200, 'OK', { body: SDP }), bench.sip);
      expect(await modifying).toBe(SDP);
      const ack = await elsewhere.next('ACK');
      expect(ack.header('CSeq')).toBe(reinvite.header('CSeq').replace('INVITE', 'ACK'));
    },
  );

  it('a refused re-INVITE leaves the call up', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const { dialog } = await bench.callOut(app, peer);
    const modifying = dialog.modify(SDP);
    const reinvite = await peer.next('INVITE');
    await peer.send(peer.reply(reinvite, 488, 'Not Acceptable Here'), bench.sip);
    await expect(modifying).rejects.toMatchObject({ status: 488 });
    await peer.next('ACK');
    const destroying = dialog.destroy();
    await peer.send(peer.reply(await peer.next('BYE'), 200, 'OK'), bench.sip);
    await destroying;
  });

  it('the application sends INFO, and gets the answer', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const { dialog, invite } = await bench.callOut(app, peer);
    const asking = dialog.request({
      method: 'INFO',
      headers: { 'Content-Type': 'application/dtmf-relay' },
      body: 'Signal=5',
    });
    const info = await peer.next('INFO');
    expect(info.body).toBe('Signal=5');
    expect(info.header('Content-Type')).toBe('application/dtmf-relay');
    expect(tagOf(info.header('From'))).toBe(tagOf(invite.header('From')));
    await peer.send(peer.reply(info, 415, 'Unsupported Media Type'), bench.sip);
    expect((await asking).status).toBe(415);
  });

  it('a request with tags nobody knows gets 481', async () => {
    const peer = await bench.udpPeer();
    await bench.answeringApp();
    const to = `<sip:x@${bench.sip.host}>;tag=nobody`;
    for (const method of ['BYE', 'INVITE', 'UPDATE']) {
      await peer.send(peer.request(method, bench.sip, { to }), bench.sip);
      const answer = await peer.next(481);
      expect(answer.header('CSeq')).toBe(`1 ${method}`);
    }
  });

  // drachtio-server hands it on; RFC 3261 §12.2.2 has it refused.
  it.runIf(bench.kind === 'embedded')('a request older than the last one gets 500', async () => {
    const peer = await bench.udpPeer();
    const { calls } = await bench.answeringApp();
    const { within } = await bench.call(peer, { cseq: 100 });
    (await calls.take()).on('info', (_req: SrfRequest, res: SrfResponse) => res.send(200));
    await peer.send(peer.request('INFO', bench.sip, { ...within, cseq: 50 }), bench.sip);
    await peer.next(500);
  });

  it("a callee's requests are told from those of other calls", async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const first = await bench.callOut(app, peer, 'one');
    const second = await bench.callOut(app, peer, 'two');
    const infos = new Mailbox<string>();
    first.dialog.on('info', (_req: SrfRequest, res: SrfResponse) => {
      infos.put('first');
      res.send(200);
    });
    second.dialog.on('info', (_req: SrfRequest, res: SrfResponse) => {
      infos.put('second');
      res.send(200);
    });
    await peer.send(peer.request('INFO', bench.sip, { ...withinDialogOf(second.invite, 'two'), cseq: 9 }), bench.sip);
    expect(await infos.take()).toBe('second');
  });

  it('Record-Route of a caller’s proxy is the way of every request back, in its order', async () => {
    const proxy = await bench.udpPeer();
    const { calls } = await bench.answeringApp();
    const headers = [`Record-Route: <sip:${proxy.host}:${proxy.port};lr>, <sip:far.example.com;lr>`];
    const contact = '<sip:caller@192.0.2.7:5070>';
    const { answer } = await bench.call(proxy, { headers, contact });
    expect(answer.headers('Record-Route').join(',')).toContain('far.example.com');
    const destroying = (await calls.take()).destroy();
    const bye = await proxy.next('BYE');
    expect(bye.startLine).toBe('BYE sip:caller@192.0.2.7:5070 SIP/2.0');
    expect(
      bye
        .headers('Route')
        .join(',')
        .split(',')
        .map((route) => uriOf(route.trim())),
    ).toEqual([`sip:${proxy.host}:${proxy.port};lr`, 'sip:far.example.com;lr']);
    await proxy.send(proxy.reply(bye, 200, 'OK'), bench.sip);
    await destroying;
  });

  it('Record-Route in a 200 is the way of the ACK and of what follows, in reverse', async () => {
    const proxy = await bench.udpPeer();
    const app = await bench.app();
    const calling = app.srf.createUAC(proxy.uri, { localSdp: SDP });
    const invite = await proxy.next('INVITE');
    const recorded = [`Record-Route: <sip:far.example.com;lr>, <sip:${proxy.host}:${proxy.port};lr>`];
    const answer = proxy
      .reply(invite, 200, 'OK', { toTag: 'callee', body: SDP, headers: recorded })
      .replace(/Contact: .*/, 'Contact: <sip:callee@192.0.2.9>');
    await proxy.send(answer, bench.sip);
    await calling;
    const ack = await proxy.next('ACK');
    expect(ack.startLine).toBe('ACK sip:callee@192.0.2.9 SIP/2.0');
    expect(uriOf(ack.header('Route'))).toBe(`sip:${proxy.host}:${proxy.port};lr`);
  });

  it('a strict router gets its own URI, and finds the target in Route', async () => {
    const proxy = await bench.udpPeer();
    const { calls } = await bench.answeringApp();
    const headers = [`Record-Route: <sip:${proxy.host}:${proxy.port}>`];
    await bench.call(proxy, { headers, contact: '<sip:caller@192.0.2.7>', callId: newToken() });
    const destroying = (await calls.take()).destroy();
    const bye = await proxy.next('BYE');
    expect(bye.startLine).toBe(`BYE sip:${proxy.host}:${proxy.port} SIP/2.0`);
    expect(bye.headers('Route').join(',')).toContain('sip:caller@192.0.2.7');
    await proxy.send(proxy.reply(bye, 200, 'OK'), bench.sip);
    await destroying;
  });
});
