import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { newBranch, newToken, SDP, tagOf } from '../support/raw-sip-peer.ts';
import { describeEngines, Mailbox } from './bench.ts';
import type { SrfRequest, SrfResponse } from './srf-app.ts';

describeEngines('requests outside a call', (bench) => {
  it('OPTIONS reaches the application that asked for it, with where it came from', async () => {
    const peer = await bench.udpPeer();
    const requests = new Mailbox<SrfRequest>();
    await bench.app({
      options: (req, res) => {
        requests.put(req);
        res.send(200, { headers: { Allow: 'INVITE, ACK', 'x-own': 'kept' } });
      },
    });
    await peer.send(peer.request('OPTIONS', bench.sip), bench.sip);
    const answer = await peer.next(200);
    expect(answer.header('Allow')).toBe('INVITE, ACK');
    expect(answer.header('x-own')).toBe('kept');
    expect(tagOf(answer.header('To'))).not.toBe('');
    const req = await requests.take();
    expect(req.source_address).toBe(peer.host);
    expect(req.source_port).toBe(peer.port);
    expect(req.protocol).toBe('udp');
  });

  it('a method nobody asked for gets 503', async () => {
    const peer = await bench.udpPeer();
    await bench.app({ invite: (_req, res) => res.send(480) });
    for (const method of ['OPTIONS', 'REGISTER', 'MESSAGE', 'SUBSCRIBE']) {
      await peer.send(peer.request(method, bench.sip), bench.sip);
      expect((await peer.next(503)).header('CSeq')).toBe(`1 ${method}`);
    }
  });

  it('an INVITE without any application gets 503', async () => {
    const peer = await bench.udpPeer();
    await peer.send(peer.request('INVITE', bench.sip, { body: SDP }), bench.sip);
    await peer.next(503);
  });

  it('several applications take turns', async () => {
    const peer = await bench.udpPeer();
    const seen: string[] = [];
    const handler = (name: string) => (_req: SrfRequest, res: SrfResponse) => {
      seen.push(name);
      res.send(200);
    };
    await bench.app({ options: handler('first') });
    await bench.app({ options: handler('second') });
    for (let count = 0; count < 4; count++) {
      await peer.send(peer.request('OPTIONS', bench.sip), bench.sip);
      await peer.next(200);
    }
    expect(seen.toSorted()).toEqual(['first', 'first', 'second', 'second']);
  });

  it('the application sends OPTIONS and gets the answer', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const req = await app.srf.request(peer.uri, { method: 'OPTIONS', headers: { Subject: 'Are you there?' } });
    const answers = new Mailbox<SrfResponse>();
    req.on('response', answers.put);
    const options = await peer.next('OPTIONS');
    expect(options.header('Subject')).toBe('Are you there?');
    expect(options.header('Max-Forwards')).toBe('70');
    expect(options.header('Via')).toContain(`${bench.sip.host}:${bench.sip.port}`);
    await peer.send(peer.reply(options, 200, 'OK', { toTag: 'x' }), bench.sip);
    expect((await answers.take()).status).toBe(200);
  });

  it('a request answers a challenge: the same Call-ID, the next CSeq, credentials', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const calling = app.srf.createUAC(peer.uri, { localSdp: SDP, auth: { username: 'u', password: 'p' } });
    const first = await peer.next('INVITE');
    const headers = ['WWW-Authenticate: Digest realm="test", nonce="abc", qop="auth", algorithm=MD5'];
    await peer.send(peer.reply(first, 401, 'Unauthorized', { toTag: 'x', headers }), bench.sip);
    await peer.next('ACK');
    const second = await peer.next('INVITE');
    expect(second.header('Call-ID')).toBe(first.header('Call-ID'));
    expect(second.header('Via')).not.toBe(first.header('Via'));
    expect(Number.parseInt(second.header('CSeq'), 10)).toBe(Number.parseInt(first.header('CSeq'), 10) + 1);
    expect(second.header('Authorization')).toContain('username="u"');
    await peer.send(peer.reply(second, 200, 'OK', { toTag: 'y', body: SDP }), bench.sip);
    await calling;
    expect((await peer.next('ACK')).header('CSeq')).toBe(second.header('CSeq').replace('INVITE', 'ACK'));
  });

  it('a request goes by the proxy the application names', async () => {
    const proxy = await bench.udpPeer();
    const app = await bench.app();
    const calling = app.srf.createUAC('sip:far@192.0.2.1', { localSdp: SDP, proxy: proxy.uri });
    calling.catch(() => undefined);
    const invite = await proxy.next('INVITE');
    expect(invite.startLine).toBe('INVITE sip:far@192.0.2.1 SIP/2.0');
    await proxy.send(proxy.reply(invite, 404, 'Not Found', { toTag: 'x' }), bench.sip);
    await expect(calling).rejects.toMatchObject({ status: 404 });
  });

  it('the engine never calls itself', async () => {
    const app = await bench.app();
    const calling = app.srf.createUAC(`sip:me@${bench.sip.host}:${bench.sip.port}`, { localSdp: SDP });
    await expect(calling).rejects.toThrow('can not send request to myself');
  });

  it('Via keeps where a request really came from', async () => {
    const peer = await bench.udpPeer();
    await bench.app({ options: (_req, res) => res.send(200) });
    const request = peer
      .request('OPTIONS', bench.sip)
      .replace(/Via: SIP\/2\.0\/UDP [^;]+/, 'Via: SIP/2.0/UDP nat.example.com');
    await peer.send(request, bench.sip);
    const via = (await peer.next(200)).header('Via');
    expect(via).toContain(`received=${peer.host}`);
    expect(via).toContain(`rport=${peer.port}`);
  });

  // drachtio-server answers the second way with 100 and nothing more.
  it.runIf(bench.kind === 'embedded')('a request that comes by two ways is merged: 482 to the second', async () => {
    const peer = await bench.udpPeer();
    const { calls } = await bench.answeringApp();
    const ids = { callId: newToken(), fromTag: 'a', body: SDP };
    await peer.send(peer.request('INVITE', bench.sip, { ...ids, branch: newBranch() }), bench.sip);
    await peer.send(peer.request('INVITE', bench.sip, { ...ids, branch: newBranch() }), bench.sip);
    await peer.next(482);
    await peer.next(200);
    await calls.take();
  });

  // drachtio-server does not answer methods it has not heard of.
  it.runIf(bench.kind === 'embedded')('a method nobody has heard of gets 501', async () => {
    const peer = await bench.udpPeer();
    await peer.send(peer.request('BREW', bench.sip), bench.sip);
    await peer.next(501);
  });

  it('the proxy command is refused with words', async () => {
    if (bench.kind === 'drachtio') return;
    const peer = await bench.udpPeer();
    const reasons = new Mailbox<unknown>();
    await bench.app({
      invite: (req, res) => {
        req.proxy({ destination: peer.uri }).catch((error: unknown) => {
          reasons.put(error);
          res.send(480);
        });
      },
    });
    await peer.send(peer.request('INVITE', bench.sip, { body: SDP }), bench.sip);
    expect(await reasons.take()).toMatch(/does not proxy/);
    await peer.next(480);
  });
});

describeEngines('the control port', (bench) => {
  const talk = async (bytes: string): Promise<string> => {
    const socket = connect(bench.engine.admin.port, bench.engine.admin.host);
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk.toString()));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(bytes);
    await once(socket, 'close');
    return heard;
  };

  it('refuses a wrong secret, and hangs up', async () => {
    const command = '11111111-aaaa|authenticate|wrong|';
    expect(await talk(`${command.length}#${command}`)).toContain('|response|11111111-aaaa|NO|incorrect secret');
  });

  it('hangs up on what is not framed', async () => {
    expect(await talk('GET / HTTP/1.1\r\n\r\n')).toBe('');
  });

  // drachtio-server would obey.
  it.runIf(bench.kind === 'embedded')('obeys nobody before the secret is given', async () => {
    const command = '22222222-bbbb|route|invite';
    expect(await talk(`${command.length}#${command}`)).toContain('|response|22222222-bbbb|NO|not authenticated');
  });
});
