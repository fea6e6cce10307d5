import { expect, it } from 'vitest';
import { newBranch, newToken, SDP, tagOf } from '../support/raw-sip-peer.ts';
import { describeEngines, Mailbox } from './bench.ts';
import type { SrfMessage, SrfRequest, SrfResponse } from './srf-app.ts';

describeEngines('a call that is cancelled', (bench) => {
  const ids = (): { branch: string; callId: string; fromTag: string } => ({
    branch: newBranch(),
    callId: newToken(),
    fromTag: newToken(),
  });

  it('before the application said anything: 200 to the CANCEL, 487 to the INVITE, and the application hears of it', async () => {
    const peer = await bench.udpPeer();
    const invites = new Mailbox<{ req: SrfRequest; res: SrfResponse }>();
    const cancels = new Mailbox<SrfMessage>();
    await bench.app({
      invite: (req, res) => {
        req.on('cancel', cancels.put);
        invites.put({ req, res });
      },
    });
    const call = ids();
    await peer.send(peer.request('INVITE', bench.sip, { ...call, body: SDP }), bench.sip);
    await invites.take();
    const headers = ['Reason: SIP;cause=200;text="Call completed elsewhere"'];
    await peer.send(peer.request('CANCEL', bench.sip, { ...call, headers }), bench.sip);
    expect((await peer.next(200)).header('CSeq')).toBe('1 CANCEL');
    const terminated = await peer.next(487);
    expect(terminated.header('CSeq')).toBe('1 INVITE');
    expect((await cancels.take()).get('Reason')).toContain('Call completed elsewhere');
    await peer.send(peer.request('ACK', bench.sip, { ...call, to: terminated.header('To') }), bench.sip);
  });

  it('while it rings: the answer to the CANCEL carries the tag of the ringing, and a late answer is refused', async () => {
    const peer = await bench.udpPeer();
    const invites = new Mailbox<{ req: SrfRequest; res: SrfResponse }>();
    const cancels = new Mailbox<SrfMessage>();
    await bench.app({
      invite: (req, res) => {
        req.on('cancel', cancels.put);
        res.send(180);
        invites.put({ req, res });
      },
    });
    const call = ids();
    await peer.send(peer.request('INVITE', bench.sip, { ...call, body: SDP }), bench.sip);
    const ringing = await peer.next(180);
    const { res } = await invites.take();
    await peer.send(peer.request('CANCEL', bench.sip, call), bench.sip);
    await peer.next(200);
    const terminated = await peer.next(487);
    expect(tagOf(terminated.header('To'))).toBe(tagOf(ringing.header('To')));
    await cancels.take();
    await peer.send(peer.request('ACK', bench.sip, { ...call, to: terminated.header('To') }), bench.sip);
    const refusal = new Promise((resolve) => res.send(200, { body: SDP }, resolve));
    expect(await refusal).toBe('Response not sent due to unknown transaction');
  });

  it('that nobody knows: 481', async () => {
    const peer = await bench.udpPeer();
    await peer.send(peer.request('CANCEL', bench.sip, ids()), bench.sip);
    expect((await peer.next(481)).header('CSeq')).toBe('1 CANCEL');
  });

  it('by the application while it rings: CANCEL on the same branch, and 487 ends it', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const requests = new Mailbox<SrfRequest>();
    const ringing = new Mailbox<number>();
    const calling = app.srf.createUAC(
      peer.uri,
      { localSdp: SDP },
      { cbRequest: (_error, req) => requests.put(req), cbProvisional: ({ status }) => ringing.put(status) },
    );
    calling.catch(() => undefined);
    const invite = await peer.next('INVITE');
    await peer.send(peer.reply(invite, 180, 'Ringing', { toTag: 'callee' }), bench.sip);
    await ringing.take();
    (await requests.take()).cancel();
    const cancel = await peer.next('CANCEL');
    expect(cancel.header('Via')).toBe(invite.header('Via'));
    expect(cancel.header('CSeq')).toBe(invite.header('CSeq').replace('INVITE', 'CANCEL'));
    await peer.send(peer.reply(cancel, 200, 'OK', { toTag: 'callee' }), bench.sip);
    await peer.send(peer.reply(invite, 487, 'Request Terminated', { toTag: 'callee' }), bench.sip);
    await expect(calling).rejects.toMatchObject({ status: 487 });
    await peer.next('ACK');
  });

  it('by the application before any answer: the CANCEL waits for the first provisional response', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const requests = new Mailbox<SrfRequest>();
    const calling = app.srf.createUAC(peer.uri, { localSdp: SDP }, { cbRequest: (_error, req) => requests.put(req) });
    calling.catch(() => undefined);
    const invite = await peer.next('INVITE');
    const req = await requests.take();
    await new Promise<void>((resolve) => req.cancel(() => resolve()));
    expect(peer.heard.some(({ method }) => method === 'CANCEL')).toBe(false);
    await peer.send(peer.reply(invite, 180, 'Ringing', { toTag: 'callee' }), bench.sip);
    const cancel = await peer.next('CANCEL');
    await peer.send(peer.reply(cancel, 200, 'OK'), bench.sip);
    await peer.send(peer.reply(invite, 487, 'Request Terminated', { toTag: 'callee' }), bench.sip);
    await expect(calling).rejects.toMatchObject({ status: 487 });
  });

  it('by the application as it is answered: the call is acknowledged and hung up', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const requests = new Mailbox<SrfRequest>();
    const ringing = new Mailbox<number>();
    const calling = app.srf.createUAC(
      peer.uri,
      { localSdp: SDP },
      { cbRequest: (_error, req) => requests.put(req), cbProvisional: ({ status }) => ringing.put(status) },
    );
    const invite = await peer.next('INVITE');
    await peer.send(peer.reply(invite, 180, 'Ringing', { toTag: 'callee' }), bench.sip);
    await ringing.take();
    (await requests.take()).cancel();
    const cancel = await peer.next('CANCEL');
    await peer.send(peer.reply(invite, 200, 'OK', { toTag: 'callee', body: SDP }), bench.sip);
    await peer.send(peer.reply(cancel, 481, 'Call/Transaction Does Not Exist'), bench.sip);
    const dialog = await calling;
    await peer.next('ACK');
    const bye = await peer.next('BYE');
    expect(bye.header('Reason')).toContain('ACK-BYE due to cancel race condition');
    await peer.send(peer.reply(bye, 200, 'OK'), bench.sip);
    await expect(dialog.destroy()).rejects.toThrow(/unable to find dialog/);
  });
});
