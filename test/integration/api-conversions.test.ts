import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { BuyerId, CallId, PublisherId } from '../../src/domain/ids.ts';
import type { Ani } from '../../src/domain/numbers/e164.ts';
import { toIso, type EpochMs } from '../../src/domain/time.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';
import { SAMPLE_INSTANT } from '../support/sample-call.ts';
import { admitCall, settleAdmitted, settleCall } from '../support/settle-call.ts';

const PATH = '/v1/conversions';
const DID = '+14155550100';
const ANI = '+12125550123';
const SALE = { externalId: 'order-1', valueMicros: 8_400_000_000 };

const at = (seconds: number) => toIso((SAMPLE_INSTANT + seconds * 1_000) as EpochMs);
const conversionsOf = async (api: TestApi, id: string): Promise<Json[]> =>
  (await api.expect(200, 'GET', `/v1/calls/${id}`)).conversions;

describe('A conversion', () => {
  it('stands beside the call, whose record and money stay as they are', async () => {
    const api = await startTestApi();
    const { id } = await settleCall(api.store, 'call_1');
    const before = await api.expect(200, 'GET', `/v1/calls/${id}`);
    const postings = await api.expect(200, 'GET', '/v1/ledger');
    const made = await api.expect(201, 'POST', PATH, { callId: id, ...SALE, occurredAt: '2026-11-21T16:00:00+01:00' });
    expect(made).toEqual({
      id: expect.stringMatching(/^cnv_/),
      callId: id,
      ...SALE,
      kind: 'sale',
      occurredAt: '2026-11-21T15:00:00.000Z',
      reportedAt: '2026-11-21T15:00:00.000Z',
      reporter: 'house',
    });
    expect(await api.expect(200, 'GET', `/v1/calls/${id}`)).toEqual({ ...before, conversions: [made] });
    expect((await api.expect(200, 'GET', '/v1/calls')).data[0].conversions).toEqual([made]);
    expect(await api.expect(200, 'GET', '/v1/ledger')).toEqual(postings);
    expect(await api.store.queries.verifyChain()).toMatchObject({ intact: true });
  });

  it('that is reported twice, or a month late, is one, and of two by one name the first stands', async () => {
    const api = await startTestApi();
    await settleCall(api.store, 'call_1');
    await settleCall(api.store, 'call_2');
    const made = await api.expect(201, 'POST', PATH, { callId: 'call_1', ...SALE });
    api.advance(30 * 86_400_000);
    expect(await api.expect(200, 'POST', PATH, { callId: 'call_1', ...SALE })).toEqual(made);
    for (const other of [{ callId: 'call_2' }, { valueMicros: 1 }, { kind: 'lead' }, { occurredAt: at(0) }]) {
      const refused = await api.expect(409, 'POST', PATH, { callId: 'call_1', ...SALE, ...other });
      expect(refused).toMatchObject({
        code: 'duplicate',
        detail: expect.stringContaining(Object.keys(other)[0] ?? ''),
      });
    }
    expect(await conversionsOf(api, 'call_1')).toEqual([made]);
    expect(await conversionsOf(api, 'call_2')).toEqual([]);
  });

  it('ends in the same state in whatever order reports, repetitions and the end of the call come', async () => {
    const steps = ['settle', 'by-id', 'by-sighting', 'other', 'by-id'] as const;
    const orders = fc.shuffledSubarray([...steps], { minLength: steps.length });
    const states = new Set<string>();
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const api = await startTestApi();
        await admitCall(api.store, 'call_1');
        let sealed: string | null = null;
        for (const step of order) {
          if (step === 'settle') {
            await settleAdmitted(api.store, 'call_1');
            sealed = (await api.expect(200, 'GET', '/v1/calls/call_1')).hash as string;
          }
          if (step === 'by-id') await api.request('POST', PATH, { callId: 'call_1', ...SALE });
          if (step === 'by-sighting') await api.request('POST', PATH, { did: DID, ani: ANI, at: at(3), ...SALE });
          if (step === 'other') await api.request('POST', PATH, { callId: 'call_1', externalId: 'order-2' });
        }
        const call = await api.expect(200, 'GET', '/v1/calls/call_1');
        const kept = call.conversions.map(({ externalId, valueMicros }: Json) => `${externalId} ${valueMicros}`);
        expect(call.hash).toBe(sealed);
        states.add(JSON.stringify([kept.toSorted(), call.buyerVerdict]));
      }),
      { numRuns: 30 },
    );
    expect([...states]).toHaveLength(1);
    expect([...states][0]).toContain('order-1 8400000000');
  });

  it('that comes many times at once is kept once', async () => {
    const api = await startTestApi();
    await admitCall(api.store, 'call_1');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.request('POST', PATH, { callId: 'call_1', ...SALE })),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(19);
    expect(await conversionsOf(api, 'call_1')).toHaveLength(1);
  });

  it('of a call there is none of, or named in neither way or in both, is refused with what to do', async () => {
    const api = await startTestApi();
    await settleCall(api.store, 'call_1');
    await api.expect(404, 'POST', PATH, { callId: 'call_none', ...SALE });
    const sighting = { did: DID, ani: ANI, at: at(3) };
    const paths = async (body: Json): Promise<string[]> =>
      (await api.expect(422, 'POST', PATH, { ...SALE, ...body })).errors.map(({ path }: Json) => path);
    expect(await paths({})).toEqual(['/did', '/ani', '/at']);
    expect(await paths({ did: DID, at: at(3) })).toEqual(['/ani']);
    expect(await paths({ callId: 'call_1', ...sighting })).toEqual(['/did', '/ani', '/at']);
    expect(await paths({ ...sighting, ani: 'anonymous' })).toEqual(['/ani']);
    expect(await paths({ ...sighting, at: '2026-11-21T15:01:00.001Z' })).toEqual(['/at']);
    expect(await paths({ callId: 'call_1', valueMicros: -1 })).toEqual(['/valueMicros']);
    expect(await paths({ callId: 'call_1', externalId: '' })).toEqual(['/externalId']);
  });
});

describe('A call that was seen', () => {
  const twice = async (): Promise<TestApi> => {
    const api = await startTestApi();
    // Two minutes and five seconds each, from 14:00:00 and from 14:30:00.
    await settleCall(api.store, 'call_1', { receivedAt: at(0) });
    await settleCall(api.store, 'call_2', { receivedAt: at(1_800) });
    await settleCall(api.store, 'call_other', { receivedAt: at(0), ani: '+12125559999' as Ani });
    return api;
  };

  it.each([
    [0, 'call_1'],
    [-60, 'call_1'],
    [60, 'call_1'],
    [185, 'call_1'],
    [1_740, 'call_2'],
    [1_985, 'call_2'],
    [-61, undefined],
    [186, undefined],
    [1_739, undefined],
    [90_000, undefined],
  ])('at second %i is %s: in progress then, a minute more or less', async (second, callId) => {
    const api = await twice();
    api.advance(2 * 86_400_000);
    const response = await api.request('POST', PATH, {
      did: '(415) 555-0100',
      ani: '2125550123',
      at: at(second),
      ...SALE,
    });
    expect([response.statusCode, response.json().callId]).toEqual([callId ? 201 : 404, callId]);
  });

  it('is the earlier of two that both fit, before the later one came as after', async () => {
    const sighting = { did: DID, ani: ANI as Ani, at: Date.parse(at(50)) as EpochMs };
    const api = await startTestApi();
    await admitCall(api.store, 'call_1', { receivedAt: at(0) });
    const seen: (CallId | undefined)[] = [await api.store.conversions.findCall(sighting as never)];
    await settleAdmitted(api.store, 'call_1', { receivedAt: at(0) });
    seen.push(await api.store.conversions.findCall(sighting as never));
    await admitCall(api.store, 'call_2', { receivedAt: at(100) });
    seen.push(await api.store.conversions.findCall(sighting as never));
    expect(seen).toEqual(['call_1', 'call_1', 'call_1']);
  });
});

describe('A buyer', () => {
  it('reports conversions of its own calls, under names of its own, and sees those alone', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const [ann, bob] = [(await samples.create('buyers')).id, (await samples.create('buyers')).id] as [BuyerId, BuyerId];
    await settleCall(api.store, 'call_ann', { buyerId: ann, receivedAt: at(0) });
    await settleCall(api.store, 'call_bob', { buyerId: bob, receivedAt: at(0) });
    const key = { authorization: `Bearer ${await api.keyFor(`buyer:${ann}`)}` };
    await api.expect(201, 'POST', PATH, { callId: 'call_bob', ...SALE });
    await api.expect(201, 'POST', PATH, { callId: 'call_ann', externalId: 'house-1' });

    const own = await api.expect(201, 'POST', PATH, { callId: 'call_ann', ...SALE }, key);
    expect(own.reporter).toBe(`buyer:${ann}`);
    const seen = { did: DID, ani: ANI, at: at(3), externalId: 'order-2' };
    expect((await api.expect(201, 'POST', PATH, seen, key)).callId).toBe('call_ann');
    await api.expect(403, 'POST', PATH, { callId: 'call_bob', externalId: 'order-3' }, key);
    await api.expect(403, 'POST', PATH, { callId: 'call_none', externalId: 'order-3' }, key);

    const shown = await api.expect(200, 'GET', '/v1/calls/call_ann', undefined, key);
    expect(shown.conversions.map(({ externalId }: Json) => externalId)).toEqual(['order-1', 'order-2']);
    expect(await conversionsOf(api, 'call_ann')).toHaveLength(3);
  });

  it('is the only party that does: a publisher sees none, and may not report', async () => {
    const api = await startTestApi();
    const id = (await new ApiSamples(api).create('publishers')).id as PublisherId;
    await settleCall(api.store, 'call_1', { publisherId: id });
    await api.expect(201, 'POST', PATH, { callId: 'call_1', ...SALE });
    for (const role of [`publisher:${id}`, 'viewer'] as const) {
      const key = { authorization: `Bearer ${await api.keyFor(role)}` };
      await api.expect(403, 'POST', PATH, { callId: 'call_1', ...SALE }, key);
      const { conversions } = await api.expect(200, 'GET', '/v1/calls/call_1', undefined, key);
      expect(conversions).toHaveLength(role === 'viewer' ? 1 : 0);
    }
  });
});
