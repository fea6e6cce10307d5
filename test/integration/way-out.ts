import type { Json } from '../support/rest-client.ts';
import type { Stage } from './stage.ts';

/** The number that a destination behind a trunk has. */
const FAR_NUMBER = '+13105550111';

/** Makes a destination a telephone number, dialled through a trunk whose gateways are these phones, in this order. */
export async function dialThroughTrunk(
  stage: Stage,
  destination: string,
  gateways: readonly string[],
  trunk: Json = {},
): Promise<void> {
  const { id } = await stage.product.post('/trunks', {
    name: 'Way out',
    gateways: gateways.map((name, index) => ({ uri: `sip:${stage.buyer(name).at}`, priority: index + 1 })),
    ...trunk,
  });
  await stage.product.patch(`/destinations/${stage.ids.destinationIds[destination]}`, {
    uri: `tel:${FAR_NUMBER}`,
    trunkId: id,
  });
}
