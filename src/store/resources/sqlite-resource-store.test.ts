import { describe, expect, onTestFinished, test } from 'vitest';

import type { BuyerId, CampaignId, PublisherId } from '../../domain/ids.ts';
import type { E164 } from '../../domain/numbers/e164.ts';
import type { EpochMs } from '../../domain/time.ts';
import { createCommitQueue } from '../commit-queue.ts';
import { openDatabase } from '../database.ts';
import { createNewId } from '../new-id.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import { createResourceStore } from './sqlite-resource-store.ts';

function setUp() {
  const database = openDatabase(':memory:', 'serve');
  const queue = createCommitQueue(database.sqlite);
  onTestFinished(() => {
    queue.close();
    database.close();
  });
  let clock = Date.UTC(2026, 10, 21, 14);
  const now = () => clock as EpochMs;
  const resources = createResourceStore({ sqlite: database.sqlite, queue, newId: createNewId(now), now });
  return {
    resources,
    advance: (ms: number) => {
      clock += ms;
    },
  };
}

describe('keeping a resource', () => {
  test('what was created is read back with its id, times and first revision', async () => {
    const { resources } = setUp();
    const fields = sample.campaign({ vertical: 'roofing' });

    const created = await resources.create('campaigns', fields);

    expect(created).toEqual({
      ...fields,
      id: expect.stringMatching(/^cmp_[0-9A-Z]{26}$/) as string,
      createdAt: '2026-11-21T14:00:00.000Z',
      updatedAt: '2026-11-21T14:00:00.000Z',
      revision: 1,
      archived: false,
    });
    expect(await resources.get('campaigns', created.id)).toEqual(created);
  });

  test('a replacement takes every field and leaves id and birth', async () => {
    const { resources, advance } = setUp();
    const { id } = await resources.create('campaigns', sample.campaign({ vertical: 'roofing' }));
    advance(1000);

    const replaced = await resources.replace('campaigns', id, { ...sample.campaign({ name: 'Law' }), archived: false });

    expect(replaced).toMatchObject({ id, name: 'Law', revision: 2, createdAt: '2026-11-21T14:00:00.000Z' });
    expect(replaced.updatedAt).toBe('2026-11-21T14:00:01.000Z');
    expect(replaced).not.toHaveProperty('vertical');
  });

  test('a change of a revision that is no longer there is refused and changes nothing', async () => {
    const { resources } = setUp();
    const { id } = await resources.create('buyers', sample.buyer());
    await resources.replace('buyers', id, { ...sample.buyer({ name: 'Second' }), archived: false }, 1);

    const late = resources.replace('buyers', id, { ...sample.buyer({ name: 'Third' }), archived: false }, 1);

    await expect(late).rejects.toMatchObject({ code: 'version-conflict' });
    await expect(resources.remove('buyers', id, 1)).rejects.toMatchObject({ code: 'version-conflict' });
    expect(await resources.get('buyers', id)).toMatchObject({ name: 'Second', revision: 2 });
  });

  test('an id of another kind is not found', async () => {
    const { resources } = setUp();
    const buyer = await resources.create('buyers', sample.buyer());
    await expect(resources.get('campaigns', buyer.id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(resources.remove('campaigns', buyer.id)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('references', () => {
  test('one that leads nowhere is refused with its path', async () => {
    const { resources } = setUp();
    const { id: destinationId } = await resources.create(
      'destinations',
      sample.destination((await resources.create('buyers', sample.buyer())).id),
    );

    const creation = resources.create('routes', sample.route('cmp_gone' as CampaignId, destinationId));

    await expect(creation).rejects.toMatchObject({
      code: 'invalid',
      problems: [{ path: '/campaignId', message: 'there is no cmp_gone among the campaigns' }],
    });
  });

  test('the destination that callers are forwarded to after hours is one too', async () => {
    const { resources } = setUp();
    const afterHours = { action: 'forward', destinationId: 'dst_gone' } as never;
    await expect(resources.create('campaigns', sample.campaign({ afterHours }))).rejects.toMatchObject({
      code: 'invalid',
      problems: [{ path: '/afterHours/destinationId' }],
    });
  });

  test('what is referred to can not be removed, and the error names who refers', async () => {
    const { resources } = setUp();
    const buyer = await resources.create('buyers', sample.buyer());
    const destination = await resources.create('destinations', sample.destination(buyer.id));

    const removal = resources.remove('buyers', buyer.id);

    await expect(removal).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(destination.id) as string,
    });
    await resources.remove('destinations', destination.id);
    await resources.remove('buyers', buyer.id);
    await expect(resources.get('buyers', buyer.id)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('each of a list is one: it must be there, and keeps what it names from being removed', async () => {
    const { resources } = setUp();
    const campaign = await resources.create('campaigns', sample.campaign());
    const buyer = await resources.create('buyers', sample.buyer());
    const desk = await resources.create('destinations', sample.destination(buyer.id));
    const publisher = await resources.create('publishers', sample.publisher());
    const accepting = (...ids: string[]) =>
      resources.create('routes', sample.route(campaign.id, desk.id, { acceptedPublisherIds: ids as PublisherId[] }));

    await expect(accepting(publisher.id, 'pub_gone')).rejects.toMatchObject({
      problems: [{ path: '/acceptedPublisherIds/1', message: 'there is no pub_gone among the publishers' }],
    });
    const route = await accepting(publisher.id);
    await expect(resources.remove('publishers', publisher.id)).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(`routes ${route.id}`) as string,
    });
    await resources.replace('publishers', publisher.id, { ...sample.publisher(), archived: true });
    const { id, ...fields } = route;
    await expect(resources.replace('routes', id, { ...fields, weight: 2 })).resolves.toMatchObject({ weight: 2 });
    await expect(accepting(publisher.id)).rejects.toMatchObject({ problems: [{ path: '/acceptedPublisherIds/0' }] });
    await resources.remove('routes', id);
    await resources.remove('publishers', publisher.id);
  });

  test('an archived thing can go on being named, but not be named anew', async () => {
    const { resources } = setUp();
    const buyer = await resources.create('buyers', sample.buyer());
    const destination = await resources.create('destinations', sample.destination(buyer.id));
    await resources.replace('buyers', buyer.id, { ...sample.buyer(), archived: true });

    const renamed = { ...sample.destination(buyer.id, { name: 'Back desk' }), archived: false };
    expect(await resources.replace('destinations', destination.id, renamed)).toMatchObject({ name: 'Back desk' });
    await expect(resources.create('destinations', sample.destination(buyer.id))).rejects.toMatchObject({
      code: 'invalid',
      problems: [{ path: '/buyerId' }],
    });
  });
});

describe('numbers', () => {
  test('a number belongs to one DID among those not archived', async () => {
    const { resources } = setUp();
    const { id: campaignId } = await resources.create('campaigns', sample.campaign());
    const first = await resources.create('dids', sample.did(campaignId));

    await expect(resources.create('dids', sample.did(campaignId))).rejects.toMatchObject({
      code: 'duplicate',
      problems: [{ path: '/number' }],
    });

    await resources.replace('dids', first.id, { ...sample.did(campaignId), archived: true });
    const second = await resources.create('dids', sample.did(campaignId));
    const back = resources.replace('dids', first.id, { ...sample.did(campaignId), archived: false });
    await expect(back).rejects.toMatchObject({ code: 'duplicate' });
    expect(await resources.get('dids', second.id)).toMatchObject({ archived: false });
  });
});

describe('lists', () => {
  test('pages follow one another without a gap or a repeat, whatever is created in between', async () => {
    const { resources } = setUp();
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await resources.create('buyers', sample.buyer({ name: `${n}` }))).id);

    const first = await resources.list('buyers', { limit: 2, filters: {} });
    await resources.create('buyers', sample.buyer({ name: 'late' }));
    const second = await resources.list('buyers', { limit: 2, filters: {}, cursor: first.nextCursor ?? '' });
    const third = await resources.list('buyers', { limit: 2, filters: {}, cursor: second.nextCursor ?? '' });

    const seen = [...first.data, ...second.data, ...third.data].map((buyer) => buyer.id);
    expect(seen.slice(0, 5)).toEqual(ids);
    expect(third.data.at(-1)).toMatchObject({ name: 'late' });
    expect(third.nextCursor).toBeNull();
  });

  test('filters compare fields, booleans and references alike', async () => {
    const { resources } = setUp();
    const a = await resources.create('buyers', sample.buyer());
    const b = await resources.create('buyers', sample.buyer());
    const on = await resources.create('destinations', sample.destination(a.id));
    await resources.create('destinations', sample.destination(a.id, { enabled: false }));
    await resources.create('destinations', sample.destination(b.id));

    const { data } = await resources.list('destinations', { limit: 50, filters: { buyerId: a.id, enabled: true } });

    expect(data.map((destination) => destination.id)).toEqual([on.id]);
  });

  test.each([
    ['a limit of nothing', { limit: 0, filters: {} }, '/limit'],
    ['a limit above 500', { limit: 501, filters: {} }, '/limit'],
    ['a filter the kind has not', { limit: 10, filters: { colour: 'red' } }, '/colour'],
    ['a filter named like an inherited property', { limit: 10, filters: { toString: 'x' } }, '/toString'],
    ['a cursor that is noise', { limit: 10, filters: {}, cursor: 'bm9pc2U' }, '/cursor'],
  ])('%s is refused with its path', async (_what, query, path) => {
    const { resources } = setUp();
    await expect(resources.list('buyers', query)).rejects.toMatchObject({ code: 'invalid', problems: [{ path }] });
  });

  test('a cursor of another list is refused, be it another kind or another filter', async () => {
    const { resources } = setUp();
    for (let n = 0; n < 2; n++) await resources.create('buyers', sample.buyer());
    const { nextCursor } = await resources.list('buyers', { limit: 1, filters: {} });
    const cursor = nextCursor ?? '';

    await expect(resources.list('publishers', { limit: 1, filters: {}, cursor })).rejects.toMatchObject({
      code: 'invalid',
    });
    const filtered = resources.list('buyers', { limit: 1, filters: { status: 'active' }, cursor });
    await expect(filtered).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('the plan', () => {
  test('holds what is not archived, and its version rises with every change', async () => {
    const { resources } = setUp();
    const before = await resources.readPlan();
    const publisher = await resources.create('publishers', sample.publisher());
    const campaign = await resources.create('campaigns', sample.campaign());
    const did = await resources.create('dids', sample.did(campaign.id, { publisherId: publisher.id }));
    await resources.replace('publishers', publisher.id, { ...sample.publisher(), archived: true });

    const plan = await resources.readPlan();

    expect(plan.version).toBe(before.version + 4);
    expect(plan.publishers).toEqual([]);
    expect(plan.campaigns).toEqual([{ ...sample.campaign(), id: campaign.id }]);
    expect(plan.dids).toEqual([{ ...sample.did(campaign.id, { publisherId: publisher.id }), id: did.id }]);
  });

  test('listeners hear of committed changes alone, until they stop listening', async () => {
    const { resources } = setUp();
    let heard = 0;
    const stop = resources.onChange(() => {
      heard += 1;
    });
    await resources.create('buyers', sample.buyer());
    const refused = resources.create('destinations', sample.destination('byr_gone' as BuyerId));
    await expect(refused).rejects.toThrow('byr_gone');
    expect(heard).toBe(1);
    const version = (await resources.readPlan()).version;

    stop();
    await resources.create('buyers', sample.buyer());
    expect(heard).toBe(1);
    expect((await resources.readPlan()).version).toBe(version + 1);
  });

  test('changes asked for at once are all there, each with its own revision', async () => {
    const { resources } = setUp();
    const { id } = await resources.create('publishers', sample.publisher());
    const names = Array.from({ length: 20 }, (_, n) => `name ${n}`);
    const results = await Promise.all(
      names.map((name) => resources.replace('publishers', id, { ...sample.publisher({ name }), archived: false })),
    );
    expect(results.map((result) => result.revision)).toEqual(names.map((_, n) => n + 2));
    expect(await resources.get('publishers', id)).toMatchObject({ name: 'name 19', revision: 21 });
  });
});

test('a number in another kind of list is a plain value', async () => {
  const { resources } = setUp();
  const { id: campaignId } = await resources.create('campaigns', sample.campaign());
  await resources.create('dids', sample.did(campaignId, { number: '+14155550101' as E164 }));
  const { data } = await resources.list('dids', { limit: 5, filters: { number: '+14155550101' } });
  expect(data).toHaveLength(1);
});
