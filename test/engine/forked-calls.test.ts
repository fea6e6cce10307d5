import { expect, it } from 'vitest';
import { SDP, tagOf } from '../support/raw-sip-peer.ts';
import { describeEngines } from './bench.ts';

describeEngines('a call that is forked on its way', (bench) => {
  it('rings at several callees; the first that answers has it', async () => {
    const peer = await bench.udpPeer();
    const app = await bench.app();
    const heard: number[] = [];
    const calling = app.srf.createUAC(
      peer.uri,
      { localSdp: SDP },
      { cbProvisional: ({ status }) => heard.push(status) },
    );
    const invite = await peer.next('INVITE');
    await peer.send(peer.reply(invite, 180, 'Ringing', { toTag: 'one' }), bench.sip);
    await peer.send(peer.reply(invite, 183, 'Session Progress', { toTag: 'two', body: SDP }), bench.sip);
    await peer.send(peer.reply(invite, 200, 'OK', { toTag: 'two', body: SDP }), bench.sip);
    const dialog = await calling;
    expect(heard).toEqual([180, 183]);
    expect(dialog.sip.remoteTag).toBe('two');
    expect(tagOf((await peer.next('ACK')).header('To'))).toBe('two');
  });

  // drachtio-server takes the second 200 for the first one repeated and sends the first ACK again.
  it.runIf(bench.kind === 'embedded')(
    'and answered twice: the second callee is acknowledged and hung up, the first talks on',
    async () => {
      const peer = await bench.udpPeer();
      const app = await bench.app();
      const { dialog, invite } = await bench.callOut(app, peer, 'one');
      await peer.send(peer.reply(invite, 200, 'OK', { toTag: 'two', body: SDP }), bench.sip);
      const ack = await peer.next('ACK');
      expect(tagOf(ack.header('To'))).toBe('two');
      const bye = await peer.next('BYE');
      expect(tagOf(bye.header('To'))).toBe('two');
      await peer.send(peer.reply(bye, 200, 'OK'), bench.sip);

      const destroying = dialog.destroy();
      const own = await peer.next('BYE');
      expect(tagOf(own.header('To'))).toBe('one');
      await peer.send(peer.reply(own, 200, 'OK'), bench.sip);
      await destroying;
    },
  );
});
