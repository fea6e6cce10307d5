import { describe, expect, it } from 'vitest';
import { sample } from '../../../test/support/sample-plan.ts';
import type { BuyerId, DestinationId, TrunkId } from '../ids.ts';
import type { Ani } from '../numbers/e164.ts';
import type { Destination } from '../plan/party.ts';
import type { Trunk } from '../plan/trunk.ts';
import { dialAddresses } from './dial-addresses.ts';
import type { DialAddress } from './dial-target.ts';

const ONE = 'sip:gw1.example:5070;transport=tcp';
const TWO = 'sip:gw2.example';

function dialled(
  fields: Partial<Trunk> = {},
  uri = 'tel:+13105550111',
  down: readonly string[] = [],
): readonly DialAddress[] {
  const gateways = [ONE, TWO].map((each, index) => ({ uri: each, priority: index, weight: 1 }));
  const trunk: Trunk = { id: 'trk_1' as TrunkId, ...sample.trunk({ gateways, ...fields }) };
  const destination: Destination = {
    id: 'dst_1' as DestinationId,
    ...sample.destination('byr_1' as BuyerId, { uri, trunkId: trunk.id }),
  };
  return dialAddresses(
    destination,
    trunk,
    '+12125550123' as Ani,
    () => 0,
    (gateway) => down.includes(gateway),
  );
}

describe('where a destination behind a trunk is dialled', () => {
  it("is the trunk's gateways in their order, numbers and caller in its form", () => {
    expect(dialled({ numberFormat: 'national', trustIdentity: true })).toEqual([
      {
        uri: 'sip:3105550111@gw1.example:5070;transport=tcp',
        nextHop: null,
        fromUser: '2125550123',
        digest: null,
        gateway: ONE,
        trusted: true,
        barred: false,
      },
      expect.objectContaining({ uri: 'sip:3105550111@gw2.example', gateway: TWO }),
    ]);
  });

  it('is by way of a gateway where it has a URI of its own', () => {
    expect(dialled({}, 'sip:desk@pbx.example')[0]).toMatchObject({ uri: 'sip:desk@pbx.example', nextHop: ONE });
  });

  it('leaves out gateways that are down, unless all of them are', () => {
    const gateways = (down: readonly string[]) => dialled({}, undefined, down).map(({ gateway }) => gateway);
    expect(gateways([ONE])).toEqual([TWO]);
    expect(gateways([ONE, TWO])).toEqual([ONE, TWO]);
  });

  it('is nowhere where the trunk may not dial the number: one barred address says so', () => {
    expect(dialled({ allowedPrefixes: ['+44', '+1310'] }).map(({ barred }) => barred)).toEqual([false, false]);
    expect(dialled({ allowedPrefixes: ['+44'] })).toMatchObject([{ barred: true, gateway: ONE }]);
    expect(dialled({ enabled: false })).toEqual([]);
  });
});
