import { describe, expect, it } from 'vitest';

import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';

/** The paths that creating this is refused for. */
async function refusedAt(api: TestApi, kind: string, changes: Json): Promise<readonly string[]> {
  const body = { ...(await new ApiSamples(api).body(kind)), ...changes };
  const problem = await api.expect(422, 'POST', `/v1/${kind}`, body);
  for (const { message } of problem.errors) expect(message.length).toBeGreaterThan(10);
  return problem.errors.map(({ path }: Json) => path);
}

describe('A trunk', () => {
  it.each([
    [{ sources: ['10.0.0.0/33'] }, '/sources/0'],
    [{ sources: ['10.0.0.1', 'carrier.example'] }, '/sources/1'],
    [{ sources: ['2001:db8::/129'] }, '/sources/0'],
    [{ sources: ['fe80::1%eth0'] }, '/sources/0'],
    [{ gateways: [{ uri: 'carrier.example' }] }, '/gateways/0/uri'],
    [{ gateways: [{ uri: 'sip:user@carrier.example' }] }, '/gateways/0/uri'],
    [{ gateways: [{ uri: 'sip:carrier.example:70000' }] }, '/gateways/0/uri'],
    [{ gateways: [{ uri: 'sip:carrier.example;transport=tls' }] }, '/gateways/0/uri'],
    [{ gateways: [{ uri: 'sip:[::zz]' }] }, '/gateways/0/uri'],
    [{ gateways: [{ uri: 'sip:gw.example', weight: 0 }] }, '/gateways/0/weight'],
    [{ gateways: [{ uri: 'sip:gw.example', priority: -1 }] }, '/gateways/0/priority'],
    [{ challengeInbound: true }, '/digest'],
    [{ digest: { username: 'u', realm: 'r' } }, '/digest/password'],
    [{ maxCps: 0 }, '/maxCps'],
    [{ maxConcurrent: 0 }, '/maxConcurrent'],
    [{ allowedPrefixes: ['1'] }, '/allowedPrefixes/0'],
    [{ numberFormat: 'pretty' }, '/numberFormat'],
    [{ name: ' ' }, '/name'],
    [{ name: 'two\nlines' }, '/name'],
  ])('with %j is refused at %s', async (changes, path) => {
    expect(await refusedAt(await startTestApi(), 'trunks', changes)).toEqual([path]);
  });

  it('may have no sources, be an IPv6 one, and speak TCP', async () => {
    const api = await startTestApi();
    await new ApiSamples(api).create('trunks', {
      sources: ['2001:db8::/32', '192.0.2.7'],
      gateways: [{ uri: 'sip:[2001:db8::1]:5070;transport=tcp', priority: 0, weight: 1 }],
    });
    await new ApiSamples(api).create('trunks', { sources: [] });
  });

  it('never shows its password, and keeps it through changes that leave it out', async () => {
    const api = await startTestApi();
    const digest = { username: 'tollgate', realm: 'carrier.example', password: 'hunter2' };
    const created = await api.request('POST', '/v1/trunks', { name: 'Carrier', digest });
    const path = `/v1/trunks/${created.json().id}`;
    const changed = await api.request('PATCH', path, { digest: { username: 'other' }, name: 'Renamed' });
    const read = await api.request('GET', path);
    const listed = await api.request('GET', '/v1/trunks');
    for (const { body } of [created, changed, read, listed]) expect(body).not.toContain('hunter2');
    expect(read.json()).toMatchObject({ digest: { username: 'other', realm: 'carrier.example', passwordSet: true } });
    const plan = await api.store.resources.readPlan();
    expect(plan.trunks[0]?.digest).toEqual({ ...digest, username: 'other' });

    await api.expect(200, 'PATCH', path, { digest: null });
    expect((await api.store.resources.readPlan()).trunks[0]?.digest).toBeUndefined();
  });
});

describe('A DID', () => {
  it.each(['4155550100', '(415) 555-0100', '1-415-555-0100', '+1 415 555 0100'])(
    'written %j is stored in E.164',
    async (number) => {
      const api = await startTestApi();
      expect(await new ApiSamples(api).create('dids', { number })).toMatchObject({ number: '+14155550100' });
    },
  );

  it('is found by its number, even where the plus sign was not escaped', async () => {
    const api = await startTestApi();
    const did = await new ApiSamples(api).create('dids', { number: '+442071838750' });
    for (const number of ['%2B442071838750', '+442071838750']) {
      expect((await api.expect(200, 'GET', `/v1/dids?number=${number}`)).data[0].id).toBe(did.id);
    }
    expect((await api.expect(422, 'GET', '/v1/dids?number=abc')).errors[0].path).toBe('/number');
  });

  it.each(['', '911', 'abc', '+1415555010', 'anonymous'])('of the number %j is refused', async (number) => {
    expect(await refusedAt(await startTestApi(), 'dids', { number })).toEqual(['/number']);
  });

  it('is one: a second of the same number is a duplicate', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    await samples.create('dids', { number: '4155550100' });
    const body = { ...(await samples.body('dids')), number: '+14155550100' };
    expect(await api.expect(409, 'POST', '/v1/dids', body)).toMatchObject({ code: 'duplicate' });
  });
});

describe('A campaign', () => {
  it('has the defaults that its description names', async () => {
    const api = await startTestApi();
    expect(await api.expect(201, 'POST', '/v1/campaigns', { name: 'Bare' })).toMatchObject({
      status: 'live',
      minTalkS: 0,
      priceMicros: 0,
      tiers: [],
      duplicates: { windowDays: 0, scope: 'campaign', trigger: 'billable', routing: 'allow' },
      order: 'weight',
      simultaneous: false,
      media: 'auto',
      record: false,
      prompts: {},
      afterHours: { action: 'reject' },
      screening: { anonymous: 'allow' },
    });
  });

  it('may ring all at once, hang up after hours and demand an attestation', async () => {
    const api = await startTestApi();
    const fields = {
      simultaneous: true,
      afterHours: { action: 'hangup' },
      screening: { anonymous: 'reject', minAttestation: 'B' },
    };
    expect(await new ApiSamples(api).create('campaigns', fields)).toMatchObject(fields);
  });

  it.each([
    [{ status: 'on' }, '/status'],
    [{ minTalkS: -1 }, '/minTalkS'],
    [{ priceMicros: 0.5 }, '/priceMicros'],
    [{ priceMicros: -1 }, '/priceMicros'],
    [{ priceMicros: 2 ** 60 }, '/priceMicros'],
    [{ tiers: [{ minTalkS: 30, priceMicros: 1 }] }, '/tiers/0/minTalkS'],
    [
      {
        tiers: [
          { minTalkS: 90, priceMicros: 1 },
          { minTalkS: 90, priceMicros: 2 },
        ],
      },
      '/tiers/1/minTalkS',
    ],
    [
      {
        tiers: [
          { minTalkS: 120, priceMicros: 1 },
          { minTalkS: 90, priceMicros: 2 },
        ],
      },
      '/tiers/1/minTalkS',
    ],
    [{ duplicates: { windowDays: 1.5 } }, '/duplicates/windowDays'],
    [{ duplicates: { scope: 'world' } }, '/duplicates/scope'],
    [{ maxAttempts: 0 }, '/maxAttempts'],
    [{ setupBudgetS: 0 }, '/setupBudgetS'],
    [{ screening: { minAttestation: 'D' } }, '/screening/minAttestation'],
    [{ afterHours: { action: 'reject', destinationId: 'dst_1' } }, '/afterHours/destinationId'],
  ])('with %j is refused at %s', async (changes, path) => {
    expect(await refusedAt(await startTestApi(), 'campaigns', changes)).toEqual([path]);
  });

  it.each([
    [{ record: true }, '/record'],
    [{ media: 'anchored' }, '/media'],
    [{ prompts: { greeting: 'prm_1' } }, '/prompts/greeting'],
    [{ ivr: { start: 'a', steps: { a: { type: 'route' } } } }, '/ivr'],
    [{ afterHours: { action: 'voicemail' } }, '/afterHours/action'],
    [{ afterHours: { action: 'hangup', promptId: 'prm_1' } }, '/afterHours/promptId'],
  ])('with %j is refused at %s for want of a media server', async (changes, path) => {
    const api = await startTestApi();
    const body = { name: 'Roofing', ...changes };
    const problem = await api.expect(422, 'POST', '/v1/campaigns', body);
    expect(problem.errors).toEqual([{ path, message: expect.stringContaining('needs a media server') }]);
  });
});

describe('A publisher', () => {
  it('earns an amount or a share', async () => {
    const api = await startTestApi();
    for (const payout of [
      { kind: 'fixed', amountMicros: 5_000_000, minTalkS: 90 },
      { kind: 'percent', percent: 33.33 },
    ]) {
      expect((await new ApiSamples(api).create('publishers', { payout })).payout).toEqual(payout);
    }
  });

  it.each([
    [{ kind: 'fixed' }, '/payout/amountMicros'],
    [{ kind: 'fixed', amountMicros: 1, percent: 1 }, '/payout/percent'],
    [{ kind: 'percent' }, '/payout/percent'],
    [{ kind: 'percent', percent: 1, amountMicros: 1 }, '/payout/amountMicros'],
    [{ kind: 'percent', percent: 33.333 }, '/payout/percent'],
    [{ kind: 'percent', percent: 101 }, '/payout/percent'],
    [{ kind: 'barter' }, '/payout/kind'],
  ])('paid %j is refused at %s', async (payout, path) => {
    expect(await refusedAt(await startTestApi(), 'publishers', { payout })).toEqual([path]);
  });

  it('goes from a share to an amount in one change', async () => {
    const api = await startTestApi();
    const { id } = await new ApiSamples(api).create('publishers');
    const payout = { kind: 'fixed', amountMicros: 7, percent: null };
    const changed = await api.expect(200, 'PATCH', `/v1/publishers/${id}`, { payout });
    expect(changed.payout).toEqual({ kind: 'fixed', amountMicros: 7 });
  });
});

describe('A buyer', () => {
  it.each([
    [{ timezone: '+05:00' }, '/timezone'],
    [{ timezone: 'Mars/Olympus' }, '/timezone'],
    [{ status: 'asleep' }, '/status'],
    [{ caps: { daily: 0 } }, '/caps/daily'],
    [{ caps: { concurrent: 1.5 } }, '/caps/concurrent'],
    [{ caps: { spendDailyMicros: 0 } }, '/caps/spendDailyMicros'],
    [{ caps: { mode: 'hard' } }, '/caps/mode'],
    [{ caps: { weekly: 5 } }, '/caps/weekly'],
    [{ creditLimitMicros: -1 }, '/creditLimitMicros'],
  ])('with %j is refused at %s', async (changes, path) => {
    expect(await refusedAt(await startTestApi(), 'buyers', changes)).toEqual([path]);
  });

  it('may live in any IANA zone, by its other names too', async () => {
    const api = await startTestApi();
    await new ApiSamples(api).create('buyers', { timezone: 'Asia/Kolkata' });
  });
});

describe('A destination', () => {
  it.each([
    'sip:desk@pbx.example',
    'sip:desk@192.0.2.7:5080',
    'sip:desk@[2001:db8::1]:5080',
    'sip:+14155550123@gw.example',
  ])('at %s is dialled directly', async (uri) => {
    expect(await new ApiSamples(await startTestApi()).create('destinations', { uri })).toMatchObject({
      uri,
      ringTimeoutS: 25,
    });
  });

  it('at a number is dialled in E.164 through its trunk', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const trunkId = (await samples.create('trunks')).id;
    const made = await samples.create('destinations', { uri: 'tel:415-555-0123', trunkId });
    expect(made).toMatchObject({ uri: 'tel:+14155550123', trunkId });
  });

  it.each([
    [{ uri: 'sips:desk@pbx.example' }, '/uri'],
    [{ uri: 'sip:pbx.example' }, '/uri'],
    [{ uri: 'sip:desk@pbx.example:0' }, '/uri'],
    [{ uri: 'sip:desk@pbx.example?Replaces=1' }, '/uri'],
    [{ uri: 'sip:desk@pbx.example\r\nVia: x' }, '/uri'],
    [{ uri: 'sip:"desk"@pbx.example' }, '/uri'],
    [{ uri: 'http://pbx.example' }, '/uri'],
    [{ uri: 'tel:+1415', trunkId: 'trk_1' }, '/uri'],
    [{ uri: 'tel:+14155550123;ext=7', trunkId: 'trk_1' }, '/uri'],
    [{ uri: 'tel:+14155550123' }, '/trunkId'],
    [{ ringTimeoutS: 0 }, '/ringTimeoutS'],
    [{ ringTimeoutS: 121 }, '/ringTimeoutS'],
    [{ acceptDigit: '12' }, '/acceptDigit'],
    [{ acceptDigit: '1' }, '/acceptDigit'],
    [{ whisper: 'prm_1' }, '/whisper'],
  ])('with %j is refused at %s', async (changes, path) => {
    expect(await refusedAt(await startTestApi(), 'destinations', changes)).toEqual([path]);
  });
});

describe('A route', () => {
  it('has the defaults of the contract', async () => {
    expect(await new ApiSamples(await startTestApi()).create('routes')).toMatchObject({
      priority: 1,
      weight: 100,
      caps: {},
      enabled: true,
    });
  });

  it.each([
    [{ priority: -1 }, '/priority'],
    [{ weight: 0 }, '/weight'],
    [{ priceMicros: -1 }, '/priceMicros'],
    [{ minTalkS: -1 }, '/minTalkS'],
    [{ caps: { daily: -5 } }, '/caps/daily'],
    [{ areaId: 'area_none' }, '/areaId'],
    [{ scheduleId: 'sch_none' }, '/scheduleId'],
    [{ categories: [] }, '/categories'],
    [{ categories: ['roofing', 'roofing'] }, '/categories'],
    [{ categories: ['roofing', ' roofing'] }, '/categories/1'],
    [{ categories: ['x'.repeat(65)] }, '/categories/0'],
    [{ categories: Array.from({ length: 21 }, (_, i) => `c${i}`) }, '/categories'],
  ])('with %j is refused at %s', async (changes, path) => {
    expect(await refusedAt(await startTestApi(), 'routes', changes)).toEqual([path]);
  });
});

it('A route may take some categories alone, and all again', async () => {
  const api = await startTestApi({ mediaServer: true });
  const samples = new ApiSamples(api);
  const steps = { roof: { type: 'set', category: 'roof-repair', next: 'end' }, end: { type: 'route' } };
  const { id: campaignId } = await samples.create('campaigns', { ivr: { start: 'roof', steps } });
  const { id, categories } = await samples.create('routes', { campaignId, categories: ['roof-repair', 'A'] });
  expect(categories).toEqual(['roof-repair', 'A']);
  expect(await api.expect(200, 'PATCH', `/v1/routes/${id}`, { categories: null })).not.toHaveProperty('categories');
});

describe('An area', () => {
  it.each([
    [{ include: [{}] }, '/include/0'],
    [{ include: [{ npa: '415', state: 'CA' }] }, '/include/0'],
    [{ include: [{ planet: 'Mars' }] }, '/include/0/planet'],
    [{ include: [{ npa: '15' }] }, '/include/0/npa'],
    [{ include: [{ zip: 94_107 }] }, '/include/0/zip'],
    [{ exclude: [{ state: 'XX' }] }, '/exclude/0/state'],
    [{ include: [{ radius: { zip: '94107', miles: 0 } }] }, '/include/0/radius/miles'],
    [{ include: [{ radius: { zip: '00000', miles: 5 } }] }, '/include/0/radius/zip'],
  ])('with %j is refused at %s', async (changes, path) => {
    expect(await refusedAt(await startTestApi(), 'areas', changes)).toEqual([path]);
  });

  it('may take in everyone, or a circle', async () => {
    const api = await startTestApi();
    await new ApiSamples(api).create('areas', { include: [] });
    await new ApiSamples(api).create('areas', { include: [{ radius: { zip: '94107', miles: 25 } }] });
  });
});

describe('A schedule', () => {
  it.each([
    [{ timezone: 'EST5EDT4' }, '/timezone'],
    [{ weekly: { monday: [] } }, '/weekly/monday'],
    [{ weekly: { mon: [['09:00']] } }, '/weekly/mon/0'],
    [{ weekly: { mon: [['09:00', '25:00']] } }, '/weekly/mon/0/1'],
    [{ weekly: { mon: [['09:00', '09:00']] } }, '/weekly/mon/0'],
    [{ exceptions: [{ date: '2026-12-24' }] }, '/exceptions/0'],
    [{ exceptions: [{ date: '2026-12-24', closed: true, windows: [] }] }, '/exceptions/0'],
    [{ exceptions: [{ date: '2026-12-24', closed: false }] }, '/exceptions/0'],
    [{ exceptions: [{ date: '2026-02-30', closed: true }] }, '/exceptions/0/date'],
    [{ holidays: 'CA' }, '/holidays'],
  ])('with %j is refused at %s', async (changes, path) => {
    expect(await refusedAt(await startTestApi(), 'schedules', changes)).toEqual([path]);
  });

  it('may cross midnight, close at 24:00 and have exceptions', async () => {
    const fields = {
      weekly: { fri: [['22:00', '02:00']], sun: [['12:00', '24:00']] },
      exceptions: [
        { date: '2026-12-25', closed: true },
        { date: '2026-12-31', windows: [['10:00', '12:00']] },
      ],
      holidays: 'US',
    };
    expect(await new ApiSamples(await startTestApi()).create('schedules', fields)).toMatchObject(fields);
  });
});

describe('A blocklist entry', () => {
  it('is a number or a prefix, until an instant', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    expect(await samples.create('blocklist', { match: '(415) 555-0100' })).toMatchObject({ match: '+14155550100' });
    expect(await samples.create('blocklist', { match: '+1900' })).toMatchObject({ match: '+1900' });
    const made = await samples.create('blocklist', { expiresAt: '2027-01-01T01:00:00+01:00' });
    expect(made.expiresAt).toBe('2027-01-01T00:00:00.000Z');
    const changed = await api.expect(200, 'PATCH', `/v1/blocklist/${made.id}`, { reason: 'Still' });
    expect(changed.expiresAt).toBe(made.expiresAt);
    expect((await api.expect(200, 'GET', '/v1/blocklist?match=+1900')).data).toHaveLength(1);
  });

  it.each([
    [{ match: '1415' }, '/match'],
    [{ match: '+0' }, '/match'],
    [{ match: 'anonymous' }, '/match'],
    [{ expiresAt: 'tomorrow' }, '/expiresAt'],
    [{ expiresAt: '2027-01-01' }, '/expiresAt'],
    [{ expiresAt: 1_800_000_000 }, '/expiresAt'],
  ])('with %j is refused at %s', async (changes, path) => {
    expect(await refusedAt(await startTestApi(), 'blocklist', changes)).toEqual([path]);
  });
});
