import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Phone } from '../support/phone/phone.ts';
import { DID, provision } from '../support/provision.ts';
import { RawSipPeer, SDP } from '../support/raw-sip-peer.ts';
import { TollgateProcess } from '../support/tollgate-process.ts';

describe('a destination that answers so that no dialog comes of it', () => {
  let tollgate: TollgateProcess;
  let carrier: Phone;
  let buyer: RawSipPeer;

  beforeEach(async () => {
    tollgate = await TollgateProcess.start();
    carrier = await Phone.open({ name: 'carrier', t1Ms: 100 });
    buyer = await RawSipPeer.udp();
    await provision(tollgate, [{ name: 'odd', uri: buyer.uri }]);
  });

  afterEach(async () => {
    await carrier.close();
    await buyer.close();
    await tollgate.stop();
  });

  it.each([
    ['a 202', 202, (answer: string) => answer],
    ['a 200 without Contact', 200, (answer: string) => answer.replace(/^Contact: .*\r\n/m, '')],
  ])('with %s is acknowledged and hung up, and its call has failed', async (_name, status, worsened) => {
    const call = carrier.call({ to: `sip:${DID}@${tollgate.sip}` });
    const invite = await buyer.next('INVITE');
    await buyer.send(worsened(buyer.reply(invite, status, 'OK', { toTag: 'odd', body: SDP })), invite.from);
    await buyer.next('ACK');
    const bye = await buyer.next('BYE');
    await buyer.send(buyer.reply(bye, 200, 'OK'), bye.from);
    await call.waitFor('failed');
    const { outcome, attempts } = await tollgate.onlyCdr();
    expect(outcome).not.toBe('connected');
    expect(attempts).toMatchObject([{ hangupCause: 'unusable-answer' }]);
    expect(String(await tollgate.api('GET', '/metrics'))).toMatch(/^tollgate_sip_dialogs 0$/m);
  });
});
