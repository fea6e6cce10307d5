import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { newToken, SDP } from '../support/raw-sip-peer.ts';
import { describeEngines, Mailbox, withinDialog } from './bench.ts';
import type { SrfRequest, SrfResponse } from './srf-app.ts';

const LARGE_SDP = `${SDP}${'a=x-note:a line that makes it long\r\n'.repeat(200)}`;

describeEngines('over TCP', (bench) => {
  it('a call is answered and hung up by the application on the connection it came by', async () => {
    const peer = await bench.tcpPeer();
    const { calls } = await bench.answeringApp();
    await bench.call(peer);
    const destroying = (await calls.take()).destroy();
    const bye = await peer.next('BYE');
    expect(bye.header('Via')).toContain('SIP/2.0/TCP');
    await peer.send(peer.reply(bye, 200, 'OK'), bye.from);
    await destroying;
  });

  it('a call is placed where the URI says so', async () => {
    const peer = await bench.tcpPeer();
    const app = await bench.app();
    const calling = app.srf.createUAC(peer.uri, { localSdp: SDP });
    const invite = await peer.next('INVITE');
    expect(invite.header('Via')).toContain('SIP/2.0/TCP');
    await peer.send(peer.reply(invite, 200, 'OK', { toTag: 'callee', body: SDP }), invite.from);
    await calling;
    await peer.next('ACK');
  });

  it('several messages in one segment, and one message in many, are each heard', async () => {
    const peer = await bench.tcpPeer();
    await bench.app({ options: (_req, res) => res.send(200) });
    const two = peer.request('OPTIONS', bench.sip) + peer.request('OPTIONS', bench.sip);
    await peer.send(two, bench.sip);
    await peer.next(200);
    await peer.next(200);
    const third = peer.request('OPTIONS', bench.sip, { body: SDP });
    for (let at = 0; at < third.length; at += 100) await peer.send(third.slice(at, at + 100), bench.sip);
    await peer.next(200);
  });

  it('a message of 7 KB passes whole, either way', async () => {
    const peer = await bench.tcpPeer();
    const bodies = new Mailbox<string>();
    const app = await bench.app({
      invite: (req, res) => {
        bodies.put(req.body);
        app.srf.createUAS(req, res, { localSdp: LARGE_SDP }, () => undefined);
      },
    });
    const { answer } = await bench.call(peer, { body: LARGE_SDP });
    expect(await bodies.take()).toBe(LARGE_SDP);
    expect(answer.body).toBe(LARGE_SDP);
  });

  it('a peer that nobody is fails the call with 503', async () => {
    const gone = await bench.tcpPeer();
    const { uri } = gone;
    await gone.close();
    const app = await bench.app();
    await expect(app.srf.createUAC(uri, { localSdp: SDP })).rejects.toMatchObject({ status: 503 });
  });

  it('a double CRLF is answered with a single one', async () => {
    const socket = connect(bench.sip.port, bench.sip.host);
    const pong = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.write('\r\n\r\n');
    expect((await pong).toString()).toBe('\r\n');
    socket.destroy();
  });
});

describeEngines('over UDP', (bench) => {
  it('a message of 7 KB passes whole, either way', async () => {
    const peer = await bench.udpPeer();
    const { calls } = await bench.answeringApp();
    await bench.call(peer, { body: LARGE_SDP });
    expect((await calls.take()).remote.sdp).toBe(LARGE_SDP);
  });

  // This drachtio-server is built to send over UDP whatever the size.
  it.runIf(bench.kind === 'embedded')('a request of ours too large goes by TCP, unless TCP is refused', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    app.srf.createUAC(`sip:peer@${peer.host}:${peer.port}`, { localSdp: LARGE_SDP }).catch(() => undefined);
    const invite = await peer.next('INVITE');
    expect(invite.header('Via')).toContain('SIP/2.0/UDP');
    await peer.send(peer.reply(invite, 404, 'Not Found', { toTag: 'x' }), bench.sip);

    const stream = await bench.tcpPeer();
    const calling = app.srf.createUAC(`sip:peer@${stream.host}:${stream.port}`, { localSdp: LARGE_SDP });
    const byTcp = await stream.next('INVITE');
    expect(byTcp.header('Via')).toContain('SIP/2.0/TCP');
    await stream.send(stream.reply(byTcp, 200, 'OK', { toTag: 'y', body: SDP }), byTcp.from);
    await calling;
  });

  it('a caller behind a NAT is called back where it sends from', async () => {
    const peer = await bench.udpPeer();
    const { calls } = await bench.answeringApp();
    const { within } = await bench.call(peer, { contact: '<sip:caller@192.0.2.44:5060>' });
    expect(within.uri).toContain(String(bench.sip.port));
    const destroying = (await calls.take()).destroy();
    const bye = await peer.next('BYE');
    expect(bye.startLine).toBe('BYE sip:caller@192.0.2.44:5060 SIP/2.0');
    await peer.send(peer.reply(bye, 200, 'OK'), bench.sip);
    await destroying;
  });

  it('rubbish harms nothing', async () => {
    const peer = await bench.udpPeer();
    await bench.app({ options: (_req: SrfRequest, res: SrfResponse) => res.send(200) });
    const rubbish = [
      '',
      '\r\n\r\n',
      '\0\0\0\0',
      'INVITE',
      'INVITE sip:x SIP/2.0\r\n\r\n',
      'x'.repeat(60_000),
      'SIP/2.0 200 OK\r\n\r\n',
    ];
    for (const text of rubbish) await peer.send(text, bench.sip);
    const options = peer.request('OPTIONS', bench.sip);
    for (let cut = 1; cut < options.length; cut += 7) await peer.send(options.slice(0, cut), bench.sip);
    await peer.send(peer.request('OPTIONS', bench.sip), bench.sip);
    await peer.next(200);
  });

  it('two hundred calls at once are each answered, and each ended', async () => {
    const peer = await bench.udpPeer();
    const { calls } = await bench.answeringApp();
    const open = new Set<string>();
    for (let batch = 0; batch < 10; batch++) {
      // A kernel's buffer holds a batch of this size: the raw peer does not repeat what gets lost.
      const callIds = Array.from({ length: 20 }, newToken);
      await Promise.all(
        callIds.map((callId) => peer.send(peer.request('INVITE', bench.sip, { callId, body: SDP }), bench.sip)),
      );
      for (const callId of callIds) {
        await peer.next((message) => message.status === 100 && message.header('Call-ID') === callId);
        open.add(callId);
      }
    }
    expect(open.size).toBe(200);
    while (open.size > 0) {
      const answer = await peer.next((message) => message.status === 200 && open.has(message.header('Call-ID')));
      const within = withinDialog(answer);
      await peer.send(peer.request('ACK', bench.sip, { ...within, cseq: 1 }), bench.sip);
      await peer.send(peer.request('BYE', bench.sip, { ...within, cseq: 2 }), bench.sip);
      await calls.take();
      await peer.next((message) => message.header('CSeq') === '2 BYE' && message.header('Call-ID') === within.callId);
      open.delete(answer.header('Call-ID'));
    }
  });
});
