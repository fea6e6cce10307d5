import { describe, expect, it } from 'vitest';

import type { RouteQuestion } from '../../src/api/ports.ts';
import type { LiveCall } from '../../src/calls/live-calls.ts';
import type { BuyerId, CallId, CampaignId, TrunkId } from '../../src/domain/ids.ts';
import type { Ani, E164 } from '../../src/domain/numbers/e164.ts';
import type { IsoInstant } from '../../src/domain/time.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';
import { draftCdr, openCallOf, SAMPLE_PLAN } from '../support/sample-call.ts';

/** Admits a call and, where it is to be over, settles it. */
async function record(api: TestApi, id: string, fields: Json = {}): Promise<void> {
  const draft = draftCdr(id, fields);
  await api.store.calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve: [], draft }));
  if (draft.endedAt === null) return;
  await api.store.calls.settleCall(id as CallId, () => ({ cdr: draft, postings: [] }));
}

const NOTHING_OWED = { billable: false, reason: 'below-min-talk', amountMicros: 0 };
const ENDED = {
  endedAt: '2026-11-21T14:05:00.000Z',
  outcome: 'connected',
  buyerVerdict: NOTHING_OWED,
  publisherVerdict: NOTHING_OWED,
};

describe('/v1/calls', () => {
  it('lists records newest first, open ones among them, and reads one', async () => {
    const api = await startTestApi();
    await record(api, 'call_1', { ...ENDED, receivedAt: '2026-11-21T14:00:00.000Z' });
    await record(api, 'call_2', { receivedAt: '2026-11-21T14:01:00.000Z' });
    const { data, nextCursor } = await api.expect(200, 'GET', '/v1/calls');
    expect(data.map(({ id }: Json) => id)).toEqual(['call_2', 'call_1']);
    expect(nextCursor).toBeNull();
    expect(data[0]).toMatchObject({ endedAt: null, hash: null });
    expect(data[1].hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await api.expect(200, 'GET', '/v1/calls/call_1')).toEqual(data[1]);
    expect(await api.expect(404, 'GET', '/v1/calls/call_none')).toMatchObject({ code: 'not-found' });
  });

  it('shows every field of the contract, null where nothing is known', async () => {
    const api = await startTestApi();
    await record(api, 'call_1', ENDED);
    const call = await api.expect(200, 'GET', '/v1/calls/call_1');
    const described = (await api.expect(200, 'GET', '/openapi.json')).components.schemas.Call.properties;
    expect(Object.keys(call).sort()).toEqual(Object.keys(described).sort());
    expect(Object.keys(call)).toEqual(
      expect.arrayContaining(['decision', 'terms', 'buyerVerdict', 'attempts', 'disposition', 'hash', 'prevHash']),
    );
  });

  it('is searched by what a record says', async () => {
    const api = await startTestApi();
    await record(api, 'call_1', { ...ENDED, campaignId: 'cmp_1', ani: '+12125550123', buyerId: 'byr_1' });
    const location = {
      source: 'entered',
      country: 'US',
      state: 'NY',
      zip: null,
      npa: null,
      npaNxx: null,
      timezone: null,
    };
    await record(api, 'call_2', { ...ENDED, campaignId: 'cmp_2', ani: 'anonymous', outcome: 'busy', location });
    await record(api, 'call_3', {
      ...ENDED,
      campaignId: 'cmp_3',
      did: '+13125550100',
      ani: '+13125550123',
      estimated: true,
    });
    for (const [query, ids] of [
      ['state=NY', ['call_2']],
      ['state=ZZ', []],
      ['estimated=true', ['call_3']],
      ['estimated=false', ['call_2', 'call_1']],
      ['campaignId=cmp_1', ['call_1']],
      ['ani=%2B12125550123', ['call_1']],
      ['ani=+12125550123', ['call_1']],
      ['ani=2125550123', ['call_1']],
      ['ani=anonymous', ['call_2']],
      ['outcome=busy', ['call_2']],
      ['buyerId=byr_1&outcome=connected', ['call_1']],
      ['buyerId=byr_1&outcome=busy', []],
      ['did=4155550100', ['call_2', 'call_1']],
      ['billable=false', ['call_3', 'call_2', 'call_1']],
      ['billable=true', []],
      ['routeId=rte_1', []],
    ] as const) {
      const { data } = await api.expect(200, 'GET', `/v1/calls?${query}`);
      expect([query, data.map(({ id }: Json) => id).sort()]).toEqual([query, [...ids].sort()]);
    }
  });

  it('is searched by a span that includes its beginning and not its end', async () => {
    const api = await startTestApi();
    for (const minute of [0, 1, 2]) {
      await record(api, `call_${minute}`, { ...ENDED, receivedAt: `2026-11-21T14:0${minute}:00.000Z` });
    }
    const span = 'from=2026-11-21T14:00:00Z&to=2026-11-21T15:02:00%2B01:00';
    const { data } = await api.expect(200, 'GET', `/v1/calls?${span}`);
    expect(data.map(({ id }: Json) => id)).toEqual(['call_1', 'call_0']);
  });

  it('keeps its pages while calls arrive', async () => {
    const api = await startTestApi();
    for (const minute of [0, 1, 2]) {
      await record(api, `call_${minute}`, { receivedAt: `2026-11-21T14:0${minute}:00.000Z` });
    }
    const first = await api.expect(200, 'GET', '/v1/calls?limit=2');
    await record(api, 'call_3', { receivedAt: '2026-11-21T14:03:00.000Z' });
    const second = await api.expect(200, 'GET', `/v1/calls?limit=2&cursor=${first.nextCursor}`);
    expect([...first.data, ...second.data].map(({ id }: Json) => id)).toEqual(['call_2', 'call_1', 'call_0']);
    await api.expect(422, 'GET', `/v1/calls?outcome=busy&cursor=${first.nextCursor}`);
  });

  it.each([
    ['ani=abc', '/ani'],
    ['did=abc', '/did'],
    ['outcome=nice', '/outcome'],
    ['billable=1', '/billable'],
    ['from=yesterday', '/from'],
    ['from=2026-11-21T14:00:00', '/from'],
    ['from=2026-11-21T14:00:00Z&to=2026-11-21T13:00:00Z', '/to'],
    ['colour=red', '/colour'],
  ])('refuses %s at %s', async (query, path) => {
    const api = await startTestApi();
    expect((await api.expect(422, 'GET', `/v1/calls?${query}`)).errors[0].path).toBe(path);
  });
});

function liveCall(id: string, fields: Partial<LiveCall> = {}): LiveCall {
  return {
    id: id as CallId,
    state: 'ringing',
    did: '+14155550100' as E164,
    ani: '+12125550123' as Ani,
    trunkId: 'trk_1' as TrunkId,
    campaignId: 'cmp_1' as CampaignId,
    publisherId: null,
    buyerId: null,
    destinationId: null,
    routeId: null,
    receivedAt: '2026-11-21T14:00:00.000Z' as IsoInstant,
    connectedAt: null,
    ...fields,
  };
}

describe('/v1/live-calls', () => {
  it('lists calls in progress by page, state, campaign and buyer', async () => {
    const api = await startTestApi();
    api.live.push(
      liveCall('call_2', { state: 'connected', buyerId: 'byr_1' as BuyerId }),
      liveCall('call_1'),
      liveCall('call_3', { campaignId: null }),
    );
    const idsOf = async (query: string): Promise<string[]> =>
      (await api.expect(200, 'GET', `/v1/live-calls${query}`)).data.map(({ id }: Json) => id);
    expect(await idsOf('')).toEqual(['call_1', 'call_2', 'call_3']);
    expect(await idsOf('?state=connected')).toEqual(['call_2']);
    expect(await idsOf('?campaignId=cmp_1&state=ringing')).toEqual(['call_1']);
    expect(await idsOf('?buyerId=byr_1')).toEqual(['call_2']);
    const first = await api.expect(200, 'GET', '/v1/live-calls?limit=2');
    expect(await idsOf(`?limit=2&cursor=${first.nextCursor}`)).toEqual(['call_3']);
    await api.expect(422, 'GET', '/v1/live-calls?cursor=foreign');
    await api.expect(422, 'GET', '/v1/live-calls?state=happy');
  });

  it('hangs up what is live with 202, and knows nothing else', async () => {
    const api = await startTestApi();
    api.live.push(liveCall('call_1'));
    expect(await api.expect(202, 'POST', '/v1/live-calls/call_1/hangup')).toEqual({ id: 'call_1', state: 'ending' });
    expect(api.hungUp).toEqual(['call_1']);
    expect(await api.expect(404, 'POST', '/v1/live-calls/call_9/hangup')).toMatchObject({ code: 'not-found' });
    await api.expect(202, 'POST', '/v1/live-calls/call_1/hangup', '', { 'content-type': 'application/json' });
  });
});

describe('/v1/route-decisions', () => {
  it('asks with everything read: numbers in E.164, the instant, the ZIP and the seed', async () => {
    const asked: RouteQuestion[] = [];
    const answer = {
      seed: 7,
      snapshotVersion: 1,
      at: '2026-11-21T15:00:00.000Z' as IsoInstant,
      location: {
        source: 'entered',
        country: 'US',
        state: 'CA',
        zip: '94107',
        npa: '212',
        npaNxx: '212555',
        timezone: null,
      },
      candidates: [],
      outcome: 'no-route',
    } as const;
    const api = await startTestApi({
      decide: (question) => {
        asked.push(question);
        return Promise.resolve(answer);
      },
    });
    const body = {
      did: '415-555-0100',
      ani: '2125550123',
      at: '2026-11-21T16:00:00+01:00',
      zip: '94107-1234',
      publisherZip: 'm5v 2t6',
      publisherState: 'on',
      category: 'roof-repair',
      seed: 7,
    };
    expect(await api.expect(200, 'POST', '/v1/route-decisions', body)).toEqual(answer);
    await api.expect(200, 'POST', '/v1/route-decisions', { did: '+14155550100', ani: 'anonymous' });
    expect(asked).toEqual([
      {
        did: '+14155550100',
        ani: '+12125550123',
        at: Date.parse('2026-11-21T15:00:00Z'),
        zip: '94107',
        publisherZip: 'M5V2T6',
        publisherState: 'ON',
        category: 'roof-repair',
        seed: 7,
      },
      { did: '+14155550100', ani: 'anonymous' },
    ]);
  });

  it('is 404 for a number that is none of ours', async () => {
    const api = await startTestApi();
    const body = { did: '+14155550100', ani: '+12125550123' };
    expect(await api.expect(404, 'POST', '/v1/route-decisions', body)).toMatchObject({ code: 'not-found' });
  });

  it.each([
    [{ ani: 'anonymous' }, ['/did']],
    [{ did: 'x', ani: 'x', zip: 'x' }, ['/did', '/ani', '/zip']],
    [
      { did: '+14155550100', ani: 'anonymous', publisherZip: '9410', publisherState: 'Ohio' },
      ['/publisherZip', '/publisherState'],
    ],
    [{ did: '+14155550100', ani: '', seed: 0 }, ['/ani']],
    [{ did: '+14155550100', ani: 'anonymous', at: 'now' }, ['/at']],
    [{ did: '+14155550100', ani: 'anonymous', zip: 94_107 }, ['/zip']],
    [{ did: '+14155550100', ani: 'anonymous', category: '' }, ['/category']],
    [{ did: '+14155550100', ani: 'anonymous', seed: -1 }, ['/seed']],
    [{ did: '+14155550100', ani: 'anonymous', seed: 2 ** 32 }, ['/seed']],
    [{ did: '+14155550100', ani: 'anonymous', campaignId: 'cmp_1' }, ['/campaignId']],
  ])('refuses %j at %j', async (body, paths) => {
    const api = await startTestApi();
    const { errors } = await api.expect(422, 'POST', '/v1/route-decisions', body);
    expect(errors.map(({ path }: Json) => path)).toEqual(paths);
  });
});

describe('/v1/buyers/:id/payments', () => {
  it('are booked in the ledger, where the sum stays zero', async () => {
    const api = await startTestApi();
    const buyer = await new ApiSamples(api).create('buyers');
    const body = { amountMicros: 250_000_000, note: 'Wire 4711' };
    const payment = await api.expect(201, 'POST', `/v1/buyers/${buyer.id}/payments`, body);
    expect(payment).toMatchObject({ ...body, buyerId: buyer.id, at: '2026-11-21T15:00:00.000Z' });
    expect(payment.id).toMatch(/^pay_/);

    const { data } = await api.expect(200, 'GET', '/v1/ledger');
    expect(data).toHaveLength(2);
    expect(data.reduce((sum: number, { amountMicros }: Json) => sum + amountMicros, 0)).toBe(0);
    const theirs = await api.expect(200, 'GET', `/v1/ledger?party=buyer:${buyer.id}&kind=payment`);
    expect(theirs.data).toEqual([expect.objectContaining({ amountMicros: -250_000_000, callId: null })]);
    expect((await api.expect(200, 'GET', '/v1/ledger?kind=charge')).data).toEqual([]);
    expect((await api.expect(200, 'GET', '/v1/ledger?from=2026-11-22T00:00:00Z')).data).toEqual([]);
  });

  it.each([
    [{}, '/amountMicros'],
    [{ amountMicros: 0 }, '/amountMicros'],
    [{ amountMicros: -5 }, '/amountMicros'],
    [{ amountMicros: 1.5 }, '/amountMicros'],
    [{ amountMicros: '5' }, '/amountMicros'],
    [{ amountMicros: 5, note: 7 }, '/note'],
    [{ amountMicros: 5, currency: 'USD' }, '/currency'],
  ])('of %j are refused at %s', async (body, path) => {
    const api = await startTestApi();
    const buyer = await new ApiSamples(api).create('buyers');
    const problem = await api.expect(422, 'POST', `/v1/buyers/${buyer.id}/payments`, body);
    expect(problem.errors[0].path).toBe(path);
  });

  it('of nobody are 404', async () => {
    const api = await startTestApi();
    await api.expect(404, 'POST', '/v1/buyers/byr_none/payments', { amountMicros: 5 });
  });
});

describe('/v1/ledger', () => {
  it.each([
    ['party=byr_1', '/party'],
    ['kind=gift', '/kind'],
    ['to=soon', '/to'],
    ['cursor=foreign', '/cursor'],
    ['buyerId=byr_1', '/buyerId'],
  ])('refuses %s at %s', async (query, path) => {
    const api = await startTestApi();
    expect((await api.expect(422, 'GET', `/v1/ledger?${query}`)).errors[0].path).toBe(path);
  });
});
