import { describe, expect, it } from 'vitest';

import type { BuyerId, PublisherId } from '../../src/domain/ids.ts';
import type { E164 } from '../../src/domain/numbers/e164.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';
import { settleCall } from '../support/settle-call.ts';

type Party = 'buyer' | 'publisher';
const PARTIES: readonly Party[] = ['buyer', 'publisher'];

interface Stage {
  readonly api: TestApi;
  readonly ids: { readonly buyer: string; readonly publisher: string };
  readonly headers: Readonly<Record<Party, { readonly authorization: string }>>;
}

/** A call of one buyer and one publisher, another of others, and a key for each of the two, made through the API. */
async function withParties(): Promise<Stage> {
  const api = await startTestApi();
  const samples = new ApiSamples(api);
  const ids = { buyer: (await samples.create('buyers')).id, publisher: (await samples.create('publishers')).id };
  const parties = { buyerId: ids.buyer as BuyerId, publisherId: ids.publisher as PublisherId };
  await settleCall(api.store, 'call_1', parties);
  await settleCall(api.store, 'call_2');
  await api.expect(201, 'POST', '/v1/calls/call_1/adjustments', { party: 'buyer', amountMicros: -7, reason: 'b' });
  await api.expect(201, 'POST', '/v1/calls/call_1/adjustments', { party: 'publisher', amountMicros: -5, reason: 'p' });
  const keyFor = async (party: Party): Promise<{ authorization: string }> => {
    const role = `${party}:${ids[party]}`;
    const made = await api.expect(201, 'POST', '/v1/api-keys', { name: role, role });
    expect(made.role).toBe(role);
    return { authorization: `Bearer ${made.key}` };
  };
  return { api, ids, headers: { buyer: await keyFor('buyer'), publisher: await keyFor('publisher') } };
}

describe.each(PARTIES)('A key of a %s', (party) => {
  it('is refused the calls of others and calls there are none of alike, and lists its own alone', async () => {
    const { api, headers } = await withParties();
    const refusals = await Promise.all(
      ['call_2', 'call_none'].map((id) => api.expect(403, 'GET', `/v1/calls/${id}`, undefined, headers[party])),
    );
    expect(refusals[0]).toEqual(refusals[1]);
    const { data } = await api.expect(200, 'GET', '/v1/calls', undefined, headers[party]);
    expect(data.map(({ id }: Json) => id)).toEqual(['call_1']);
    await api.expect(403, 'GET', `/v1/calls?${party}Id=another`, undefined, headers[party]);
    await api.expect(403, 'GET', '/v1/calls?trunkId=trk_1', undefined, headers[party]);
  });

  it('sees its own side of a call, of every field in the description, and null for the rest', async () => {
    const { api, headers } = await withParties();
    const whole = await api.expect(200, 'GET', '/v1/calls/call_1');
    const call = await api.expect(200, 'GET', '/v1/calls/call_1', undefined, headers[party]);
    const { components } = await api.expect(200, 'GET', '/openapi.json');
    expect(Object.keys(call).toSorted()).toEqual(Object.keys(components.schemas.Call.properties).toSorted());
    const { data } = await api.expect(200, 'GET', '/v1/calls', undefined, headers[party]);
    expect(data).toEqual([call]);

    const other = party === 'buyer' ? 'publisher' : 'buyer';
    expect(call).toMatchObject({ [`${party}Id`]: whole[`${party}Id`], [`${party}Verdict`]: whole[`${party}Verdict`] });
    expect(call.currentVerdicts).toEqual({ [party]: whole.currentVerdicts[party], [other]: null });
    expect(call.adjustments.map((each: Json) => each.party)).toEqual([party]);
    for (const name of [`${other}Id`, `${other}Verdict`, 'decision', 'trunkId', 'hash', 'prevHash']) {
      expect([name, call[name]]).toEqual([name, null]);
    }
  });
});

describe('Of a call', () => {
  it('a buyer sees its price and not what is paid out', async () => {
    const { api, ids, headers } = await withParties();
    const { body, ...response } = await api.request('GET', '/v1/calls/call_1', undefined, headers.buyer);
    expect(response.statusCode).toBe(200);
    expect(JSON.parse(body).terms).toMatchObject({ priceMicros: 30_000_000, payout: null });
    for (const hidden of [ids.publisher, 'percent', '15000000', '14999995']) expect(body).not.toContain(hidden);
  });

  it('a publisher sees its payout, and neither buyer, destination, route, price nor who called', async () => {
    const { api, ids, headers } = await withParties();
    const whole = await api.expect(200, 'GET', '/v1/calls/call_1');
    const { body } = await api.request('GET', '/v1/calls/call_1', undefined, headers.publisher);
    const call = JSON.parse(body);
    expect(call.terms).toEqual({ payout: whole.terms.payout, test: false });
    expect(call.ani).toBe(`***${whole.ani.slice(-4)}`);
    expect(call.attempts).toEqual([]);
    for (const hidden of [ids.buyer, whole.destinationId, whole.routeId, whole.ani, '30000000', '29999993']) {
      expect(body).not.toContain(hidden);
    }
    for (const filter of ['ani=%2B12125550123', 'billable=true', 'buyerId=x', 'destinationId=x', 'routeId=x']) {
      await api.expect(403, 'GET', `/v1/calls?${filter}`, undefined, headers.publisher);
    }
  });
});

it('A publisher cannot put a number together of what is told beside its last digits, nor tell the ZIP', async () => {
  const { api, ids, headers } = await withParties();
  const number = '12128671201';
  const place = { source: 'entered', country: 'US', state: 'NY', zip: '10023', npa: '212', npaNxx: '212867' } as const;
  await settleCall(api.store, 'call_3', {
    ani: `+${number}` as E164,
    publisherId: ids.publisher as PublisherId,
    location: { ...place, timezone: 'America/New_York' },
  });
  const { body } = await api.request('GET', '/v1/calls/call_3', undefined, headers.publisher);
  const { ani, location } = JSON.parse(body);
  expect(ani).toBe('***1201');
  expect(location).toEqual({ ...place, zip: null, npaNxx: null, timezone: 'America/New_York' });
  const groups = Array.from({ length: number.length - 4 }, (_, at) => number.slice(at, at + 5));
  for (const hidden of [...groups, place.zip]) expect(body).not.toContain(hidden);
});

describe('A key for a party', () => {
  it.each(['buyer:byr_none', 'publisher:pub_none', 'buyer:', 'seller:x', 'buyer:a:b'])(
    'as %s is refused',
    async (role) => {
      const api = await startTestApi();
      expect((await api.expect(422, 'POST', '/v1/api-keys', { name: 'x', role })).errors[0].path).toBe('/role');
    },
  );
});
