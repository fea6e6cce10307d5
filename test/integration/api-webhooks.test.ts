import { describe, expect, it } from 'vitest';

import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { admitCall, settleCall } from '../support/settle-call.ts';

const PATH = '/v1/webhooks';
const BODY = { url: 'https://example.com/hook', events: ['call.settled'] };
const OWN_SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

const create = (api: TestApi, changes: Json = {}): Promise<Json> =>
  api.expect(201, 'POST', PATH, { ...BODY, ...changes });

describe('A webhook', () => {
  it('is created, listed, read and deleted, its secret told once', async () => {
    const api = await startTestApi();
    const response = await api.request('POST', PATH, BODY);
    const { secret, ...made } = response.json();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(response.headers).toMatchObject({
      etag: '"1"',
      location: `${PATH}/${made.id}`,
      'cache-control': 'no-store',
    });
    expect(made).toMatchObject({ ...BODY, enabled: true, disabledReason: null, failingSince: null, revision: 1 });
    expect(await api.expect(200, 'GET', `${PATH}/${made.id}`)).toEqual(made);
    expect((await api.expect(200, 'GET', PATH)).data).toEqual([made]);
    await api.expect(204, 'DELETE', `${PATH}/${made.id}`);
    await api.expect(404, 'GET', `${PATH}/${made.id}`);
    await api.expect(404, 'DELETE', `${PATH}/${made.id}`);
    expect((await api.expect(200, 'GET', PATH)).data).toEqual([]);
  });

  it('may bring a secret, which is told nowhere', async () => {
    const api = await startTestApi();
    const { id } = await create(api, { secret: OWN_SECRET });
    await api.expect(200, 'PATCH', `${PATH}/${id}`, { secret: `${OWN_SECRET.slice(0, -4)}AAAA` });
    await api.expect(200, 'POST', `${PATH}/${id}/rotate-secret`, { secret: OWN_SECRET });
    const { secret } = await api.expect(200, 'POST', `${PATH}/${id}/rotate-secret`);
    const pages = await Promise.all(
      [`${PATH}/${id}`, PATH, '/v1/audit-log'].map(async (path) => (await api.request('GET', path)).body),
    );
    for (const page of pages) {
      expect(page).not.toContain(OWN_SECRET);
      expect(page).not.toContain(secret);
      expect(page).not.toContain('whsec_');
    }
  });

  it.each<readonly [path: string, changes: Json]>([
    ['/url', { url: undefined }],
    ['/url', { url: 'example.com' }],
    ['/url', { url: 'ftp://example.com/' }],
    ['/url', { url: 'https://user:pw@example.com/' }],
    ['/url', { url: 'http://10.0.0.1/' }],
    ['/url', { url: 'http://[::ffff:192.168.0.1]/' }],
    ['/url', { url: 'http://169.254.169.254/' }],
    ['/url', { url: 'http://localhost:8080/' }],
    ['/events', { events: [] }],
    ['/events', { events: ['call.settled', 'call.settled'] }],
    ['/events/0', { events: ['call.lost'] }],
    ['/secret', { secret: 'hunter2' }],
    ['/secret', { secret: 'whsec_c2hvcnQ=' }],
    ['/secret', { secret: null }],
    ['/color', { color: 'red' }],
  ])('is refused with what is wrong at %s: %j', async (path, changes) => {
    const api = await startTestApi();
    const refused = await api.expect(422, 'POST', PATH, { ...BODY, ...changes });
    expect(refused.errors.map((error: Json) => error.path)).toEqual([path]);
    expect(JSON.stringify(refused)).not.toContain('hunter2');
    const { id } = await create(api);
    const patched = Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, value ?? null]));
    await api.expect(422, 'PATCH', `${PATH}/${id}`, patched);
  });

  it('is changed by merge patches, guarded by If-Match', async () => {
    const api = await startTestApi();
    const { id } = await create(api, { description: 'The CRM' });
    const path = `${PATH}/${id}`;
    expect(await api.expect(200, 'PATCH', path, { events: ['call.ended'] })).toMatchObject({
      events: ['call.ended'],
      description: 'The CRM',
      revision: 2,
    });
    const bare = await api.expect(200, 'PATCH', path, { description: null, enabled: false });
    expect(bare).not.toHaveProperty('description');
    expect(bare).toMatchObject({ enabled: false, disabledReason: null });
    await api.expect(412, 'PATCH', path, { enabled: true }, { 'if-match': '"1"' });
    await api.expect(200, 'PATCH', path, { enabled: true }, { 'if-match': '"3"' });
    await api.expect(412, 'DELETE', path, undefined, { 'if-match': '"3"' });
    await api.expect(204, 'DELETE', path, undefined, { 'if-match': '"4"' });
  });

  it('is the business of admins alone', async () => {
    const api = await startTestApi();
    const { id } = await create(api);
    const headers = { authorization: `Bearer ${await api.keyFor('operator')}` };
    for (const [method, path] of [
      ['GET', PATH],
      ['POST', PATH],
      ['GET', `${PATH}/${id}`],
      ['GET', `${PATH}/${id}/deliveries`],
      ['POST', `${PATH}/${id}/test`],
    ] as const) {
      await api.expect(403, method, path, undefined, headers);
    }
  });

  it('is made once by a POST that is sent twice, and its secret is not told again', async () => {
    const api = await startTestApi();
    const once = { 'idempotency-key': 'a-1' };
    await api.expect(201, 'POST', PATH, BODY, once);
    await api.expect(409, 'POST', PATH, BODY, once);
    expect((await api.expect(200, 'GET', PATH)).data).toHaveLength(1);
  });
});

describe('What was sent', () => {
  it('is listed, read, and sent again, one by one or by time', async () => {
    const api = await startTestApi();
    const { id } = await create(api, { events: ['call.received', 'call.settled'] });
    await settleCall(api.store, 'call_1');
    const path = `${PATH}/${id}/deliveries`;
    const { data } = await api.expect(200, 'GET', path);
    expect(data.map(({ type, status }: Json) => [type, status])).toEqual([
      ['call.settled', 'pending'],
      ['call.received', 'pending'],
    ]);
    expect((await api.expect(200, 'GET', `${path}?status=dead`)).data).toEqual([]);
    const [settled] = data;
    expect(await api.expect(200, 'GET', `${path}/${settled.id}`)).toMatchObject({
      ...settled,
      posts: [],
      event: { type: 'call.settled', data: { call: { id: 'call_1' } } },
    });
    expect((await api.expect(200, 'POST', `${path}/${settled.id}/replay`)).id).toBe(settled.id);
    const span = { from: '2026-11-21T00:00:00Z', to: '2026-11-22T00:00:00+01:00' };
    expect(await api.expect(200, 'POST', `${PATH}/${id}/replay`, span)).toEqual({ deliveries: 2, nextFrom: null });
    const some = { ...span, events: ['call.received'] };
    expect(await api.expect(200, 'POST', `${PATH}/${id}/replay`, some)).toMatchObject({ deliveries: 1 });
    expect((await api.expect(200, 'GET', path)).data).toHaveLength(5);
  });

  it('is none of a webhook or a delivery there is none of, and no span ends before it begins', async () => {
    const api = await startTestApi();
    const { id } = await create(api, { events: ['call.received'] });
    const other = await create(api);
    await admitCall(api.store, 'call_1');
    const [delivery] = (await api.expect(200, 'GET', `${PATH}/${id}/deliveries`)).data;
    await api.expect(404, 'GET', `${PATH}/whk_none/deliveries`);
    await api.expect(404, 'GET', `${PATH}/${other.id}/deliveries/${delivery.id}`);
    await api.expect(404, 'POST', `${PATH}/${other.id}/deliveries/${delivery.id}/replay`);
    await api.expect(404, 'POST', `${PATH}/whk_none/test`);
    const span = { from: '2026-11-22T00:00:00Z', to: '2026-11-21T00:00:00Z' };
    const refused = await api.expect(422, 'POST', `${PATH}/${id}/replay`, span);
    expect(refused.errors[0].path).toBe('/to');
    await api.expect(404, 'POST', `${PATH}/whk_none/replay`, { from: span.to, to: span.from });
  });

  it('goes on from where a replay of very many ended', async () => {
    const api = await startTestApi();
    const { id } = await create(api, { events: ['call.received'] });
    for (let call = 0; call < 2_003; call += 1) {
      if (call === 2_000) api.advance(1_000);
      await admitCall(api.store, `call_${call}`);
    }
    const span = { from: '2026-11-21T00:00:00Z', to: '2026-11-22T00:00:00Z' };
    const first = await api.expect(200, 'POST', `${PATH}/${id}/replay`, span);
    expect(first).toEqual({ deliveries: 2_000, nextFrom: '2026-11-21T15:00:01.000Z' });
    const second = await api.expect(200, 'POST', `${PATH}/${id}/replay`, { ...span, from: first.nextFrom });
    expect(second).toEqual({ deliveries: 3, nextFrom: null });
  });
});
