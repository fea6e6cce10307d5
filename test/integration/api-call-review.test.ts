import { describe, expect, it } from 'vitest';

import type { BuyerId } from '../../src/domain/ids.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';
import { admitCall, settleCall } from '../support/settle-call.ts';

const idsOf = ({ data }: Json): string[] => data.map(({ id }: Json) => id);

describe('/v1/calls/:id/disposition', () => {
  it('keeps the latest word with the call and every word in its history; the same word twice is one', async () => {
    const api = await startTestApi();
    await settleCall(api.store, 'call_1');
    const path = '/v1/calls/call_1/disposition';
    expect(await api.expect(200, 'GET', path)).toMatchObject({ value: null, note: null, history: [] });

    await api.expect(200, 'PATCH', path, { value: 'spam' });
    api.advance(1_000);
    const said = { value: 'booked', note: 'Came back' };
    const answer = await api.expect(200, 'PATCH', path, said);
    expect(await api.expect(200, 'PATCH', path, said)).toEqual(answer);

    expect(answer).toMatchObject({ callId: 'call_1', ...said, openProposalId: null });
    expect(answer.history).toMatchObject([
      { value: 'spam', note: null, at: '2026-11-21T15:00:00.000Z' },
      { ...said, at: '2026-11-21T15:00:01.000Z' },
    ]);
    expect(await api.expect(200, 'GET', path)).toEqual(answer);
    expect((await api.expect(200, 'GET', '/v1/calls/call_1')).disposition).toBe('booked');
    expect(await api.store.queries.verifyChain()).toMatchObject({ intact: true });
  });

  it.each([
    [{}, '/value'],
    [{ value: 'great' }, '/value'],
    [{ value: 'spam', note: 7 }, '/note'],
    [{ value: 'spam', by: 'me' }, '/by'],
  ])('of %j is refused at %s', async (body, path) => {
    const api = await startTestApi();
    await settleCall(api.store, 'call_1');
    expect((await api.expect(422, 'PATCH', '/v1/calls/call_1/disposition', body)).errors[0].path).toBe(path);
  });

  it('of an open call is 409, of none 404, by a viewer 403', async () => {
    const api = await startTestApi();
    await admitCall(api.store, 'call_1');
    const body = { value: 'spam' };
    expect(await api.expect(409, 'PATCH', '/v1/calls/call_1/disposition', body)).toMatchObject({ code: 'wrong-state' });
    await api.expect(404, 'PATCH', '/v1/calls/call_9/disposition', body);
    await api.expect(404, 'GET', '/v1/calls/call_9/disposition');
    const viewer = { authorization: `Bearer ${await api.keyFor('viewer')}` };
    await api.expect(403, 'PATCH', '/v1/calls/call_1/disposition', body, viewer);
  });

  it('is open to a buyer for its own calls, and says nothing of the others', async () => {
    const api = await startTestApi();
    const { id: buyerId } = await new ApiSamples(api).create('buyers');
    await settleCall(api.store, 'call_1', { buyerId });
    await settleCall(api.store, 'call_2');
    const buyer = { authorization: `Bearer ${await api.keyFor(`buyer:${buyerId as BuyerId}`)}` };
    await api.expect(200, 'PATCH', '/v1/calls/call_1/disposition', { value: 'customer' }, buyer);
    await api.expect(200, 'GET', '/v1/calls/call_1/disposition', undefined, buyer);
    await api.expect(403, 'PATCH', '/v1/calls/call_2/disposition', { value: 'customer' }, buyer);
    await api.expect(403, 'GET', '/v1/calls/call_2/disposition', undefined, buyer);
  });
});

describe('Calls that nobody has reviewed', () => {
  it('are listed, and queued with the money first, newest first, until something is said or adjusted', async () => {
    const api = await startTestApi();
    const at = (minute: number) => ({ receivedAt: `2026-11-21T14:0${minute}:00.000Z` as never });
    await settleCall(api.store, 'call_short', { ...at(4), talkMs: 1_000 });
    await settleCall(api.store, 'call_missed', { ...at(3), connectedAt: null });
    await settleCall(api.store, 'call_old', at(0));
    await settleCall(api.store, 'call_estimated', { ...at(1), estimated: true });
    await settleCall(api.store, 'call_new', at(2));
    await admitCall(api.store, 'call_open', at(5));

    const first = await api.expect(200, 'GET', '/v1/review-queue?limit=2');
    const second = await api.expect(200, 'GET', `/v1/review-queue?limit=2&cursor=${first.nextCursor}`);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(['call_new', 'call_estimated', 'call_old', 'call_short']);
    expect(second.nextCursor).toBeNull();
    expect(idsOf(await api.expect(200, 'GET', '/v1/review-queue?buyerId=byr_2'))).toEqual([]);
    expect(idsOf(await api.expect(200, 'GET', '/v1/review-queue?from=2026-11-21T14:02:00Z'))).toHaveLength(2);

    await api.expect(200, 'PATCH', '/v1/calls/call_new/disposition', { value: 'booked' });
    await api.expect(201, 'POST', '/v1/calls/call_estimated/bill', { reason: 'Heard it' });
    expect(idsOf(await api.expect(200, 'GET', '/v1/review-queue'))).toEqual(['call_old', 'call_short']);
    expect(idsOf(await api.expect(200, 'GET', '/v1/calls?reviewed=true'))).toEqual(['call_new', 'call_estimated']);
    expect(idsOf(await api.expect(200, 'GET', '/v1/calls?reviewed=false&billable=true'))).toEqual(['call_old']);
    expect(idsOf(await api.expect(200, 'GET', '/v1/calls?disposition=booked'))).toEqual(['call_new']);
    await api.expect(422, 'GET', '/v1/review-queue?cursor=foreign');
    await api.expect(422, 'GET', '/v1/review-queue?state=CA');
    await api.expect(422, 'GET', '/v1/calls?disposition=great');
  });
});

it('A disposition is said only where nobody said another meanwhile, if its sender asks for that', async () => {
  const api = await startTestApi();
  await settleCall(api.store, 'call_1');
  const path = '/v1/calls/call_1/disposition';
  expect((await api.request('GET', path)).headers.etag).toBe('"0"');
  const seen = { 'if-match': '"0"' };
  expect((await api.request('PATCH', path, { value: 'booked' }, seen)).headers.etag).toBe('"1"');
  expect(await api.expect(412, 'PATCH', path, { value: 'spam' }, seen)).toMatchObject({ code: 'version-conflict' });
  await api.expect(412, 'PATCH', path, { value: 'booked' }, seen);
  expect(await api.expect(200, 'GET', path)).toMatchObject({ value: 'booked', history: [{ value: 'booked' }] });
  // Both have seen the same, and come at once.
  const both = ['spam', 'customer'].map((value) => api.request('PATCH', path, { value }, { 'if-match': '"1"' }));
  expect((await Promise.all(both)).map(({ statusCode }) => statusCode)).toEqual([200, 412]);
});

describe('/v1/reports/dispositions', () => {
  it('counts connected calls by what was said of them, with what was charged and changed', async () => {
    const api = await startTestApi();
    for (const id of ['call_1', 'call_2', 'call_3']) await settleCall(api.store, id);
    await settleCall(api.store, 'call_4', { campaignId: 'cmp_2' as never, talkMs: 5 });
    await settleCall(api.store, 'call_5', { connectedAt: null });
    await api.expect(200, 'PATCH', '/v1/calls/call_1/disposition', { value: 'booked' });
    await api.expect(200, 'PATCH', '/v1/calls/call_2/disposition', { value: 'spam' });
    await api.expect(201, 'POST', '/v1/calls/call_2/refund', { reason: 'spam' });
    const none = { booked: 0, customer: 0, 'wrong-category': 0, 'out-of-area': 0, spam: 0, 'no-interest': 0 };
    const one = {
      key: 'cmp_1',
      calls: 3,
      billable: 3,
      unreviewed: 1,
      dispositions: { ...none, booked: 1, spam: 1 },
      chargeMicros: 90_000_000,
      adjustedMicros: -30_000_000,
    };
    const two = {
      key: 'cmp_2',
      calls: 1,
      billable: 0,
      unreviewed: 1,
      dispositions: none,
      chargeMicros: 0,
      adjustedMicros: 0,
    };
    expect(await api.expect(200, 'GET', '/v1/reports/dispositions')).toEqual({ data: [one, two] });
    const byPublisher = await api.expect(200, 'GET', '/v1/reports/dispositions?groupBy=publisher');
    expect(byPublisher.data).toMatchObject([{ key: 'pub_1', calls: 4 }]);
    expect((await api.expect(200, 'GET', '/v1/reports/dispositions?from=2026-11-22T00:00:00Z')).data).toEqual([]);
    await api.expect(422, 'GET', '/v1/reports/dispositions?groupBy=mood');
  });

  it('takes dates, which begin at midnight in its time zone', async () => {
    const api = await startTestApi();
    await settleCall(api.store, 'call_1');
    const counted = async (query: string) =>
      (await api.expect(200, 'GET', `/v1/reports/dispositions?${query}`)).data.length;
    expect(await counted('from=2026-11-21&to=2026-11-22')).toBe(1);
    expect(await counted('from=2026-11-22')).toBe(0);
    // At 14:00 UTC it is the 22nd on Kiritimati.
    expect(await counted('from=2026-11-22&timezone=Pacific/Kiritimati')).toBe(1);
    for (const [query, path] of [
      ['from=November', '/from'],
      ['from=2026-11-22&to=2026-11-21', '/to'],
      ['timezone=PST', '/timezone'],
    ]) {
      const { errors } = await api.expect(422, 'GET', `/v1/reports/dispositions?${query}`);
      expect(errors).toMatchObject([{ path }]);
    }
  });
});

/** A campaign whose rules propose to refund spam, with one settled call. */
async function withRules(): Promise<{ api: TestApi; campaignId: string }> {
  const api = await startTestApi();
  const campaign = await new ApiSamples(api).create('campaigns', { reviewRules: { spam: 'propose-refund' } });
  expect(campaign.reviewRules).toEqual({ spam: 'propose-refund' });
  await settleCall(api.store, 'call_1', { campaignId: campaign.id });
  return { api, campaignId: campaign.id };
}

const say = (api: TestApi, value: string): Promise<Json> =>
  api.expect(200, 'PATCH', '/v1/calls/call_1/disposition', { value });

describe('/v1/adjustment-proposals', () => {
  it('are made by a campaign’s rules, and a person’s confirmation refunds the call once', async () => {
    const { api, campaignId } = await withRules();
    const { openProposalId: id } = await say(api, 'spam');
    const { data } = await api.expect(200, 'GET', '/v1/adjustment-proposals?status=open');
    expect(data).toEqual([
      {
        id,
        callId: 'call_1',
        campaignId,
        action: 'refund',
        disposition: 'spam',
        status: 'open',
        proposedAt: '2026-11-21T15:00:00.000Z',
        decidedAt: null,
        decidedBy: null,
        reason: null,
      },
    ]);
    expect(api.store.ledger.balanceOf('house')).toBe(-15_000_000);

    const confirm = () => api.request('POST', `/v1/adjustment-proposals/${id}/confirm`);
    const answers = await Promise.all([confirm(), confirm()]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(answers[1]?.body).toBe(answers[0]?.body);
    expect(answers[0]?.json()).toMatchObject({ proposal: { status: 'confirmed' }, adjustments: [{}, {}] });
    expect(api.store.ledger.balanceOf('house')).toBe(0);

    await api.expect(201, 'POST', '/v1/calls/call_1/adjustments', { party: 'buyer', amountMicros: 5, reason: 'x' });
    expect((await confirm()).body).toBe(answers[0]?.body);
    expect(api.store.ledger.balanceOf('house')).toBe(-5);
    await api.expect(409, 'POST', `/v1/adjustment-proposals/${id}/dismiss`);
  });

  it('are dismissed, and leave the call as it is', async () => {
    const { api } = await withRules();
    const { openProposalId: id } = await say(api, 'spam');
    const dismissed = await api.expect(200, 'POST', `/v1/adjustment-proposals/${id}/dismiss`, {
      reason: 'They talked',
    });
    expect(dismissed).toMatchObject({
      status: 'dismissed',
      reason: 'They talked',
      decidedAt: '2026-11-21T15:00:00.000Z',
    });
    expect(await api.expect(200, 'POST', `/v1/adjustment-proposals/${id}/dismiss`)).toEqual(dismissed);
    expect(await api.expect(409, 'POST', `/v1/adjustment-proposals/${id}/confirm`)).toMatchObject({
      code: 'wrong-state',
    });
    expect((await api.expect(200, 'GET', '/v1/calls/call_1')).adjustments).toEqual([]);
  });

  it('are withdrawn when something else is said or the call is refunded, and made for nothing else', async () => {
    const { api, campaignId } = await withRules();
    await say(api, 'booked');
    await say(api, 'spam');
    await say(api, 'customer');
    await say(api, 'spam');
    await api.expect(201, 'POST', '/v1/calls/call_1/refund', { reason: 'by hand' });
    await say(api, 'customer');
    expect(await say(api, 'spam')).toMatchObject({ openProposalId: null });
    const all = await api.expect(200, 'GET', `/v1/adjustment-proposals?callId=call_1&campaignId=${campaignId}`);
    expect(all.data.map(({ status }: Json) => status)).toEqual(['withdrawn', 'withdrawn']);
    const first = await api.expect(200, 'GET', '/v1/adjustment-proposals?limit=1');
    expect(idsOf(await api.expect(200, 'GET', `/v1/adjustment-proposals?limit=1&cursor=${first.nextCursor}`))).toEqual([
      all.data[1].id,
    ]);
  });

  it('unknown are 404, and a viewer decides none', async () => {
    const api = await startTestApi();
    const viewer = { authorization: `Bearer ${await api.keyFor('viewer')}` };
    for (const decision of ['confirm', 'dismiss']) {
      await api.expect(404, 'POST', `/v1/adjustment-proposals/prp_none/${decision}`);
      await api.expect(403, 'POST', `/v1/adjustment-proposals/prp_none/${decision}`, undefined, viewer);
      await api.expect(422, 'POST', `/v1/adjustment-proposals/prp_none/${decision}`, { why: 1 });
    }
    await api.expect(200, 'GET', '/v1/adjustment-proposals', undefined, viewer);
    await api.expect(422, 'GET', '/v1/adjustment-proposals?status=lost');
  });

  it.each([
    [{ spam: 'refund' }, '/reviewRules/spam'],
    [{ great: 'propose-refund' }, '/reviewRules/great'],
  ])('by rules %j are refused at %s', async (reviewRules, path) => {
    const api = await startTestApi();
    const body = { ...(await new ApiSamples(api).body('campaigns')), reviewRules };
    expect((await api.expect(422, 'POST', '/v1/campaigns', body)).errors[0].path).toBe(path);
  });
});
