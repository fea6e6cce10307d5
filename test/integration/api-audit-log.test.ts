import { describe, expect, it } from 'vitest';

import type { Ani } from '../../src/domain/numbers/e164.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples, KINDS } from '../support/api-samples.ts';
import { FORM_TYPE, multipartForm } from '../support/multipart-form.ts';
import { admitCall, settleCall } from '../support/settle-call.ts';
import { wavFile } from '../support/wav-files.ts';

const PATH = '/v1/audit-log';
const latest = async (api: TestApi): Promise<Json> => (await api.expect(200, 'GET', `${PATH}?limit=1`)).data[0];

/** How to carry out an operation so that it changes something: its path, body, and what the body is where not JSON. */
type Doing = (api: TestApi, samples: ApiSamples) => Promise<readonly [path: string, body?: Json, type?: string]>;

const ACCOUNT = { amountMicros: 5_000_000 };
const REASON = { reason: 'Wrong number' };

/** A caller who has not called before: nothing is paid for the calls of one who has. */
const nextCaller = (): Ani => `+1212555${String((callers += 1)).padStart(4, '0')}` as Ani;
let callers = 0;

/** A settled call whose campaign proposes to refund spam, said to be spam. */
const proposal = async (api: TestApi, samples: ApiSamples): Promise<string> => {
  const campaign = await samples.create('campaigns', { reviewRules: { spam: 'propose-refund' } });
  const fields = { campaignId: campaign.id, ani: nextCaller() };
  const { id } = await settleCall(api.store, `call_of_${campaign.id}`, fields);
  const said = await api.expect(200, 'PATCH', `/v1/calls/${id}/disposition`, { value: 'spam' });
  return said.openProposalId;
};

const SOUND = multipartForm([{ name: 'file', filename: 'hello.wav', content: wavFile(Buffer.alloc(160)) }]);

const prompt = async (api: TestApi): Promise<string> =>
  (await api.expect(201, 'POST', '/v1/prompts', SOUND, { 'content-type': FORM_TYPE })).id;

const WEBHOOK = { url: 'https://example.com/hook', events: ['call.received'] };

/** Of a webhook that was told of one call. */
const ofWebhook = (part: string, body?: Json): Doing => {
  return async (api) => {
    const { id } = await api.expect(201, 'POST', '/v1/webhooks', WEBHOOK);
    await admitCall(api.store, `call_of_${id}`);
    const [delivery] = (await api.expect(200, 'GET', `/v1/webhooks/${id}/deliveries`)).data;
    return [`/v1/webhooks/${id}${part.replace('DELIVERY', delivery.id)}`, body];
  };
};

const ofCall = (part: string, body: Json, fields: Json = {}): Doing => {
  return async (api) => {
    const { id } = await settleCall(api.store, `call_${part}`, { ani: nextCaller(), ...fields });
    return [`/v1/calls/${id}/${part}`, body];
  };
};

const ofLiveCall = (part: string): Doing => {
  return async (api) => {
    api.live.push({ id: 'call_live' } as never);
    return [`/v1/live-calls/call_live/${part}`];
  };
};

/** Each operation that changes something. What is missing here fails the test below. */
const CHANGES: Readonly<Record<string, Doing>> = {
  ...Object.fromEntries(
    KINDS.flatMap((kind): [string, Doing][] => [
      [`post /v1/${kind}`, async (_api, samples) => [`/v1/${kind}`, await samples.body(kind)]],
      [
        `patch /v1/${kind}/{id}`,
        async (_api, samples) => [`/v1/${kind}/${(await samples.create(kind)).id}`, { archived: true }],
      ],
      [`delete /v1/${kind}/{id}`, async (_api, samples) => [`/v1/${kind}/${(await samples.create(kind)).id}`]],
    ]),
  ),
  'post /v1/import': async () => ['/v1/import', { buyers: [{ name: 'Imported' }] }],
  'post /v1/import/{collection}': async () => ['/v1/import/publishers', 'name\r\nImported\r\n', 'text/csv'],
  'post /v1/buyers/{id}/payments': async (_api, samples) => [
    `/v1/buyers/${(await samples.create('buyers')).id}/payments`,
    ACCOUNT,
  ],
  'patch /v1/calls/{id}/disposition': ofCall('disposition', { value: 'booked' }),
  'post /v1/calls/{id}/adjustments': ofCall('adjustments', { party: 'buyer', amountMicros: -5, ...REASON }),
  'post /v1/calls/{id}/refund': ofCall('refund', REASON),
  'post /v1/calls/{id}/bill': ofCall('bill', REASON, { estimated: true }),
  'post /v1/adjustment-proposals/{id}/confirm': async (api, samples) => [
    `/v1/adjustment-proposals/${await proposal(api, samples)}/confirm`,
    REASON,
  ],
  'post /v1/adjustment-proposals/{id}/dismiss': async (api, samples) => [
    `/v1/adjustment-proposals/${await proposal(api, samples)}/dismiss`,
    REASON,
  ],
  'post /v1/live-calls/{id}/hangup': ofLiveCall('hangup'),
  'delete /v1/calls/{id}/recording': async () => ['/v1/calls/call_recorded/recording'],
  'post /v1/live-calls/{id}/recording/pause': ofLiveCall('recording/pause'),
  'post /v1/live-calls/{id}/recording/resume': ofLiveCall('recording/resume'),
  'patch /v1/media-servers/{name}': async () => ['/v1/media-servers/media.example:8021', { draining: true }],
  'post /v1/prompts': async () => ['/v1/prompts', SOUND, FORM_TYPE],
  'patch /v1/prompts/{id}': async (api) => [`/v1/prompts/${await prompt(api)}`, { name: 'Other' }],
  'delete /v1/prompts/{id}': async (api) => [`/v1/prompts/${await prompt(api)}`],
  'post /v1/ledger/close': async () => ['/v1/ledger/close', { before: '2026-11-01T00:00:00Z' }],
  'post /v1/webhooks': async () => ['/v1/webhooks', WEBHOOK],
  'patch /v1/webhooks/{id}': ofWebhook('', { enabled: false }),
  'delete /v1/webhooks/{id}': ofWebhook(''),
  'post /v1/webhooks/{id}/rotate-secret': ofWebhook('/rotate-secret'),
  'post /v1/webhooks/{id}/test': ofWebhook('/test'),
  'post /v1/webhooks/{id}/deliveries/{deliveryId}/replay': ofWebhook('/deliveries/DELIVERY/replay'),
  'post /v1/webhooks/{id}/replay': ofWebhook('/replay', { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' }),
  'post /v1/erasures': async (api) => {
    const { id } = await settleCall(api.store, 'call_to_erase', { ani: nextCaller() });
    return ['/v1/erasures', { callId: id }];
  },
  'post /v1/conversions': async (api) => {
    const { id } = await settleCall(api.store, 'call_with_a_sale', { ani: nextCaller() });
    return ['/v1/conversions', { callId: id, externalId: 'order-1' }];
  },
  'post /v1/api-keys': async () => ['/v1/api-keys', { name: 'Export', role: 'viewer' }],
  'delete /v1/api-keys/{id}': async (api) => {
    const { id } = await api.expect(201, 'POST', '/v1/api-keys', { name: 'Export', role: 'viewer' });
    return [`/v1/api-keys/${id}`];
  },
};

/** An import has an entry of its own beside that of each change. */
const isImport = (operation: string): boolean => operation.startsWith('post /v1/import');

/** The sound is gone and the call's record stays as it was: that it was deleted is all there is to say. */
const LEAVES_NOTHING = new Set(['delete /v1/calls/{id}/recording']);

const CHANGES_NOTHING = new Set(['post /v1/route-decisions', 'post /v1/session', 'delete /v1/session']);

describe('The audit log', () => {
  it('has an entry of every operation that changes something, with who did it, to what', async () => {
    const api = await startTestApi({ recordings: { fileOf: () => undefined, remove: () => Promise.resolve(true) } });
    const samples = new ApiSamples(api);
    const { paths } = await api.expect(200, 'GET', '/openapi.json');
    const operations = Object.entries<Json>(paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== 'get')
        .map((method) => `${method} ${path}`),
    );
    for (const operation of operations.filter((each) => !CHANGES_NOTHING.has(each))) {
      const [path, body, type] = (await CHANGES[operation]?.(api, samples)) ?? ['/v1/untested'];
      const count = (await api.expect(200, 'GET', `${PATH}?limit=500`)).data.length;
      const method = operation.split(' ', 1)[0]?.toUpperCase() ?? '';
      const response = await api.request(method, path, body, type === undefined ? {} : { 'content-type': type });
      expect([operation, response.statusCode < 300]).toEqual([operation, true]);
      expect([operation, (await api.expect(200, 'GET', `${PATH}?limit=500`)).data.length]).toEqual([
        operation,
        count + (isImport(operation) ? 2 : 1),
      ]);
      const [, , resource, id] = path.split('/');
      const entry = await latest(api);
      expect(entry).toMatchObject({ resource, actor: { role: 'admin', keyId: expect.stringMatching(/^key_/) } });
      const touched = operation.includes('{id}') ? id : (entry.after.id ?? null);
      expect([operation, entry.resourceId]).toEqual([operation, touched]);
      if (LEAVES_NOTHING.has(operation)) continue;
      expect([operation, entry.before !== null || entry.after !== null]).toEqual([operation, true]);
    }
  });

  it('shows how a thing stood before and after', async () => {
    const api = await startTestApi();
    const { id } = await api.expect(201, 'POST', '/v1/buyers', { name: 'B', caps: { daily: 5 } });
    expect(await latest(api)).toMatchObject({ action: 'create', resourceId: id, before: null, after: { name: 'B' } });
    await api.expect(200, 'PATCH', `/v1/buyers/${id}`, { caps: { daily: 6 } });
    expect(await latest(api)).toMatchObject({
      action: 'update',
      before: { revision: 1, caps: { daily: 5 } },
      after: { revision: 2, caps: { daily: 6 } },
    });
    await api.expect(201, 'POST', `/v1/buyers/${id}/payments`, { amountMicros: 7 });
    expect(await latest(api)).toMatchObject({ action: 'payments', resourceId: id, after: { amountMicros: 7 } });

    await settleCall(api.store, 'call_1');
    await api.expect(201, 'POST', '/v1/calls/call_1/refund', { reason: 'r' });
    expect(await latest(api)).toMatchObject({
      action: 'refund',
      before: { chargeMicros: 30_000_000, payoutMicros: 15_000_000 },
      after: { chargeMicros: 0, payoutMicros: 0 },
    });
  });

  it('holds no secret', async () => {
    const api = await startTestApi();
    const digest = { username: 'u', realm: 'r', password: 'correct horse' };
    const { id } = await new ApiSamples(api).create('trunks', { digest });
    await api.expect(200, 'PATCH', `/v1/trunks/${id}`, { digest: { password: 'battery staple' } });
    const { key } = await api.expect(201, 'POST', '/v1/api-keys', { name: 'Export', role: 'viewer' });
    const { body } = await api.request('GET', PATH);
    for (const secret of ['correct horse', 'battery staple', key]) expect(body).not.toContain(secret);
    expect(JSON.parse(body).data[1].after.digest).toEqual({ ...digest, password: '***' });
  });

  it('has nothing of what was refused, undone or only asked', async () => {
    const api = await startTestApi();
    await api.expect(422, 'POST', '/v1/buyers', {});
    await api.expect(404, 'DELETE', '/v1/buyers/byr_none');
    await api.expect(422, 'POST', '/v1/dids', { number: '+14155550100', campaignId: 'cmp_none' });
    await api.expect(404, 'POST', '/v1/live-calls/call_none/hangup');
    await api.expect(404, 'POST', '/v1/route-decisions', { did: '+14155550100', ani: 'anonymous' });
    expect((await api.expect(200, 'GET', PATH)).data).toEqual([]);
  });

  it('has nothing of what was so already, and the ETag stays', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const { id } = await samples.create('buyers', { name: 'B', caps: { daily: 5 } });
    const file = { buyers: [{ id, name: 'B' }] };
    await settleCall(api.store, 'call_1');
    const twice = [
      ['POST', '/v1/calls/call_1/refund', { reason: 'r' }],
      ['POST', '/v1/conversions', { callId: 'call_1', externalId: 'order-1' }],
      ['PATCH', '/v1/calls/call_1/disposition', { value: 'spam' }],
      ['PATCH', `/v1/buyers/${id}`, { caps: { daily: 6 } }],
    ] as const;
    const again = [
      ...twice,
      ['PATCH', `/v1/buyers/${id}`, {}],
      ['PATCH', `/v1/buyers/${id}`, { name: 'B', archived: false }],
      ['POST', '/v1/import', file],
    ] as const;
    for (const [method, path, body] of twice)
      expect((await api.request(method, path, body)).statusCode).toBeLessThan(300);
    const before = (await api.expect(200, 'GET', PATH)).data;
    for (const [method, path, body] of again) {
      expect([path, (await api.request(method, path, body)).statusCode]).toEqual([path, 200]);
      expect([path, (await api.expect(200, 'GET', PATH)).data]).toEqual([path, before]);
    }
    expect((await api.request('GET', `/v1/buyers/${id}`)).headers.etag).toBe('"2"');
    // Guarded all the same: whoever sends an old ETag has not seen what is there.
    await api.expect(412, 'PATCH', `/v1/buyers/${id}`, {}, { 'if-match': '"1"' });
  });

  it('has one entry of a request that came twice', async () => {
    const api = await startTestApi();
    const once = { 'idempotency-key': 'a-1' };
    await api.expect(201, 'POST', '/v1/buyers', { name: 'B' }, once);
    await api.expect(201, 'POST', '/v1/buyers', { name: 'B' }, once);
    expect((await api.expect(200, 'GET', PATH)).data).toHaveLength(1);
  });

  it('undoes the change whose entry can not be written', async () => {
    const api = await startTestApi();
    const watch = api.store.audit.watch.bind(api.store.audit);
    const broken: typeof watch = (action, work) => {
      watch(action, work);
      throw new Error('no room');
    };
    const failing = await startTestApi({ audit: { ...api.store.audit, watch: broken }, ...storeParts(api) });
    const authorization = `Bearer ${await api.keyFor('admin')}`;
    await failing.expect(500, 'POST', '/v1/buyers', { name: 'B' }, { authorization });
    expect((await api.expect(200, 'GET', '/v1/buyers')).data).toEqual([]);
    expect((await api.expect(200, 'GET', PATH)).data).toEqual([]);
  });

  it('is filtered and paged, newest first', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const buyer = await samples.create('buyers');
    api.advance(60_000);
    await samples.create('publishers');
    await api.expect(204, 'DELETE', `/v1/buyers/${buyer.id}`);
    const actions = async (query: string): Promise<string[]> =>
      (await api.expect(200, 'GET', `${PATH}?${query}`)).data.map((e: Json) => `${e.action} ${e.resource}`);
    expect(await actions('')).toEqual(['delete buyers', 'create publishers', 'create buyers']);
    expect(await actions('resource=buyers')).toEqual(['delete buyers', 'create buyers']);
    expect(await actions('action=create&role=admin')).toEqual(['create publishers', 'create buyers']);
    expect(await actions(`resourceId=${buyer.id}&to=2026-11-21T15:01:00Z`)).toEqual(['create buyers']);
    expect(await actions('keyId=key_none')).toEqual([]);

    const first = await api.expect(200, 'GET', `${PATH}?limit=2`);
    const second = await api.expect(200, 'GET', `${PATH}?limit=2&cursor=${first.nextCursor}`);
    expect([first.data.length, second.data.length, second.nextCursor]).toEqual([2, 1, null]);
    await api.expect(422, 'GET', `${PATH}?resource=buyers&cursor=${first.nextCursor}`);
    await api.expect(422, 'GET', `${PATH}?who=me`);
  });

  it('is for admins alone', async () => {
    const api = await startTestApi();
    for (const role of ['operator', 'viewer'] as const) {
      await api.expect(403, 'GET', PATH, undefined, { authorization: `Bearer ${await api.keyFor(role)}` });
    }
  });
});

/** Another API's store, for an API that differs in one part. */
function storeParts({ store }: TestApi): Pick<typeof store, 'resources' | 'keys' | 'idempotency' | 'changes'> {
  const { resources, keys, idempotency, changes } = store;
  return { resources, keys, idempotency, changes };
}
