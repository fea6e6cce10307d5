import { describe, expect, it } from 'vitest';

import { startTestApi, type Json } from '../support/api.ts';
import { ApiSamples, KINDS } from '../support/api-samples.ts';

/** A change that each kind takes, and what it does. */
const CHANGES: Readonly<Record<(typeof KINDS)[number], Json>> = {
  trunks: { maxCps: 7 },
  dids: { label: 'Changed' },
  campaigns: { screening: { maxCallsPerAniPerHour: 3 } },
  publishers: { caps: { daily: 9 } },
  buyers: { status: 'paused' },
  destinations: { ringTimeoutS: 40 },
  routes: { weight: 7 },
  areas: { acceptInferred: false },
  schedules: { holidays: 'US' },
  blocklist: { reason: 'Changed' },
};

describe.each(KINDS)('/v1/%s', (kind) => {
  it('creates one with 201, its place and its ETag, and reads the same back', async () => {
    const api = await startTestApi();
    const body = await new ApiSamples(api).body(kind);
    const created = await api.request('POST', `/v1/${kind}`, body);
    expect(created.statusCode).toBe(201);
    const made = created.json();
    expect(made).toMatchObject({ ...body, revision: 1, archived: false });
    expect(made.createdAt).toBe('2026-11-21T15:00:00.000Z');
    expect(created.headers.location).toBe(`/v1/${kind}/${made.id}`);
    expect(created.headers.etag).toBe('"1"');

    const read = await api.request('GET', String(created.headers.location));
    expect(read.statusCode).toBe(200);
    expect(read.headers.etag).toBe('"1"');
    expect(read.json()).toEqual(made);
  });

  it('changes one by merge patch, raising its revision', async () => {
    const api = await startTestApi();
    const made = await new ApiSamples(api).create(kind);
    api.advance(5_000);
    const changed = await api.expect(200, 'PATCH', `/v1/${kind}/${made.id}`, CHANGES[kind]);
    expect(changed).toMatchObject({ ...CHANGES[kind], revision: 2, updatedAt: '2026-11-21T15:00:05.000Z' });
    expect(changed.createdAt).toBe(made.createdAt);
    expect(await api.expect(200, 'GET', `/v1/${kind}/${made.id}`)).toEqual(changed);
  });

  it('takes a merge patch by its own media type, too', async () => {
    const api = await startTestApi();
    const made = await new ApiSamples(api).create(kind);
    const type = { 'content-type': 'application/merge-patch+json' };
    await api.expect(200, 'PATCH', `/v1/${kind}/${made.id}`, CHANGES[kind], type);
  });

  it('archives and unarchives one', async () => {
    const api = await startTestApi();
    const made = await new ApiSamples(api).create(kind);
    expect(await api.expect(200, 'PATCH', `/v1/${kind}/${made.id}`, { archived: true })).toMatchObject({
      archived: true,
    });
    const archived = await api.expect(200, 'GET', `/v1/${kind}?archived=true`);
    expect(archived.data.map(({ id }: Json) => id)).toEqual([made.id]);
    expect(await api.expect(200, 'PATCH', `/v1/${kind}/${made.id}`, { archived: null })).toMatchObject({
      archived: false,
    });
  });

  it('deletes one with 204, after which it is 404', async () => {
    const api = await startTestApi();
    const made = await new ApiSamples(api).create(kind);
    const deleted = await api.request('DELETE', `/v1/${kind}/${made.id}`);
    expect([deleted.statusCode, deleted.body]).toEqual([204, '']);
    for (const method of ['GET', 'DELETE']) {
      expect(await api.expect(404, method, `/v1/${kind}/${made.id}`)).toMatchObject({ code: 'not-found' });
    }
    expect(await api.expect(404, 'PATCH', `/v1/${kind}/${made.id}`, {})).toMatchObject({ code: 'not-found' });
  });

  it('refuses a change and a deletion whose If-Match is no longer so', async () => {
    const api = await startTestApi();
    const made = await new ApiSamples(api).create(kind);
    const path = `/v1/${kind}/${made.id}`;
    await api.expect(200, 'PATCH', path, CHANGES[kind], { 'if-match': '"1"' });
    for (const ifMatch of ['"1"', 'W/"2"', '2', '"1", "3"']) {
      const headers = { 'if-match': ifMatch };
      expect(await api.expect(412, 'PATCH', path, CHANGES[kind], headers)).toMatchObject({ code: 'version-conflict' });
      await api.expect(412, 'DELETE', path, undefined, headers);
    }
    await api.expect(200, 'PATCH', path, CHANGES[kind], { 'if-match': '"1", "2"' });
    await api.expect(200, 'PATCH', path, CHANGES[kind], { 'if-match': '*' });
    // What was so already is no change, and the ETag stays.
    await api.expect(204, 'DELETE', path, undefined, { 'if-match': '"2"' });
  });

  it('refuses unknown and read-only fields by name', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const problem = await api.expect(422, 'POST', `/v1/${kind}`, { ...(await samples.body(kind)), colour: 'red' });
    expect(problem).toMatchObject({ code: 'invalid', errors: [{ path: '/colour' }] });
    const made = await samples.create(kind);
    for (const field of ['id', 'revision', 'createdAt', '__proto__']) {
      const body = `{${JSON.stringify(field)}: "x"}`;
      const refused = await api.expect(422, 'PATCH', `/v1/${kind}/${made.id}`, body);
      expect(refused.errors.map(({ path }: Json) => path)).toEqual([`/${field}`]);
    }
  });

  it('refuses bodies that are no object', async () => {
    const api = await startTestApi();
    const made = await new ApiSamples(api).create(kind);
    for (const body of ['[]', '"x"', 'null', '7']) {
      expect((await api.expect(422, 'POST', `/v1/${kind}`, body)).errors[0].path).toBe('');
      expect((await api.expect(422, 'PATCH', `/v1/${kind}/${made.id}`, body)).errors[0].path).toBe('');
    }
  });

  it('lists by pages that neither repeat nor skip while more are added', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const made: string[] = [];
    for (let i = 0; i < 5; i += 1) made.push((await samples.create(kind)).id);
    const first = await api.expect(200, 'GET', `/v1/${kind}?limit=2`);
    expect(first.data).toHaveLength(2);
    made.push((await samples.create(kind)).id);
    const seen = first.data.map(({ id }: Json) => id);
    for (let cursor = first.nextCursor; cursor !== null;) {
      const page = await api.expect(200, 'GET', `/v1/${kind}?limit=2&cursor=${encodeURIComponent(cursor)}`);
      seen.push(...page.data.map(({ id }: Json) => id));
      cursor = page.nextCursor;
    }
    expect(seen.filter((id: string) => made.includes(id))).toEqual(made);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('refuses limits out of range, foreign cursors and unknown query parameters', async () => {
    const api = await startTestApi();
    for (const [query, path] of [
      ['limit=0', '/limit'],
      ['limit=501', '/limit'],
      ['limit=ten', '/limit'],
      ['limit=', '/limit'],
      ['limit=1&limit=2', '/limit'],
      ['cursor=bm9uZQ', '/cursor'],
      ['colour=red', '/colour'],
      ['archived=maybe', '/archived'],
    ]) {
      const problem = await api.expect(422, 'GET', `/v1/${kind}?${query}`);
      expect(problem).toMatchObject({ code: 'invalid', errors: [{ path }] });
    }
    const made = await new ApiSamples(api).create(kind);
    await api.expect(422, 'GET', `/v1/${kind}/${made.id}?limit=1`);
    await api.expect(422, 'DELETE', `/v1/${kind}/${made.id}?force=true`);
  });

  it('refuses a cursor of another list', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const other = kind === 'areas' ? 'schedules' : 'areas';
    await samples.create(other);
    await samples.create(other);
    const { nextCursor } = await api.expect(200, 'GET', `/v1/${other}?limit=1`);
    await api.expect(422, 'GET', `/v1/${kind}?cursor=${nextCursor}`);
  });
});

describe('A merge patch', () => {
  it('merges objects, replaces lists and removes by null, restoring the default where there is one', async () => {
    const api = await startTestApi();
    const made = await new ApiSamples(api).create('buyers', {
      caps: { daily: 5, hourly: 2 },
      status: 'paused',
      creditLimitMicros: 7,
    });
    const path = `/v1/buyers/${made.id}`;
    const changed = await api.expect(200, 'PATCH', path, {
      caps: { daily: null, total: 9 },
      status: null,
      creditLimitMicros: null,
    });
    expect(changed.caps).toEqual({ hourly: 2, total: 9 });
    expect(changed.status).toBe('active');
    expect(changed).not.toHaveProperty('creditLimitMicros');

    const area = await new ApiSamples(api).create('areas', { include: [{ npa: '415' }, { npa: '510' }] });
    const narrowed = await api.expect(200, 'PATCH', `/v1/areas/${area.id}`, { include: [{ npa: '212' }] });
    expect(narrowed.include).toEqual([{ npa: '212' }]);
  });

  it('is judged by the whole that it makes', async () => {
    const api = await startTestApi();
    const made = await new ApiSamples(api).create('destinations');
    const problem = await api.expect(422, 'PATCH', `/v1/destinations/${made.id}`, { uri: 'tel:+14155550123' });
    expect(problem.errors).toEqual([
      { path: '/trunkId', message: 'A tel: number needs the trunk to dial it through.' },
    ]);
    expect((await api.expect(422, 'PATCH', `/v1/destinations/${made.id}`, { name: null })).errors[0].path).toBe(
      '/name',
    );
    expect(await api.expect(200, 'GET', `/v1/destinations/${made.id}`)).toEqual(made);
  });

  it('loses nothing where several change the same thing at once', async () => {
    const api = await startTestApi();
    const made = await new ApiSamples(api).create('buyers');
    const fields = ['concurrent', 'hourly', 'daily', 'monthly'];
    await Promise.all(
      fields.map((field) => api.expect(200, 'PATCH', `/v1/buyers/${made.id}`, { caps: { [field]: 3 } })),
    );
    expect((await api.expect(200, 'GET', `/v1/buyers/${made.id}`)).caps).toEqual(
      Object.fromEntries(fields.map((field) => [field, 3])),
    );
  });

  it('may be nested no deeper than anything is', async () => {
    const api = await startTestApi();
    const made = await new ApiSamples(api).create('buyers');
    const bottomless = `${'{"caps":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    await api.expect(422, 'PATCH', `/v1/buyers/${made.id}`, bottomless);
  });
});

describe('What is referred to', () => {
  it('can not be deleted but archived, and the problem names what refers to it', async () => {
    const api = await startTestApi();
    const did = await new ApiSamples(api).create('dids');
    const problem = await api.expect(409, 'DELETE', `/v1/campaigns/${did.campaignId}`);
    expect(problem.code).toBe('in-use');
    expect(problem.detail).toContain(did.id);
    await api.expect(204, 'DELETE', `/v1/dids/${did.id}`);
    await api.expect(204, 'DELETE', `/v1/campaigns/${did.campaignId}`);
  });

  it('must exist', async () => {
    const api = await startTestApi();
    const body = { number: '+14155550100', campaignId: 'cmp_none' };
    expect((await api.expect(422, 'POST', '/v1/dids', body)).errors[0].path).toBe('/campaignId');
  });

  it('is found by filters', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const route = await samples.create('routes');
    await samples.create('routes');
    const byCampaign = await api.expect(200, 'GET', `/v1/routes?campaignId=${route.campaignId}&enabled=true`);
    expect(byCampaign.data.map(({ id }: Json) => id)).toEqual([route.id]);
    expect((await api.expect(200, 'GET', `/v1/routes?priority=1`)).data).toHaveLength(2);
    expect((await api.expect(200, 'GET', `/v1/routes?priority=2`)).data).toHaveLength(0);
  });
});
