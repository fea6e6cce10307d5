import { describe, expect, it } from 'vitest';

import type { LiveCall } from '../../src/calls/live-calls.ts';
import type { Cdr, CdrAttempt } from '../../src/domain/call/cdr.ts';
import type { BuyerId, CampaignId, DestinationId, PublisherId, RouteId } from '../../src/domain/ids.ts';
import type { E164 } from '../../src/domain/numbers/e164.ts';
import type { IsoInstant } from '../../src/domain/time.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';
import { settleCall } from '../support/settle-call.ts';

const SUMMARY = '/v1/reports/summary';

function attempt(seq: number, destinationId: string, pddMs: number | null, answered: boolean): CdrAttempt {
  const startedAt = '2026-11-21T14:00:01.000Z' as IsoInstant;
  return {
    seq,
    routeId: `rte_${seq}` as RouteId,
    destinationId: destinationId as DestinationId,
    gateway: null,
    startedAt,
    ringingAt: null,
    answeredAt: answered ? startedAt : null,
    endedAt: null,
    pddMs,
    sipStatus: answered ? 200 : 486,
    hangupCause: null,
    reason: answered ? null : 'busy',
  };
}

const NEW_YORKER: Cdr['location'] = {
  source: 'number',
  country: 'US',
  state: 'NY',
  zip: null,
  npa: '212',
  npaNxx: '212555',
  timezone: 'America/New_York',
};

/** A buyer and a publisher with two calls, one of them not billable, and a third call that nobody took. */
async function withCalls() {
  const api = await startTestApi();
  const samples = new ApiSamples(api);
  const buyer = (await samples.create('buyers')).id as BuyerId;
  const publisher = (await samples.create('publishers')).id as PublisherId;
  const parties = { buyerId: buyer, publisherId: publisher, location: NEW_YORKER };
  const late = { ...parties, receivedAt: '2026-11-22T04:30:00.000Z' as IsoInstant };
  await settleCall(api.store, 'call_1', {
    ...parties,
    attempts: [attempt(1, 'dst_2', 2_000, false), attempt(2, 'dst_1', 800, true)],
  });
  await settleCall(api.store, 'call_2', { ...late, talkMs: 59_999, attempts: [attempt(1, 'dst_1', 900, true)] });
  await settleCall(api.store, 'call_3', {
    connectedAt: null,
    buyerId: null,
    destinationId: null,
    routeId: null,
    outcome: 'busy',
    campaignId: 'cmp_2' as CampaignId,
    publisherId: null,
    did: '+14155550199' as E164,
    attempts: [attempt(1, 'dst_2', null, false)],
  });
  return { api, buyer, publisher };
}

const asParty = async (api: TestApi, role: `buyer:${BuyerId}` | `publisher:${PublisherId}`) => ({
  authorization: `Bearer ${await api.keyFor(role)}`,
});

const keysOf = ({ data }: Json): Json[] => data.map(({ key }: Json) => key);

describe('GET /v1/reports/summary', () => {
  it('counts calls, talk and money by day, and all together', async () => {
    const { api } = await withCalls();
    const first = {
      calls: 2,
      connected: 1,
      billable: 1,
      conversionRate: 0.5,
      asr: 1 / 3,
      acdS: 120,
      talkS: 120,
      pddP50Ms: 800,
      pddP95Ms: 2_000,
      chargeMicros: 30_000_000,
      payoutMicros: 15_000_000,
      profitMicros: 15_000_000,
    };
    const second = {
      calls: 1,
      connected: 1,
      billable: 0,
      conversionRate: 0,
      asr: 1,
      acdS: 59.999,
      talkS: 59.999,
      pddP50Ms: 900,
      pddP95Ms: 900,
      chargeMicros: 0,
      payoutMicros: 0,
      profitMicros: 0,
    };
    expect(await api.expect(200, 'GET', SUMMARY)).toEqual({
      data: [
        { key: '2026-11-21', ...first },
        { key: '2026-11-22', ...second },
      ],
      total: {
        calls: 3,
        connected: 2,
        billable: 1,
        conversionRate: 1 / 3,
        asr: 0.5,
        acdS: 179.999 / 2,
        talkS: 179.999,
        pddP50Ms: 900,
        pddP95Ms: 2_000,
        chargeMicros: 30_000_000,
        payoutMicros: 15_000_000,
        profitMicros: 15_000_000,
      },
    });
  });

  it('reads days, and the dates of its span, in the zone asked for', async () => {
    const { api } = await withCalls();
    const read = (query: string): Promise<Json> => api.expect(200, 'GET', `${SUMMARY}?${query}`);
    expect(keysOf(await read('timezone=America/New_York'))).toEqual(['2026-11-21']);
    expect(keysOf(await read('timezone=Asia/Kolkata&groupBy=hour'))).toEqual([
      '2026-11-21T19:00:00+05:30',
      '2026-11-22T10:00:00+05:30',
    ]);
    expect(keysOf(await read('groupBy=hour-of-week'))).toEqual([5 * 24 + 14, 6 * 24 + 4]);
    expect((await read('from=2026-11-21&to=2026-11-22&timezone=America/New_York')).total.calls).toBe(3);
    expect((await read('from=2026-11-21&to=2026-11-22')).total.calls).toBe(2);
    expect((await read('from=2026-11-21T14:00:00.001Z')).total.calls).toBe(1);
    expect(await read('from=2026-12-01')).toMatchObject({
      data: [],
      total: { calls: 0, conversionRate: null, asr: null, acdS: null, pddP50Ms: null, pddP95Ms: null, talkS: 0 },
    });
  });

  it('groups calls by what they belong to, those without first', async () => {
    const { api, buyer, publisher } = await withCalls();
    for (const [groupBy, keys] of [
      ['campaign', ['cmp_1', 'cmp_2']],
      ['buyer', [null, buyer]],
      ['destination', [null, 'dst_1']],
      ['publisher', [null, publisher]],
      ['did', ['+14155550100', '+14155550199']],
      ['outcome', ['busy', 'connected']],
      ['state', [null, 'NY']],
    ] as const) {
      const report = await api.expect(200, 'GET', `${SUMMARY}?groupBy=${groupBy}`);
      expect([groupBy, keysOf(report)]).toEqual([groupBy, keys]);
    }
  });

  it('filters by each of these, and by several', async () => {
    const { api, buyer, publisher } = await withCalls();
    for (const [filter, calls] of [
      ['campaignId=cmp_2', 1],
      [`buyerId=${buyer}`, 2],
      ['destinationId=dst_1', 2],
      ['destinationId=dst_2', 0],
      [`publisherId=${publisher}`, 2],
      ['did=%2B14155550199', 1],
      ['did=(415) 555-0100', 2],
      ['outcome=busy', 1],
      ['state=NY', 2],
      [`state=NY&buyerId=${buyer}&outcome=busy`, 0],
    ] as const) {
      const { total } = await api.expect(200, 'GET', `${SUMMARY}?${filter}`);
      expect([filter, total.calls]).toEqual([filter, calls]);
    }
  });

  it('counts what the ledger says now: a refund on the day of its call', async () => {
    const { api } = await withCalls();
    api.advance(30 * 86_400_000);
    await api.expect(201, 'POST', '/v1/calls/call_1/refund', { reason: 'wrong number' });
    const { data } = await api.expect(200, 'GET', SUMMARY);
    expect(data[0]).toMatchObject({
      key: '2026-11-21',
      billable: 0,
      conversionRate: 0,
      chargeMicros: 0,
      payoutMicros: 0,
    });
    expect(data).toHaveLength(2);
  });

  it.each([
    ['groupBy=mood', '/groupBy'],
    ['timezone=Mars/Olympus', '/timezone'],
    ['timezone=BST', '/timezone'],
    ['timezone=%2B05:00', '/timezone'],
    ['from=yesterday', '/from'],
    ['to=2026-02-30', '/to'],
    ['from=2026-11-22&to=2026-11-21', '/to'],
    ['did=front desk', '/did'],
    ['state=California', '/state'],
    ['outcome=fine', '/outcome'],
    ['limit=5', '/limit'],
  ])('with %s is refused at %s', async (query, at) => {
    const { api } = await withCalls();
    expect((await api.expect(422, 'GET', `${SUMMARY}?${query}`)).errors[0].path).toBe(at);
  });

  it('as CSV has the same figures, and no cell is a formula', async () => {
    const { api } = await withCalls();
    await settleCall(api.store, 'call_4', { campaignId: '=HYPERLINK("http://x","y")' as CampaignId });
    const response = await api.request('GET', `${SUMMARY}?groupBy=campaign`, undefined, { accept: 'text/csv' });
    expect(response.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="summary-by-campaign.csv"',
    });
    expect(response.body.split('\r\n')).toEqual([
      'key,calls,connected,billable,conversionRate,asr,acdS,talkS,pddP50Ms,pddP95Ms,chargeMicros,payoutMicros,profitMicros',
      `"'=HYPERLINK(""http://x"",""y"")",1,1,1,1,,,120,,,30000000,15000000,15000000`,
      `cmp_1,2,2,1,0.5,${2 / 3},89.9995,179.999,900,2000,30000000,15000000,15000000`,
      'cmp_2,1,0,0,0,0,,0,,,0,0,0',
      '',
    ]);
    const byDid = await api.request('GET', `${SUMMARY}?groupBy=did`, undefined, { accept: 'text/csv' });
    expect(byDid.body).toContain('\r\n+14155550100,');
  });
});

describe('The summary of a buyer', () => {
  it('is of its own calls, without what is paid out and without attempts at others', async () => {
    const { api, buyer, publisher } = await withCalls();
    await settleCall(api.store, 'call_4', { buyerId: 'byr_another' as BuyerId });
    const headers = await asParty(api, `buyer:${buyer}`);
    const { data, total } = await api.expect(200, 'GET', `${SUMMARY}?groupBy=campaign`, undefined, headers);
    expect(keysOf({ data })).toEqual(['cmp_1']);
    expect(total).toMatchObject({ calls: 2, billable: 1, asr: 1, pddP50Ms: 800, chargeMicros: 30_000_000 });
    for (const figures of [total, data[0]]) expect(figures).toMatchObject({ payoutMicros: null, profitMicros: null });
    const csv = await api.request('GET', SUMMARY, undefined, { ...headers, accept: 'text/csv' });
    expect(csv.body).toMatch(/^2026-11-21,1,.*,30000000,,\r$/m);
    await api.expect(200, 'GET', `${SUMMARY}?buyerId=${buyer}`, undefined, headers);
    for (const query of ['groupBy=publisher', `publisherId=${publisher}`, 'buyerId=byr_another']) {
      expect(await api.expect(403, 'GET', `${SUMMARY}?${query}`, undefined, headers)).toMatchObject({
        code: 'forbidden',
      });
    }
  });
});

describe('The summary of a publisher', () => {
  it('is of its own calls and of what it earns, without buyers, charges and profit', async () => {
    const { api, buyer, publisher } = await withCalls();
    await api.expect(201, 'POST', '/v1/calls/call_1/adjustments', {
      party: 'buyer',
      amountMicros: -30_000_000,
      reason: 'between the house and its buyer',
    });
    const headers = await asParty(api, `publisher:${publisher}`);
    const { data, total } = await api.expect(200, 'GET', `${SUMMARY}?groupBy=did`, undefined, headers);
    expect(keysOf({ data })).toEqual(['+14155550100']);
    for (const figures of [total, data[0]]) {
      expect(figures).toMatchObject({
        calls: 2,
        billable: 1,
        payoutMicros: 15_000_000,
        chargeMicros: null,
        profitMicros: null,
      });
    }
    for (const query of ['groupBy=buyer', 'groupBy=destination', `buyerId=${buyer}`, 'destinationId=dst_1']) {
      await api.expect(403, 'GET', `${SUMMARY}?${query}`, undefined, headers);
    }
    await api.expect(403, 'GET', `${SUMMARY}?publisherId=pub_another`, undefined, headers);
  });
});

describe('GET /v1/reports/live', () => {
  it('counts calls in progress by campaign and state, today’s settled ones, and how full caps are', async () => {
    const caps = [
      { buyerId: 'byr_1' as BuyerId, cap: 'daily', used: 4, limit: 20 },
      { buyerId: 'byr_1' as BuyerId, cap: 'concurrent', used: 0, limit: 0 },
      { buyerId: 'byr_2' as BuyerId, cap: 'spend', used: 30_000_000, limit: 40_000_000 },
    ] as const;
    const api = await startTestApi({ capUse: () => caps });
    await settleCall(api.store, 'call_1');
    await settleCall(api.store, 'call_2', { receivedAt: '2026-11-21T04:59:59.999Z' as IsoInstant });
    const ringing = { id: 'call_3', state: 'ringing', campaignId: 'cmp_1' } as unknown as LiveCall;
    api.live.push(ringing, { ...ringing, state: 'connected' }, { ...ringing, state: 'connected', campaignId: null });
    const none = { calls: 0, connected: 0, conversionRate: null, chargeMicros: 0 };
    const one = { calls: 1, connected: 1, conversionRate: 1, chargeMicros: 30_000_000 };
    expect(await api.expect(200, 'GET', '/v1/reports/live?timezone=America/New_York')).toMatchObject({
      at: '2026-11-21T15:00:00.000Z',
      since: '2026-11-21T05:00:00.000Z',
      data: [
        { campaignId: null, live: { connected: 1 }, today: none },
        { campaignId: 'cmp_1', live: { ringing: 1, connected: 1 }, today: one },
      ],
      total: { live: { ringing: 1, connected: 2 }, today: one },
      caps: [caps[1], caps[2], caps[0]],
    });
    const inUtc = await api.expect(200, 'GET', '/v1/reports/live');
    expect(inUtc).toMatchObject({ since: '2026-11-21T00:00:00.000Z', total: { today: { calls: 2 } } });
  });

  it('refuses what is no zone, and keys of parties', async () => {
    const { api, buyer } = await withCalls();
    expect((await api.expect(422, 'GET', '/v1/reports/live?timezone=Mars')).errors[0].path).toBe('/timezone');
    await api.expect(403, 'GET', '/v1/reports/live', undefined, await asParty(api, `buyer:${buyer}`));
  });
});

describe('GET /v1/reports/dispositions', () => {
  it('as CSV has a column for each word', async () => {
    const { api } = await withCalls();
    await api.expect(200, 'PATCH', '/v1/calls/call_1/disposition', { value: 'booked' });
    const response = await api.request('GET', '/v1/reports/dispositions', undefined, { accept: 'text/csv' });
    expect(response.headers['content-disposition']).toBe('attachment; filename="dispositions-by-campaign.csv"');
    expect(response.body.split('\r\n')).toEqual([
      'key,calls,billable,unreviewed,booked,customer,wrong-category,out-of-area,spam,no-interest,chargeMicros,adjustedMicros',
      'cmp_1,2,1,1,1,0,0,0,0,0,30000000,0',
      '',
    ]);
  });
});
