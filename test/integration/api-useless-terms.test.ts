import { beforeEach, describe, expect, it } from 'vitest';

import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';

const PRICE = 90_000_000;

let api: TestApi;
let samples: ApiSamples;
beforeEach(async () => {
  api = await startTestApi({ mediaServer: true });
  samples = new ApiSamples(api);
});

/** A route that costs ninety, with all that it rests on. */
async function routed(campaign: Json = {}, route: Json = {}) {
  const { id: campaignId } = await samples.create('campaigns', { priceMicros: PRICE, ...campaign });
  const destination = await samples.create('destinations');
  const made = await samples.create('routes', { campaignId, destinationId: destination.id, ...route });
  return { campaignId, destinationId: destination.id, buyerId: destination.buyerId, routeId: made.id };
}

async function refused(url: string, changes: Json, path: string, ...said: string[]): Promise<void> {
  const { errors } = await api.expect(422, 'PATCH', `/v1/${url}`, changes);
  expect(errors).toEqual([{ path, message: expect.any(String) as string }]);
  for (const words of said) expect(errors[0].message).toContain(words);
}

const taken = (url: string, changes: Json): Promise<Json> => api.expect(200, 'PATCH', `/v1/${url}`, changes);
const spend = (spendDailyMicros: number | null): Json => ({ caps: { spendDailyMicros } });

describe('What would keep all calls from a route is refused wherever it is saved: a spending cap', () => {
  it('of a destination or a buyer below the price of a route, however far apart they are', async () => {
    const { routeId, destinationId, buyerId } = await routed();
    for (const url of [`destinations/${destinationId}`, `buyers/${buyerId}`]) {
      await refused(url, spend(PRICE - 1), '/caps/spendDailyMicros', `along ${routeId}`, `${PRICE} micros`);
      await taken(url, spend(PRICE));
    }
  });

  it('that a route would meet at its destination, its buyer, or by a price of its own', async () => {
    const { routeId, destinationId, buyerId, campaignId } = await routed();
    const { id: other, buyerId: owner } = await samples.create('destinations', spend(PRICE - 1));
    await refused(`routes/${routeId}`, { destinationId: other }, '/destinationId', `${other} takes ${PRICE - 1} a day`);
    await taken(`destinations/${other}`, spend(null));
    await taken(`buyers/${owner}`, spend(PRICE - 1));
    await refused(`routes/${routeId}`, { destinationId: other }, '/destinationId', `${owner} takes ${PRICE - 1} a day`);
    await refused(`destinations/${destinationId}`, { buyerId: owner }, '/buyerId', `along ${routeId}`, owner);
    await taken(`buyers/${buyerId}`, spend(PRICE));
    await refused(`routes/${routeId}`, { priceMicros: PRICE + 1 }, '/priceMicros', buyerId);
    const body = { campaignId, destinationId: other };
    await api.expect(422, 'POST', '/v1/routes', body);
    await api.expect(201, 'POST', '/v1/routes', { ...body, priceMicros: PRICE - 1 });
  });

  it('when its campaign becomes dearer, or begins to cost', async () => {
    const { routeId, campaignId } = await routed({}, spend(PRICE));
    const url = `campaigns/${campaignId}`;
    await refused(url, { priceMicros: PRICE + 1 }, '/priceMicros', `along ${routeId}`, `it takes ${PRICE} a day`);
    const tiers = [
      { minTalkS: 60, priceMicros: PRICE },
      { minTalkS: 90, priceMicros: PRICE + 1 },
    ];
    await refused(url, { tiers }, '/tiers/1/priceMicros', routeId);
    await taken(url, { status: 'test', tiers });
    await refused(url, { status: 'live' }, '/status', routeId);
    await taken(url, { status: 'live', tiers: [] });
  });

  it('of what is switched off or archived stands in nobody’s way, until it comes back', async () => {
    const { routeId, campaignId, buyerId } = await routed();
    await taken(`routes/${routeId}`, { enabled: false });
    await taken(`buyers/${buyerId}`, spend(1));
    await taken(`routes/${routeId}`, { weight: 7 });
    await refused(`routes/${routeId}`, { enabled: true }, '/destinationId', buyerId);
    await taken(`routes/${routeId}`, { archived: true });
    await refused(`routes/${routeId}`, { archived: false, enabled: true }, '/destinationId', buyerId);
    await taken(`campaigns/${campaignId}`, { archived: true, priceMicros: PRICE + 1 });
    await taken(`campaigns/${campaignId}`, { archived: false, priceMicros: 1 });
    await taken(`routes/${routeId}`, { archived: false, enabled: true });
    await taken(`campaigns/${campaignId}`, { archived: true });
    await refused(`campaigns/${campaignId}`, { archived: false, priceMicros: PRICE }, '/priceMicros', routeId);
  });

  it('is told of ten routes at most, and not of those that it kept from their calls before', async () => {
    const { campaignId, destinationId } = await routed({ priceMicros: 1 }, spend(10));
    const body = { campaignId, destinationId, ...spend(10) };
    for (let n = 0; n < 11; n += 1) await api.expect(201, 'POST', '/v1/routes', { ...body, weight: n + 1 });
    const { errors } = await api.expect(422, 'PATCH', `/v1/campaigns/${campaignId}`, { priceMicros: 11 });
    expect(errors).toHaveLength(10);
    const { data } = await api.expect(200, 'GET', `/v1/routes?campaignId=${campaignId}`);
    for (const { id } of data) await taken(`routes/${id}`, { enabled: false });
    await taken(`campaigns/${campaignId}`, { priceMicros: 11 });
  });
});

describe('What would keep all calls from being billed is refused wherever it is saved', () => {
  it('calls that end before a route bills them', async () => {
    const { routeId, campaignId } = await routed({ maxCallS: 7_200 }, { minTalkS: 7_000 });
    await refused(`campaigns/${campaignId}`, { maxCallS: 6_999 }, '/maxCallS', `${routeId} bills from 7000 s`);
    await taken(`campaigns/${campaignId}`, { maxCallS: 7_000 });
    await taken(`routes/${routeId}`, { enabled: false });
    await taken(`campaigns/${campaignId}`, { maxCallS: 100 });
  });

  it('calls that end before their publisher earns', async () => {
    const { id: campaignId } = await samples.create('campaigns', { maxCallS: 600 });
    const { id: publisherId } = await samples.create('publishers');
    const { id: late } = await samples.create('publishers', { payout: { kind: 'percent', percent: 5, minTalkS: 601 } });
    const { id } = await samples.create('dids', { campaignId, publisherId });
    await refused(`publishers/${publisherId}`, { payout: { minTalkS: 601 } }, '/payout/minTalkS', campaignId, '600 s');
    await refused(`dids/${id}`, { publisherId: late }, '/publisherId', `${late} earns from 601 s`, '600 s');
    await taken(`publishers/${publisherId}`, { payout: { minTalkS: 600 } });
    await refused(`campaigns/${campaignId}`, { maxCallS: 599 }, '/maxCallS', `${publisherId} earns from 600 s`);
    await taken(`dids/${id}`, { enabled: false });
    await taken(`campaigns/${campaignId}`, { maxCallS: 599 });
  });
});

describe('A category that no IVR step sets', () => {
  const ivr = (category: string): Json => ({
    start: 'ask',
    steps: { ask: { type: 'set', category, next: 'end' }, end: { type: 'route' } },
  });

  it('is refused for a route, with those that are set', async () => {
    const { routeId, campaignId } = await routed();
    await refused(`routes/${routeId}`, { categories: ['roof'] }, '/categories', 'no IVR that sets a category');
    await taken(`campaigns/${campaignId}`, { ivr: ivr('roofs') });
    await refused(`routes/${routeId}`, { categories: ['roof'] }, '/categories', 'take some of roofs.');
    await taken(`routes/${routeId}`, { categories: ['roof', 'roofs'] });
  });

  it('is refused for a campaign whose route takes it alone', async () => {
    const { routeId, campaignId } = await routed({ ivr: ivr('roof') }, { categories: ['roof'] });
    await refused(`campaigns/${campaignId}`, { ivr: null }, '/ivr', `${routeId} takes calls of the categories roof`);
    await refused(`campaigns/${campaignId}`, { ivr: ivr('gutters') }, '/ivr', routeId);
    await taken(`routes/${routeId}`, { categories: null });
    await taken(`campaigns/${campaignId}`, { ivr: null });
  });
});

describe('An import is held against it as a whole', () => {
  const plan = (price: number, cap: number, weight = 1): string =>
    JSON.stringify({
      buyers: [{ name: 'Acme', timezone: 'UTC' }],
      destinations: [{ buyer: 'Acme', name: 'Desk', uri: 'sip:desk@pbx.example' }],
      campaigns: [{ name: 'Roofing', minTalkS: 60, priceMicros: price }],
      routes: [{ campaign: 'Roofing', destination: 'Desk', weight, caps: { spendDailyMicros: cap } }],
    });
  const bringIn = (status: number, text: string): Promise<Json> =>
    api.expect(status, 'POST', '/v1/import', text, { 'content-type': 'application/json' });
  const problems = async (text: string): Promise<readonly Json[]> => (await bringIn(422, text)).errors;

  it('what it brings may pass through what could not stand, and each thing is told once, of the route if it says it', async () => {
    await bringIn(200, plan(30, 30));
    await bringIn(200, plan(60, 60));
    expect(await problems(plan(90, 60))).toMatchObject([{ path: '/campaigns/0/priceMicros' }]);
    expect(await problems(plan(90, 70))).toMatchObject([{ path: '/routes/0/caps/spendDailyMicros' }]);
    expect(await problems(plan(61, 60, 2))).toMatchObject([{ path: '/routes/0/caps/spendDailyMicros' }]);
    expect(await problems('{ "buyers": [{ "name": "Acme", "caps": { "spendDailyMicros": 59 } }] }')).toMatchObject([
      { path: '/buyers/0/caps/spendDailyMicros' },
    ]);
    await bringIn(200, plan(90, 90));
  });

  it('what was wrong before it, and what it archives or switches off, is in nobody’s way', async () => {
    await bringIn(200, plan(30, 30));
    const off = plan(90, 60).replace('"weight":1', '"enabled":false');
    await bringIn(200, off);
    await bringIn(200, '{ "campaigns": [{ "name": "Roofing", "priceMicros": 95 }] }');
    const { errors } = await bringIn(422, plan(95, 60).replace('"weight":1', '"enabled":true'));
    expect(errors).toMatchObject([{ path: '/routes/0/caps/spendDailyMicros' }]);
  });
});
