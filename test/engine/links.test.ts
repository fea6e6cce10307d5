import { expect, it } from 'vitest';
import { SDP } from '../support/raw-sip-peer.ts';
import { describeEngines, Mailbox } from './bench.ts';
import type { SrfRequest } from './srf-app.ts';

describeEngines('the link to the application', (bench) => {
  it('may break: a call stays up, and an application that comes back hangs it up by its id', async () => {
    const peer = await bench.udpPeer();
    const { app, calls } = await bench.answeringApp();
    await bench.call(peer);
    const { id } = await calls.take();
    await app.drop();
    const back = await bench.app();
    const sent = new Mailbox<SrfRequest>();
    back.srf.app.request({ method: 'BYE', stackDialogId: id, headers: { Reason: 'SIP;cause=503' } }, (error, req) => {
      if (error === null && req !== undefined) sent.put(req);
    });
    const bye = await peer.next('BYE');
    expect(bye.header('Reason')).toBe('SIP;cause=503');
    await peer.send(peer.reply(bye, 200, 'OK'), bench.sip);
    expect((await sent.take()).method).toBe('BYE');
  });

  it('may break: the caller who hangs up then gets 481, and the call is gone', async () => {
    const peer = await bench.udpPeer();
    const { app, calls } = await bench.answeringApp();
    const { within } = await bench.call(peer);
    const { id } = await calls.take();
    await app.drop();
    await peer.send(peer.request('BYE', bench.sip, { ...within, cseq: 2 }), bench.sip);
    await peer.next(481);
    const back = await bench.app();
    const failures = new Mailbox<Error>();
    back.srf.app.request({ method: 'BYE', stackDialogId: id }, (error) => {
      if (error !== null) failures.put(error);
    });
    expect(await failures.take()).toMatchObject({ code: 'ENODIALOG' });
  });

  // drachtio-server leaves the caller in silence; the callers of the embedded engine may go elsewhere at once.
  it.runIf(bench.kind === 'embedded')(
    'may break: who waits for an answer gets 503, and who is called gets CANCEL',
    async () => {
      const caller = await bench.udpPeer();
      const callee = await bench.udpPeer();
      const app = await bench.app({
        invite: (_req, res) => {
          res.send(180);
          app.srf.createUAC(callee.uri, { localSdp: SDP }).catch(() => undefined);
        },
      });
      await caller.send(caller.request('INVITE', bench.sip, { body: SDP }), bench.sip);
      await caller.next(180);
      const invite = await callee.next('INVITE');
      await callee.send(callee.reply(invite, 180, 'Ringing', { toTag: 'x' }), bench.sip);
      await callee.send(callee.request('OPTIONS', bench.sip), bench.sip);
      await callee.next(503);
      await app.drop();
      await caller.next(503);
      const cancel = await callee.next('CANCEL');
      await callee.send(callee.reply(cancel, 200, 'OK'), bench.sip);
    },
  );

  it.runIf(bench.kind === 'embedded')('may break: who answers then is acknowledged and hung up', async () => {
    const callee = await bench.udpPeer();
    const app = await bench.app();
    app.srf.createUAC(callee.uri, { localSdp: SDP }).catch(() => undefined);
    const invite = await callee.next('INVITE');
    await app.drop();
    await callee.send(callee.request('OPTIONS', bench.sip), bench.sip);
    await callee.next(503);
    await callee.send(callee.reply(invite, 200, 'OK', { toTag: 'late', body: SDP }), bench.sip);
    await callee.next('ACK');
    const bye = await callee.next('BYE');
    await callee.send(callee.reply(bye, 200, 'OK'), bench.sip);
  });

  it('an ACK and a BYE for a dialog that never was are refused', async () => {
    const app = await bench.app();
    const failures = new Mailbox<Error>();
    app.srf.app.request({ method: 'BYE', stackDialogId: 'nothing;from-tag=none' }, (error) => {
      if (error !== null) failures.put(error);
    });
    expect(await failures.take()).toMatchObject({ code: 'ENODIALOG' });
  });
});
