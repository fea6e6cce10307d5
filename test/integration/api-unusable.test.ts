import { describe, expect, it } from 'vitest';

import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';

/** What is refused, as path and message. */
async function refusal(api: TestApi, method: string, url: string, body: Json): Promise<readonly Json[]> {
  return (await api.expect(422, method, url, body)).errors;
}

/** A body of which each part is right, and which together could never be used, with where and what is said of it. */
const UNUSABLE: readonly (readonly [what: string, kind: string, fields: Json, path: string, message: RegExp])[] = [
  [
    'tiers out of order',
    'campaigns',
    {
      tiers: [
        { minTalkS: 300, priceMicros: 2 },
        { minTalkS: 120, priceMicros: 1 },
      ],
    },
    '/tiers/1/minTalkS',
    /upwards/,
  ],
  [
    'two tiers from the same second on',
    'campaigns',
    {
      tiers: [
        { minTalkS: 300, priceMicros: 2 },
        { minTalkS: 300, priceMicros: 1 },
      ],
    },
    '/tiers/1/minTalkS',
    /more than that/,
  ],
  [
    'a tier below what is billable at all',
    'campaigns',
    { minTalkS: 60, tiers: [{ minTalkS: 59, priceMicros: 2 }] },
    '/tiers/0/minTalkS',
    /not billable before 60 s/,
  ],
  ['a talk that is longer than any call', 'campaigns', { minTalkS: 61, maxCallS: 60 }, '/minTalkS', /ended after 60 s/],
  [
    'a tier that is longer than any call',
    'campaigns',
    { maxCallS: 300, tiers: [{ minTalkS: 301, priceMicros: 2 }] },
    '/tiers/0/minTalkS',
    /ended after 300 s/,
  ],
  ['a zone that is none', 'schedules', { timezone: 'America/Gotham' }, '/timezone', /America\/Gotham/],
  ['no opening at all', 'schedules', { weekly: {} }, '/weekly', /never open/],
  [
    'no opening but closed exceptions',
    'schedules',
    { weekly: { mon: [] }, exceptions: [{ date: '2026-12-24', closed: true }] },
    '/weekly',
    /never open/,
  ],
  ['a window without a minute', 'schedules', { weekly: { mon: [['09:00', '09:00']] } }, '/weekly/mon/0', /09:00/],
  [
    'windows that overlap, across midnight too',
    'schedules',
    { weekly: { mon: [['22:00', '02:00']], tue: [['01:00', '09:00']] } },
    '/weekly/tue/0',
    /before mon 22:00–02:00 has closed/,
  ],
  [
    'no opening but on dates that are over',
    'schedules',
    { weekly: {}, exceptions: [{ date: '2026-11-20', windows: [['09:00', '17:00']] }] },
    '/exceptions',
    /never open again/,
  ],
  [
    'routing by a rule for duplicates that is off',
    'campaigns',
    { duplicates: { windowDays: 0, routing: 'reject' } },
    '/duplicates/windowDays',
    /1 or more days/,
  ],
  [
    'an exception without a window',
    'schedules',
    { exceptions: [{ date: '2026-12-24', windows: [] }] },
    '/exceptions/0/windows',
    /"closed": true/,
  ],
  ...(['routes', 'destinations', 'buyers', 'publishers'] as const).flatMap((kind) =>
    ['concurrent', 'hourly', 'daily', 'monthly', 'total', 'spendDailyMicros'].map(
      (cap) =>
        [`${kind} with room for nobody: ${cap} 0`, kind, { caps: { [cap]: 0 } }, `/caps/${cap}`, /1 or more/] as const,
    ),
  ),
  [
    'an area that excludes all it includes',
    'areas',
    { include: [{ state: 'CA' }, { state: 'NV' }], exclude: [{ country: 'US' }] },
    '/include',
    /serve nobody/,
  ],
  [
    'an area of a ZIP within an excluded prefix',
    'areas',
    { include: [{ zip: '94107' }], exclude: [{ zipPrefix: '94' }] },
    '/include',
    /serve nobody/,
  ],
  [
    'an area of a ZIP in an excluded state',
    'areas',
    { include: [{ zip: '94107' }], exclude: [{ state: 'CA' }] },
    '/include',
    /serve nobody/,
  ],
  [
    'an area of ZIPs that are all in an excluded state',
    'areas',
    { include: [{ zipPrefix: '941' }, { radius: { zip: '94107', miles: 5 } }], exclude: [{ state: 'CA' }] },
    '/include',
    /serve nobody/,
  ],
  [
    'an area round a ZIP in an excluded country',
    'areas',
    { include: [{ radius: { zip: '94107', miles: 5 } }], exclude: [{ country: 'US' }] },
    '/include',
    /serve nobody/,
  ],
  ['an area code for emergencies', 'areas', { include: [{ npa: '911' }] }, '/include/0/npa', /no area code/],
  ['a country code of nobody', 'areas', { include: [{ prefix: '+999' }] }, '/include/0/prefix', /No number begins/],
  ['a ZIP below the lowest', 'areas', { include: [{ zip: '00000' }] }, '/include/0/zip', /00501/],
  ['a start of ZIPs below the lowest', 'areas', { include: [{ zipPrefix: '000' }] }, '/include/0/zipPrefix', /00501/],
  [
    'a start of ZIPs that is none',
    'areas',
    { include: [{ zipPrefix: '94x' }] },
    '/include/0/zipPrefix',
    /one to five digits/,
  ],
  ['a state that is none', 'areas', { include: [{ state: 'ZZ' }] }, '/include/0/state', /two letters/],
  ['an area code that can not exist', 'areas', { include: [{ npa: '115' }] }, '/include/0/npa', /form of one/],
];

describe('Configuration that could never be used is refused when it is saved', () => {
  it.each(UNUSABLE)('%s', async (_what, kind, fields, path, message) => {
    const api = await startTestApi();
    const body = { ...(await new ApiSamples(api).body(kind)), ...fields };
    expect(await refusal(api, 'POST', `/v1/${kind}`, body)).toEqual([
      { path, message: expect.stringMatching(message) as string },
    ]);
  });

  it('an area may include what is excluded in part, or excluded elsewhere', async () => {
    const samples = new ApiSamples(await startTestApi());
    await samples.create('areas', { include: [{ state: 'CA' }], exclude: [{ npa: '415' }] });
    await samples.create('areas', { include: [{ npa: '415' }], exclude: [{ state: 'CA' }] });
    await samples.create('areas', { include: [{ state: 'CA' }, { state: 'ON' }], exclude: [{ country: 'US' }] });
    await samples.create('areas', { include: [], exclude: [{ country: 'US' }] });
  });
});

describe('A route that no call could take is refused when it is saved', () => {
  it('to a destination of an archived buyer', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const route = await samples.create('routes');
    const destination = await samples.create('destinations');
    await api.expect(200, 'PATCH', `/v1/buyers/${destination.buyerId}`, { archived: true });
    const named = { destinationId: destination.id };
    const archived = [
      { path: '/destinationId', message: expect.stringContaining(`${destination.buyerId}, who is archived`) as string },
    ];
    expect(await refusal(api, 'POST', '/v1/routes', { ...(await samples.body('routes')), ...named })).toEqual(archived);
    expect(await refusal(api, 'PATCH', `/v1/routes/${route.id}`, named)).toEqual(archived);
    await api.expect(200, 'PATCH', `/v1/buyers/${destination.buyerId}`, { archived: false });
    await api.expect(200, 'PATCH', `/v1/routes/${route.id}`, named);
    // What was right when it was named can go on, and be switched off.
    await api.expect(200, 'PATCH', `/v1/buyers/${destination.buyerId}`, { archived: true });
    await api.expect(200, 'PATCH', `/v1/routes/${route.id}`, { enabled: false });
  });

  it('with a daily spend below what one call can cost', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const tiers = [{ minTalkS: 300, priceMicros: 60_000_000 }];
    const campaignId = (await samples.create('campaigns', { tiers })).id;
    const body = { ...(await samples.body('routes')), campaignId };
    const caps = { spendDailyMicros: 59_999_999 };
    expect(await refusal(api, 'POST', '/v1/routes', { ...body, caps })).toEqual([
      { path: '/caps/spendDailyMicros', message: expect.stringContaining('60000000 micros') as string },
    ]);
    await api.expect(201, 'POST', '/v1/routes', { ...body, caps: { spendDailyMicros: 60_000_000 } });
    // A campaign in test costs nothing.
    await api.expect(200, 'PATCH', `/v1/campaigns/${campaignId}`, { status: 'test' });
    await api.expect(201, 'POST', '/v1/routes', { ...body, caps: { spendDailyMicros: 1 } });
  });

  it('with a shortest billable talk that is longer than any call of its campaign', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const campaignId = (await samples.create('campaigns', { maxCallS: 600 })).id;
    const body = { ...(await samples.body('routes')), campaignId };
    expect(await refusal(api, 'POST', '/v1/routes', { ...body, minTalkS: 601 })).toEqual([
      { path: '/minTalkS', message: expect.stringContaining('600 s') as string },
    ]);
    await api.expect(201, 'POST', '/v1/routes', { ...body, minTalkS: 600 });
  });
});

it('A schedule may open on dates to come alone, and be changed when they are over', async () => {
  const api = await startTestApi();
  const open = (date: string): Json => ({ date, windows: [['09:00', '17:00']] });
  const fields = { weekly: {}, exceptions: [open('2026-11-20'), open('2026-11-22')] };
  const { id } = await new ApiSamples(api).create('schedules', fields);
  api.advance(7 * 86_400_000);
  await api.expect(200, 'PATCH', `/v1/schedules/${id}`, { name: 'The open day' });
});

it('A number that its trunk may not dial is refused; one that it no longer may can still be switched off', async () => {
  const api = await startTestApi();
  const samples = new ApiSamples(api);
  const trunkId = (await samples.create('trunks', { allowedPrefixes: ['+1415'] })).id;
  const body = { ...(await samples.body('destinations')), trunkId };
  expect(await refusal(api, 'POST', '/v1/destinations', { ...body, uri: 'tel:+442071838750' })).toEqual([
    { path: '/uri', message: expect.stringContaining('+1415') as string },
  ]);
  const made = await api.expect(201, 'POST', '/v1/destinations', { ...body, uri: 'tel:+14155550123' });
  await api.expect(200, 'PATCH', `/v1/trunks/${trunkId}`, { allowedPrefixes: ['+44'] });
  await api.expect(200, 'PATCH', `/v1/destinations/${made.id}`, { enabled: false });
  await api.expect(422, 'PATCH', `/v1/destinations/${made.id}`, { uri: 'tel:+14155550124' });
});
