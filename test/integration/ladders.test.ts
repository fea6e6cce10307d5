import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answers, rejects } from '../support/phone/behaviours.ts';
import { Phone } from '../support/phone/phone.ts';
import { Product } from '../support/product.ts';
import { DID, provision } from '../support/provision.ts';

describe('a call through the product', () => {
  let product: Product;
  let carrier: Phone;
  let buyer: Phone;

  beforeEach(async () => {
    product = await Product.start();
    carrier = await Phone.open({ name: 'carrier', t1Ms: 100 });
    buyer = await Phone.open({ name: 'buyer', t1Ms: 100, ladder: carrier.ladder });
  });

  afterEach(async () => {
    await carrier.close();
    await buyer.close();
    await product.stop();
  });

  it('is answered by the buyer, ended by the caller, and billed', async () => {
    buyer.onCall = answers({ ringMs: 20 });
    const { routeIds } = await provision(product, [{ name: 'a', uri: buyer.uri }]);
    const call = carrier.call({ to: `sip:${DID}@${product.sip}`, from: 'sip:+12125550123@127.0.0.1' });
    await call.waitFor('confirmed');
    call.bye();
    await call.waitFor('ended');
    const cdr = await product.onlyCdr();
    expect(cdr).toMatchObject({
      outcome: 'connected',
      hangupBy: 'caller',
      ani: '+12125550123',
      did: DID,
      routeId: routeIds['a'],
      buyerVerdict: { billable: true, reason: 'billable', amountMicros: 25_000_000 },
      publisherVerdict: { billable: true, amountMicros: 15_000_000 },
    });
  });
});
