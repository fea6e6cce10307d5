import { describe, expect, it } from 'vitest';

import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';
import { settleCall } from '../support/settle-call.ts';

const YAML = { 'content-type': 'application/yaml' };
const CSV = { 'content-type': 'text/csv' };

/** A small plan as a person writes it: no ids, names in their place. */
const PLAN = `
routes:
  - campaign: Roofing
    destination: Front desk
    schedule: Office hours
    caps: { daily: 50 }
  - campaign: Roofing
    destination: Front desk
    schedule: Nights
    priceMicros: 60000000
dids:
  - number: (415) 555-0100
    campaign: Roofing
    publisher: Bay Area Leads
campaigns:
  - name: Roofing
    minTalkS: 60
    priceMicros: 45000000
destinations:
  - buyer: Golden Gate
    name: Front desk
    uri: tel:+14155550123
    trunk: Carrier one
publishers:
  - name: Bay Area Leads
buyers:
  - name: Golden Gate
schedules:
  - name: Office hours
    timezone: America/Los_Angeles
    weekly: { mon: [["09:00", "17:00"]] }
  - name: Nights
    timezone: America/Los_Angeles
    weekly: { mon: [["20:00", "02:00"]] }
trunks:
  - name: Carrier one
    digest: { username: tollgate, realm: carrier.example, password: correct horse }
`;

const importYaml = (api: TestApi, text: string, query = ''): Promise<Json> =>
  api.expect(200, 'POST', `/v1/import${query}`, text, YAML);

const importCsv = (api: TestApi, kind: string, rows: readonly string[], query = ''): Promise<Json> =>
  api.expect(200, 'POST', `/v1/import/${kind}${query}`, `${rows.join('\r\n')}\r\n`, CSV);

/** What is refused, as path, line and message; the status is 422. */
const problemsOf = async (api: TestApi, text: string, query = ''): Promise<Json[]> =>
  (await api.expect(422, 'POST', `/v1/import${query}`, text, YAML)).errors;

const exported = async (api: TestApi): Promise<Json> => api.expect(200, 'GET', '/v1/export?archived=true');

const like = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

async function withPlan(): Promise<TestApi> {
  const api = await startTestApi();
  await importYaml(api, PLAN);
  return api;
}

it('An import refuses If-Match, which it has no ETag for, before it reads the file', async () => {
  const api = await startTestApi();
  const answer = await api.expect(422, 'POST', '/v1/import', { buyers: [{ name: 'B' }] }, { 'if-match': '"1"' });
  expect(answer.errors).toEqual([{ path: '/if-match', message: expect.stringContaining('leave the header out') }]);
  expect((await api.expect(200, 'GET', '/v1/buyers')).data).toEqual([]);
});

describe('An import', () => {
  it('takes things in any order, by names in place of ids, and finds them again by these', async () => {
    const api = await startTestApi();
    const first = await importYaml(api, PLAN);
    expect(first.counts).toEqual({ created: 10, updated: 0, unchanged: 0, archived: 0, deleted: 0 });
    const plan = await exported(api);
    const [campaign] = plan.campaigns;
    expect(plan.dids).toMatchObject([{ number: '+14155550100', campaignId: campaign.id }]);
    expect(plan.routes.map(({ scheduleId }: Json) => scheduleId)).toEqual(plan.schedules.map(({ id }: Json) => id));
    expect(first.collections.campaigns).toEqual({
      created: [campaign.id],
      updated: [],
      unchanged: [],
      archived: [],
      deleted: [],
    });
    expect((await importYaml(api, PLAN)).counts).toEqual({
      created: 0,
      updated: 0,
      unchanged: 10,
      archived: 0,
      deleted: 0,
    });
  });

  it('is one version of the plan, heard of once, and one entry of the audit log for each change', async () => {
    const api = await startTestApi();
    let heard = 0;
    api.store.resources.onChange(() => (heard += 1));
    const { version } = await api.store.resources.readPlan();
    await importYaml(api, PLAN);
    expect([(await api.store.resources.readPlan()).version, heard]).toEqual([version + 1, 1]);

    const { data } = await api.expect(200, 'GET', '/v1/audit-log');
    expect(data.map(({ action, resource }: Json) => `${action} ${resource}`)).toEqual([
      'create import',
      'create routes',
      'create routes',
      'create dids',
      'create campaigns',
      'create destinations',
      'create schedules',
      'create schedules',
      'create buyers',
      'create publishers',
      'create trunks',
    ]);
    expect(data[0].after).toEqual({ created: 10, updated: 0, archived: [], deleted: [] });
    expect(data.at(-1)).toMatchObject({ before: null, after: { name: 'Carrier one', digest: { password: '***' } } });
    await importCsv(api, 'buyers', ['name,status', 'Golden Gate,paused']);
    const latest = (await api.expect(200, 'GET', '/v1/audit-log?resource=buyers&limit=1')).data[0];
    expect(latest).toMatchObject({
      action: 'update',
      actor: { role: 'admin' },
      before: { status: 'active' },
      after: { status: 'paused' },
    });
  });

  it('leaves alone, in a merge, what the file does not say; null removes', async () => {
    const api = await withPlan();
    const { counts } = await importYaml(api, 'buyers: [{ name: Golden Gate, caps: { daily: 5, hourly: 2 } }]');
    expect(counts).toMatchObject({ updated: 1, unchanged: 0 });
    await importYaml(api, 'buyers: [{ name: Golden Gate, timezone: America/New_York, caps: { hourly: null } }]');
    expect((await exported(api)).buyers).toMatchObject([{ timezone: 'America/New_York', caps: { daily: 5 } }]);
    expect((await exported(api)).buyers[0].caps).toEqual({ daily: 5 });
  });

  it('makes the file, in a replacement, all there is of the collections it names', async () => {
    const api = await withPlan();
    await importYaml(api, 'publishers: [{ name: Bay Area Leads, caps: { daily: 5 } }]');
    const { counts, collections } = await importYaml(
      api,
      'routes: [{ campaign: Roofing, destination: Front desk, schedule: Nights }]\npublishers: [{ name: Bay Area Leads }]',
      '?mode=replace',
    );
    expect(counts).toEqual({ created: 0, updated: 2, unchanged: 0, archived: 0, deleted: 1 });
    expect(Object.keys(collections)).toEqual(['publishers', 'routes']);
    const plan = await exported(api);
    expect(plan.routes).toHaveLength(1);
    expect(plan.routes[0]).not.toHaveProperty('priceMicros');
    expect([plan.publishers[0].caps, plan.dids.length]).toEqual([{}, 1]);
  });

  it('archives, in a replacement, what records name, and deletes the rest', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const used = await samples.create('campaigns');
    const unused = await samples.create('campaigns');
    await settleCall(api.store, 'call_1', { campaignId: used.id });
    const { collections } = await importYaml(api, 'campaigns: []', '?mode=replace');
    expect(collections.campaigns).toMatchObject({ archived: [used.id], deleted: [unused.id] });
    expect(await api.expect(200, 'GET', `/v1/campaigns/${used.id}`)).toMatchObject({ archived: true });
    // What is archived is out of service already, and not missed.
    expect((await importYaml(api, 'campaigns: []', '?mode=replace')).counts).toMatchObject({ archived: 0, deleted: 0 });
  });

  it('refuses with 409 to remove what things that stay refer to', async () => {
    const api = await withPlan();
    const before = await exported(api);
    const refused = await api.expect(409, 'POST', '/v1/import?mode=replace', 'campaigns: []\nschedules: []', YAML);
    expect(refused).toMatchObject({
      code: 'in-use',
      errors: [{ path: '/campaigns' }, { path: '/schedules' }, { path: '/schedules' }],
    });
    expect(refused.errors[0].message).toMatch(
      /^cmp_\w+ is not in the file, and dids did_\w+, routes rte_\w+, routes rte_\w+ still refer/,
    );
    expect(
      await problemsOf(api, 'campaigns: []\ndids: [{ number: "+14155550100", campaign: Roofing }]', '?mode=replace'),
    ).toMatchObject([
      { path: '/dids/0/campaign', line: 2, message: like(/no "Roofing" among the campaigns/) },
      { path: '/campaigns' },
    ]);
    expect(await exported(api)).toEqual(before);
  });

  it('swaps the numbers of two DIDs', async () => {
    const api = await withPlan();
    await importYaml(api, 'dids: [{ number: "+14155550101", campaign: Roofing }]');
    const [one, other] = (await exported(api)).dids;
    await importYaml(
      api,
      `dids: [{ id: ${one.id}, number: "+14155550101" }, { id: ${other.id}, number: "+14155550100" }]`,
    );
    expect((await exported(api)).dids).toMatchObject([
      { id: one.id, number: '+14155550101' },
      { id: other.id, number: '+14155550100' },
    ]);
  });

  it('holds things against each other as they will be', async () => {
    const api = await withPlan();
    await importYaml(
      api,
      'campaigns: [{ name: Roofing, maxCallS: 600 }]\nroutes: [{ campaign: Roofing, destination: Front desk, schedule: Nights, minTalkS: 600 }]',
    );
    expect(
      await problemsOf(
        api,
        'campaigns: [{ name: Roofing, maxCallS: 300 }]\nroutes: [{ campaign: Roofing, destination: Front desk, schedule: Nights, minTalkS: 500 }]',
      ),
    ).toEqual([{ path: '/routes/0/minTalkS', line: 2, message: like(/ends calls after 300 s/) }]);
    // Of what the file says nothing, whoever gets in its way tells.
    expect(await problemsOf(api, 'campaigns: [{ name: Roofing, maxCallS: 300 }]')).toEqual([
      { path: '/campaigns/0/maxCallS', line: 1, message: like(/bills from 600 s/) },
    ]);
    await importYaml(api, 'routes: [{ campaign: Roofing, destination: Front desk, schedule: Nights, enabled: false }]');
    await importYaml(api, 'campaigns: [{ name: Roofing, maxCallS: 300 }]');
  });

  it('takes over who has left, with all that was theirs', async () => {
    const api = await withPlan();
    const { routes, destinations, buyers } = await exported(api);
    for (const [kind, all] of Object.entries({ routes, destinations, buyers })) {
      for (const { id } of all) await api.expect(200, 'PATCH', `/v1/${kind}/${id}`, { archived: true });
    }
    const plan = await exported(api);
    plan.trunks[0].digest.password = 'other horse';
    const other = await startTestApi();
    expect((await other.expect(200, 'POST', '/v1/import', plan)).counts).toMatchObject({ created: 10 });
    expect(await exported(other)).toEqual(await exported(api));
  });

  it('brings what is archived along, and back', async () => {
    const api = await withPlan();
    const { counts } = await importYaml(api, 'schedules: [{ name: Nights, archived: true }]');
    expect(counts).toMatchObject({ archived: 1, updated: 0 });
    expect(await api.expect(200, 'GET', '/v1/export')).toMatchObject({ schedules: [{ name: 'Office hours' }] });
    const text = (await api.request('GET', '/v1/export?format=yaml&archived=true')).body;
    expect(text).toContain('archived: true');

    const other = await startTestApi();
    const unmasked = text.replace('"***"', 'other horse');
    expect((await importYaml(other, unmasked)).counts).toMatchObject({ created: 10 });
    expect((await importYaml(other, unmasked)).counts).toMatchObject({ unchanged: 10 });
    expect((await importYaml(other, unmasked.replace('archived: true', 'archived: false'))).counts).toMatchObject({
      updated: 1,
    });
  });
});

describe('A dry run', () => {
  it('answers as the import would, and changes nothing at all', async () => {
    const api = await withPlan();
    const before = await exported(api);
    const { version } = await api.store.resources.readPlan();
    const entries = (await api.expect(200, 'GET', '/v1/audit-log')).data.length;
    const change = 'buyers: [{ name: Golden Gate, status: paused }, { name: New }]\nroutes: []';
    const dry = await importYaml(api, change, '?mode=merge&dryRun=true');
    expect(dry).toMatchObject({ dryRun: true, counts: { created: 1, updated: 1 } });
    expect(await exported(api)).toEqual(before);
    expect((await api.store.resources.readPlan()).version).toBe(version);
    expect((await api.expect(200, 'GET', '/v1/audit-log')).data).toHaveLength(entries);

    const real = await importYaml(api, change);
    expect([real.counts, real.collections.buyers.updated]).toEqual([dry.counts, dry.collections.buyers.updated]);
  });

  it('refuses what the import would', async () => {
    const api = await withPlan();
    const text = 'dids: [{ number: "5", campaign: Roofing }]';
    expect(await problemsOf(api, text, '?dryRun=true')).toEqual(await problemsOf(api, text));
  });
});

describe('An import with an idempotency key', () => {
  it('happens once, and is no other than the dry run before it', async () => {
    const api = await startTestApi();
    const headers = { ...YAML, 'idempotency-key': 'once' };
    const first = await api.request('POST', '/v1/import', 'buyers: [{ name: B }]', headers);
    const second = await api.request('POST', '/v1/import', 'buyers: [{ name: B }]', headers);
    expect([second.body, second.headers['idempotent-replayed']]).toEqual([first.body, 'true']);
    await api.expect(409, 'POST', '/v1/import', 'buyers: [{ name: C }]', headers);
    await api.expect(409, 'POST', '/v1/import?dryRun=true', 'buyers: [{ name: B }]', headers);

    const dry = { ...YAML, 'idempotency-key': 'dry' };
    await api.expect(200, 'POST', '/v1/import?dryRun=true', 'buyers: [{ name: D }]', dry);
    await api.expect(409, 'POST', '/v1/import', 'buyers: [{ name: D }]', dry);
    expect((await exported(api)).buyers).toHaveLength(1);
  });
});

describe('Secrets', () => {
  it('are masked in every export, and kept by an import of it', async () => {
    const api = await withPlan();
    for (const path of ['/v1/export', '/v1/export?format=yaml', '/v1/export/trunks']) {
      const { body } = await api.request('GET', path);
      expect(body).not.toContain('correct horse');
      expect(body).toContain('***');
    }
    const passwordNow = async (): Promise<unknown> =>
      (await api.store.resources.readPlan()).trunks[0]?.digest?.password;
    const yaml = (await api.request('GET', '/v1/export?format=yaml')).body;
    await importYaml(api, yaml.replace('username: tollgate', 'username: other'), '?mode=replace');
    expect([await passwordNow(), (await exported(api)).trunks[0].digest.username]).toEqual(['correct horse', 'other']);
    const csv = (await api.request('GET', '/v1/export/trunks')).body;
    await importCsv(api, 'trunks', [csv.replace('other', 'third').trimEnd()]);
    expect(await passwordNow()).toBe('correct horse');
    await importYaml(api, 'trunks: [{ name: Carrier one, digest: { password: battery staple } }]');
    expect(await passwordNow()).toBe('battery staple');
    await importYaml(api, 'trunks: [{ name: Carrier one, digest: null }]');
    expect(await passwordNow()).toBeUndefined();
  });

  it('must be told where there is none to keep', async () => {
    const api = await startTestApi();
    const digest = (password: string) =>
      `trunks:\n- name: T\n  digest:\n    username: u\n    realm: r\n${password === '' ? '' : `    password: "${password}"\n`}`;
    expect(await problemsOf(api, digest('***'))).toEqual([
      { path: '/trunks/0/digest/password', line: 3, message: like(/An export hides this.*write it/) },
    ]);
    expect(await problemsOf(api, digest(''))).toMatchObject([{ path: '/trunks/0/digest/password' }]);
  });
});

describe('A file that can not be imported', () => {
  it('is refused with everything that is wrong, by path and line, and changes nothing', async () => {
    const api = await withPlan();
    const before = await exported(api);
    const text = [
      'campaigns:', // 1
      '  - name: Legal',
      '    minTalkS: -1', // 3
      '    colour: red',
      'dids:', // 5
      '  - campaign: Legal',
      '    number: 12', // 7
      '  - { campaign: Nobody, number: "+14155550109" }',
      '  - campaignId: cmp_01JD6Z5V8QK3M4N7P9R2S5T8W1', // 9
      '    number: "+14155550108"',
      'schedules:', // 11
      '  - name: Never',
      '    timezone: UTC', // 13
      'routes:',
      '  - campaign: Roofing', // 15
      '    destination: 5',
      '    schedule: Never', // 17
    ].join('\n');
    expect(await problemsOf(api, text)).toEqual([
      { path: '/campaigns/0/colour', line: 4, message: like(/no such field/) },
      { path: '/campaigns/0/minTalkS', line: 3, message: like(/0 or more/) },
      { path: '/dids/0/number', line: 7, message: like(/Write text, not a number/) },
      { path: '/dids/1/campaign', line: 8, message: like(/no "Nobody" among the campaigns/) },
      { path: '/dids/2/campaignId', line: 9, message: like(/no cmp_01JD6Z5V8QK3M4N7P9R2S5T8W1 among/) },
      { path: '/schedules/0/weekly', line: 12, message: like(/never open/) },
      { path: '/routes/0/destination', line: 16, message: like(/Write a name, or an id, as text/) },
    ]);
    expect(await exported(api)).toEqual(before);
  });

  it.each([
    ['buyers: [{ name: A }', 400, 'malformed-request', /^Line 1: This is no YAML: /],
    ['buyers:\n  - name: A\n  - name: "B', 400, 'malformed-request', /^Line 3: This is no YAML: /],
    ['buyers: [{ name: A }]\nbuyers: []', 400, 'malformed-request', /^Line 2: .*unique/],
    ['buyers: *nothing', 400, 'malformed-request', /Unresolved alias/],
    ['- name: A', 422, 'invalid', /Write a map of lists: prompts, trunks, /],
    ['', 422, 'invalid', /Write a map of lists/],
    ['buyers: []\nbuyer: []', 422, 'invalid', /^line 2, \/buyer: There is no such collection/],
    ['buyers: { name: A }', 422, 'invalid', /^line 1, \/buyers: Write a list/],
    ['buyers:\n- name: A\n- B', 422, 'invalid', /^line 3, \/buyers\/1: Write a map of fields/],
  ])('in YAML, as in %j, says where and what', async (text, status, code, detail) => {
    const api = await startTestApi();
    expect(await api.expect(status, 'POST', '/v1/import', text, YAML)).toMatchObject({ code, detail: like(detail) });
  });

  it('in JSON says where and what', async () => {
    const api = await startTestApi();
    const wrong = await api.expect(400, 'POST', '/v1/import', '{"buyers": [}');
    expect(wrong.detail).toMatch(/This is no JSON: .*\}/);
    expect(await api.expect(422, 'POST', '/v1/import', { buyers: [{ name: 5 }] })).toMatchObject({
      errors: [{ path: '/buyers/0/name', message: like(/one line of text/) }],
    });
    await api.expect(400, 'POST', '/v1/import');
  });

  it('names things that are there several times, or twice in it', async () => {
    const api = await withPlan();
    await api.expect(201, 'POST', '/v1/campaigns', { name: 'Twin' });
    await api.expect(201, 'POST', '/v1/campaigns', { name: 'Twin' });
    expect(
      await problemsOf(
        api,
        'campaigns: [{ name: Twin, minTalkS: 5 }]\ndids: [{ number: "+14155550109", campaign: Twin }]',
      ),
    ).toMatchObject([
      {
        path: '/campaigns/0',
        line: 1,
        message: like(/Several of the campaigns are what this says: give the id of one, cmp_\w+ or cmp_/),
      },
      { path: '/dids/0/campaign', line: 2, message: like(/Several of the campaigns are called "Twin"/) },
    ]);
    expect(await problemsOf(api, 'buyers:\n- name: New\n- name: New')).toMatchObject([
      { path: '/buyers/1', line: 3, message: like(/the same of the buyers as line 2/) },
    ]);
    const [did] = (await exported(api)).dids;
    expect(
      await problemsOf(
        api,
        `dids: [{ number: "4155550109", campaign: Roofing }, { id: ${did.id}, number: "+14155550109" }]`,
      ),
    ).toMatchObject([{ path: '/dids/1/number', message: like(/\+14155550109 is the number of did_\w+, too/) }]);
  });

  it('names ids that are none, and ids of elsewhere for what is here under another', async () => {
    const api = await withPlan();
    const id = 'byr_01JD6Z5V8QK3M4N7P9R2S5T8W1';
    expect(await problemsOf(api, 'buyers: [{ id: byr_1, name: N }, { id: 5, name: M }]')).toMatchObject([
      { path: '/buyers/0/id', message: like(/no such id among the buyers, nor could there be/) },
      { path: '/buyers/1/id', message: like(/as text/) },
    ]);
    expect(await problemsOf(api, `buyers: [{ id: ${id}, name: Golden Gate }]`)).toMatchObject([
      { path: '/buyers/0/id', message: like(/no byr_01JD6\w+ here, but byr_\w+ has the same name/) },
    ]);
    // Who names both means two.
    const [here] = (await exported(api)).buyers;
    await importYaml(api, `buyers: [{ id: ${id}, name: Golden Gate }, { id: ${here.id} }]`);
    expect(
      await problemsOf(api, 'destinations: [{ name: D, buyer: Golden Gate, uri: "sip:a@b.example" }]'),
    ).toMatchObject([{ path: '/destinations/0/buyer', message: like(/Several of the buyers/) }]);
  });

  it('lists a hundred problems, and looks no further', async () => {
    const api = await startTestApi();
    const buyers = Array.from({ length: 5_000 }, () => ({ name: '' }));
    expect((await api.expect(422, 'POST', '/v1/import', { buyers })).errors).toHaveLength(100);
  });
});

describe('Names', () => {
  it('of destinations may be those of their buyers with them', async () => {
    const api = await withPlan();
    await importYaml(
      api,
      'buyers: [{ name: Other }]\ndestinations: [{ buyer: Other, name: Front desk, uri: "sip:a@b.example" }]',
    );
    expect(await problemsOf(api, 'routes: [{ campaign: Roofing, destination: Front desk }]')).toMatchObject([
      { message: like(/Several of the destinations are called "Front desk"/) },
    ]);
    await importYaml(api, 'routes: [{ campaign: Roofing, destination: Other > Front desk }]');
    const plan = await exported(api);
    expect(plan.routes.at(-1).destinationId).toBe(plan.destinations[1].id);
  });

  it('may be ids, lists, and beside ids that say the same', async () => {
    const api = await withPlan();
    const { campaigns, destinations, publishers } = await exported(api);
    const [campaign] = campaigns;
    const route = { campaign: campaign.id, destinationId: destinations[0].id, destination: 'Front desk' };
    await api.expect(200, 'POST', '/v1/import', {
      routes: [{ ...route, acceptedPublishers: ['Bay Area Leads'] }],
    });
    expect((await exported(api)).routes.at(-1)).toMatchObject({ acceptedPublisherIds: [publishers[0].id] });
    const other = await api.expect(422, 'POST', '/v1/import', {
      routes: [{ ...route, schedule: 'Nights', destinationId: 'dst_01JD6Z5V8QK3M4N7P9R2S5T8W1' }],
    });
    expect(other.errors).toMatchObject([
      { path: '/routes/0/destination', message: like(/another one than destinationId/) },
    ]);
  });

  it('of things that are archived are none', async () => {
    const api = await withPlan();
    await importYaml(api, 'publishers: [{ name: Bay Area Leads, archived: true }]');
    expect(
      await problemsOf(api, 'dids: [{ number: "+14155550109", campaign: Roofing, publisher: Bay Area Leads }]'),
    ).toMatchObject([{ path: '/dids/0/publisher', message: like(/among the publishers in service/) }]);
    const [{ id }] = (await exported(api)).publishers;
    expect(
      await problemsOf(api, `dids: [{ number: "+14155550109", campaign: Roofing, publisherId: ${id} }]`),
    ).toMatchObject([{ path: '/dids/0/publisherId', message: like(/is archived: bring it back first/) }]);
  });
});

describe('Prompts', () => {
  const file = (id: string): Json => ({
    prompts: [{ id, name: 'Welcome' }],
    campaigns: [
      { name: 'C', prompts: { greeting: id }, ivr: { start: 'a b', steps: { 'a b': { type: 'hangup', prompt: id } } } },
    ],
  });
  const elsewhere = 'prm_01JD6Z5V8QK3M4N7P9R2S5T8W1';
  const upload = (api: TestApi) =>
    api.store.prompts.keep({ id: api.store.prompts.newId(), name: 'Welcome', durationMs: 1_000 });

  it('go by id and name alone, and are those of the same name where they are imported', async () => {
    const api = await startTestApi({ mediaServer: true });
    const { id } = await upload(api);
    await api.expect(200, 'POST', '/v1/import', file(elsewhere));
    const plan = await exported(api);
    expect(plan.prompts).toEqual([{ id, name: 'Welcome' }]);
    expect(plan.campaigns[0]).toMatchObject({ prompts: { greeting: id }, ivr: { steps: { 'a b': { prompt: id } } } });
    expect((await api.expect(200, 'POST', '/v1/import', file(elsewhere))).counts).toMatchObject({ unchanged: 1 });
    expect((await api.expect(200, 'POST', '/v1/import?mode=replace', plan)).counts).toMatchObject({ unchanged: 1 });
  });

  it('that are not here must be uploaded first', async () => {
    const api = await startTestApi({ mediaServer: true });
    const refused = async (): Promise<Json> => (await api.expect(422, 'POST', '/v1/import', file(elsewhere))).errors;
    expect(await refused()).toEqual([
      {
        path: '/campaigns/0/prompts/greeting',
        message: like(/no prm_01JD6Z\w+ among the prompts: upload its WAV first/),
      },
      { path: '/campaigns/0/ivr/steps/a b/prompt', message: like(/upload/) },
    ]);
    await upload(api);
    await upload(api);
    // Which of the two is meant, nobody knows.
    expect(await refused()).toHaveLength(2);
    expect((await api.expect(422, 'POST', '/v1/import', { prompts: ['Welcome'] })).errors).toMatchObject([
      { path: '/prompts' },
    ]);
  });
});

describe('Who may', () => {
  it('export with a key that reads, import with one that writes', async () => {
    const api = await startTestApi();
    const authorization = `Bearer ${await api.keyFor('viewer')}`;
    await api.expect(200, 'GET', '/v1/export', undefined, { authorization });
    await api.expect(403, 'POST', '/v1/import?dryRun=true', {}, { authorization });
    const buyer = `Bearer ${await api.keyFor(`buyer:${(await new ApiSamples(api).create('buyers')).id}`)}`;
    expect((await api.request('GET', '/v1/export/buyers', undefined, { authorization: buyer })).statusCode).toBe(403);
  });
});
