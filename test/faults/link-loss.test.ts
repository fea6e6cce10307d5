import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engines, type EngineUnderTest } from '../engine/engines.ts';
import { BreakableLink } from '../support/breakable-link.ts';
import { answers, ringsForever } from '../support/phone/behaviours.ts';
import type { OutgoingCall } from '../support/phone/outgoing-call.ts';
import { Phone } from '../support/phone/phone.ts';
import { Product } from '../support/product.ts';
import { DID, provision } from '../support/provision.ts';

describe.each(engines)('over the loss of the link to the SIP server ($kind)', ({ start }) => {
  let engine: EngineUnderTest;
  let link: BreakableLink;
  let product: Product;
  let carrier: Phone;
  let buyer: Phone;
  let second: Phone;

  beforeEach(async () => {
    engine = await start();
    link = await BreakableLink.to(engine.admin);
    carrier = await Phone.open({ name: 'carrier' });
    buyer = await Phone.open({ name: 'buyer', ladder: carrier.ladder, onCall: answers() });
    second = await Phone.open({ name: 'second', ladder: carrier.ladder, onCall: answers() });
    product = await Product.start({
      env: {
        TOLLGATE_ENGINE: 'drachtio',
        DRACHTIO_HOST: '127.0.0.1',
        DRACHTIO_PORT: String(link.port),
        DRACHTIO_SECRET: engine.admin.secret,
      },
    });
    await provision(product, [
      { name: 'first', uri: buyer.uri },
      { name: 'second', uri: second.uri },
    ]);
  });

  afterEach(async () => {
    link.mend();
    await product.stop();
    await link.close();
    await engine.close();
    for (const phone of [carrier, buyer, second]) await phone.close();
  });

  const call = (): OutgoingCall =>
    carrier.call({ to: `sip:${DID}@${product.sip}`, via: `${engine.sip.host}:${engine.sip.port}` });
  /** A call that Tollgate, too, knows to be up: what a link breaks into before that can't be told from a failure. */
  const connected = async (): Promise<OutgoingCall> => {
    const talking = call();
    await talking.waitFor('confirmed');
    await expect.poll(async () => (await product.cdrs())[0]?.connectedAt).toEqual(expect.any(String));
    return talking;
  };
  const readiness = async (): Promise<number> => (await fetch(`http://${product.http}/readyz`)).status;
  const isReady = async (status: number): Promise<void> => {
    await expect.poll(readiness, { timeout: 5_000 }).toBe(status);
  };

  const breakAndMend = async (): Promise<void> => {
    link.cut();
    await isReady(503);
    link.mend();
    await isReady(200);
  };

  it('a call that is up stays up, and the BYE that ends it ends it on both sides and settles it', async () => {
    const talking = await connected();
    await breakAndMend();
    const answered = await buyer.waitForCall();
    expect([talking.has('ended'), answered.has('ended')]).toEqual([false, false]);
    // The real server has forgotten whose call it is and says 481; the other side is hung up all the same.
    await talking.bye();
    await answered.waitFor('ended', { timeoutMs: 8_000 });
    expect(await product.onlyCdr()).toMatchObject({ outcome: 'connected', hangupBy: 'caller', estimated: false });
  });

  it('a call can be ended by us while the link is down: both sides are hung up when it is back', async () => {
    const talking = await connected();
    const answered = await buyer.waitForCall();
    const [live] = (await product.get('/live-calls')).data;
    link.cut();
    await isReady(503);
    await product.post(`/live-calls/${live.id}/hangup`, {});
    const cdr = await product.onlyCdr();
    expect(cdr).toMatchObject({ outcome: 'connected', hangupBy: 'system', hangupCause: 'operator' });
    expect([talking.has('ended'), answered.has('ended')]).toEqual([false, false]);
    link.mend();
    await Promise.all([talking.waitFor('ended'), answered.waitFor('ended')]);
  });

  it('a call that rings ends: nobody rings on, the caller is told, and its record says why', async () => {
    buyer.onCall = ringsForever();
    const ringing = call();
    await ringing.waitFor('ringing');
    await breakAndMend();
    await ringing.waitFor(503);
    await (await buyer.waitForCall()).waitFor('cancelled');
    expect(second.calls).toHaveLength(0);
    const cdr = await product.onlyCdr();
    expect(cdr).toMatchObject({ outcome: 'failed', hangupCause: 'link-lost', buyerVerdict: { billable: false } });
  });

  it('stops in order while the link is down', async () => {
    link.cut();
    await isReady(503);
    await expect(product.app.shutDown()).resolves.toBeUndefined();
  });

  it('new calls work after it, however often it happens', async () => {
    for (let time = 1; time <= 3; time += 1) {
      await breakAndMend();
      const made = call();
      await made.waitFor('confirmed');
      expect((await made.bye()).status).toBe(200);
      await product.waitForCdrs(time);
    }
  });
});
