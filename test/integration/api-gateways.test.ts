import { describe, expect, it } from 'vitest';
import type { WatchedGateway } from '../../src/calls/gateway-watch.ts';
import { UNHEARD } from '../../src/domain/call/gateway-health.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { startTestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';

const GATEWAY = { uri: 'sip:gw1.example', priority: 1, weight: 100, probe: true };

describe("a trunk's gateways", () => {
  it('are shown with what is known of them', async () => {
    const known: WatchedGateway[] = [
      {
        gateway: GATEWAY,
        health: { state: 'down', misses: 4, lastAnswerAt: 1_795_000_000_000 as EpochMs, lastStatus: 503 },
      },
      { gateway: { uri: 'sip:gw2.example', priority: 2, weight: 1 }, health: UNHEARD },
    ];
    const api = await startTestApi({ gatewaysOf: () => known });
    const trunk = await api.expect(201, 'POST', '/v1/trunks', { name: 'Carrier', gateways: [GATEWAY] });
    expect(await api.expect(200, 'GET', `/v1/trunks/${trunk.id}/gateways`)).toEqual({
      gateways: [
        { ...GATEWAY, state: 'down', lastAnswerAt: '2026-11-18T11:06:40.000Z', lastStatus: 503 },
        {
          uri: 'sip:gw2.example',
          priority: 2,
          weight: 1,
          probe: true,
          state: 'unknown',
          lastAnswerAt: null,
          lastStatus: null,
        },
      ],
    });
  });

  it('are unknown where nobody asks them, and nobody is where there is no such trunk', async () => {
    const api = await startTestApi();
    const gateways = [{ ...GATEWAY, probe: false }];
    const trunk = await api.expect(201, 'POST', '/v1/trunks', { name: 'Carrier', gateways });
    const { gateways: shown } = await api.expect(200, 'GET', `/v1/trunks/${trunk.id}/gateways`);
    expect(shown).toMatchObject([{ probe: false, state: 'unknown' }]);
    await api.expect(404, 'GET', '/v1/trunks/trk_none/gateways');
  });

  it('are for those who may read the configuration', async () => {
    const api = await startTestApi();
    const trunk = await api.expect(201, 'POST', '/v1/trunks', { name: 'Carrier' });
    const authorization = `Bearer ${await api.keyFor('viewer')}`;
    await api.expect(200, 'GET', `/v1/trunks/${trunk.id}/gateways`, undefined, { authorization });
    const { id } = await api.expect(201, 'POST', '/v1/buyers', await new ApiSamples(api).body('buyers'));
    const buyer = `Bearer ${await api.keyFor(`buyer:${id}`)}`;
    await api.expect(403, 'GET', `/v1/trunks/${trunk.id}/gateways`, undefined, { authorization: buyer });
  });
});

describe('a destination', () => {
  it('whose number its trunk may not dial is refused, made or changed', async () => {
    const api = await startTestApi();
    const trunk = await api.expect(201, 'POST', '/v1/trunks', { name: 'Home', allowedPrefixes: ['+1415', '+44'] });
    const body = { ...(await new ApiSamples(api).body('destinations')), trunkId: trunk.id };
    const abroad = await api.expect(422, 'POST', '/v1/destinations', { ...body, uri: 'tel:+13105550111' });
    expect(abroad.errors).toEqual([{ path: '/uri', message: expect.stringContaining('+1415, +44') }]);
    const made = await api.expect(201, 'POST', '/v1/destinations', { ...body, uri: 'tel:+14155550123' });
    await api.expect(422, 'PATCH', `/v1/destinations/${made.id}`, { uri: 'tel:+13105550111' });
    await api.expect(200, 'PATCH', `/v1/destinations/${made.id}`, { uri: 'tel:+442079460123' });
  });
});
