import { expect, it, onTestFinished } from 'vitest';
import type { Clock } from '../../src/calls/ports/clock.ts';
import { Phone } from '../support/phone/phone.ts';
import { Product } from '../support/product.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { hurriedClock } from './clocks.ts';

/** Whatever is due within a second of the start is due at once: long before any SIP server can have come up. */
const eagerClock: Clock = hurriedClock((ms) => ms <= 1_000, 0);

it('asks the gateways of a trunk from before as soon as there is a SIP server to ask them through', async () => {
  const gateway = await Phone.open({ name: 'gateway' });
  onTestFinished(() => gateway.close());
  const dataDir = temporaryFolder();
  const before = await Product.start({ dataDir });
  const gateways = [{ uri: `sip:${gateway.at}` }];
  const trunk = await before.post('/trunks', { name: 'Carrier', sources: ['127.0.0.1/32'], gateways });
  await before.app.shutDown();

  const product = await Product.start({ dataDir, clock: eagerClock });
  onTestFinished(() => product.stop());
  await expect
    .poll(async () => (await product.get(`/trunks/${trunk.id}/gateways`)).gateways, { timeout: 5_000, interval: 20 })
    .toMatchObject([{ state: 'up', lastStatus: 200 }]);
});
