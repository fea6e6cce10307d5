import { describe, expect, test } from 'vitest';

import type { BuyerId, CampaignId, DestinationId } from '../../domain/ids.ts';
import type { E164 } from '../../domain/numbers/e164.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import { settleCalls } from '../../../test/support/cli-store.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import type { Store } from '../open-store.ts';
import type { ChangeMade, ResourceChange } from '../resource-store.ts';

const campaignId = 'cmp_1' as CampaignId;
const buyerId = 'byr_1' as BuyerId;
const destinationId = 'dst_1' as DestinationId;

const create = (kind: ResourceChange['kind'], id: string, fields: object): ResourceChange =>
  ({ action: 'create', kind, id, fields, archived: false }) as ResourceChange;
const update = (kind: ResourceChange['kind'], id: string, fields: object): ResourceChange =>
  ({ action: 'update', kind, id, fields, archived: false }) as ResourceChange;
const remove = (kind: ResourceChange['kind'], id: string): ResourceChange => ({ action: 'remove', kind, id });

const PLAN = [
  create('routes', 'rte_1', sample.route(campaignId, destinationId)),
  create('destinations', 'dst_1', sample.destination(buyerId)),
  create('dids', 'did_1', sample.did(campaignId)),
  create('campaigns', 'cmp_1', sample.campaign()),
  create('buyers', 'byr_1', sample.buyer()),
];

async function storeWith(changes: readonly ResourceChange[]): Promise<Store> {
  const store = temporaryStore();
  await change(store, changes);
  return store;
}

async function change({ resources }: Store, changes: readonly ResourceChange[]) {
  return resources.changeAll({ changes, expectedVersion: (await resources.readAll()).version });
}

describe('many changes at once', () => {
  test('are made in whatever order they come, and raise the version once', async () => {
    const store = temporaryStore();
    let heard = 0;
    store.resources.onChange(() => (heard += 1));
    const { version } = await store.resources.readAll();

    expect(await change(store, PLAN)).toEqual({ made: true, created: 5, updated: 0, archived: [], deleted: [] });

    const plan = await store.resources.readPlan();
    expect([plan.version, heard]).toEqual([version + 1, 1]);
    expect(plan.routes).toEqual([{ id: 'rte_1', ...sample.route(campaignId, destinationId) }]);
  });

  test('are all taken back where one of them can not be made', async () => {
    const store = await storeWith(PLAN);
    const before = await store.resources.readAll();
    const changes = [
      update('buyers', 'byr_1', sample.buyer({ name: 'Other' })),
      create('dids', 'did_2', sample.did(campaignId)),
    ];
    await expect(change(store, changes)).rejects.toMatchObject({ code: 'duplicate' });
    expect(await store.resources.readAll()).toEqual(before);
  });

  test('of a dry run are told as if they were made, and leave nothing behind', async () => {
    const store = await storeWith(PLAN);
    const before = await store.resources.readAll();
    let heard = 0;
    store.resources.onChange(() => (heard += 1));
    const changes = [remove('dids', 'did_1'), create('buyers', 'byr_2', sample.buyer())];
    const noted: ChangeMade[] = [];
    const outcome = await store.resources.changeAll({
      changes,
      expectedVersion: before.version,
      dryRun: true,
      note: (made) => void noted.push(made),
    });
    expect(outcome).toEqual({ made: true, created: 1, updated: 0, archived: [], deleted: ['did_1'] });
    expect(noted).toHaveLength(2);
    expect([await store.resources.readAll(), heard]).toEqual([before, 0]);
  });

  test('are refused where the configuration they were worked out on is no longer there', async () => {
    const store = await storeWith(PLAN);
    const { version } = await store.resources.readAll();
    await store.resources.create('buyers', sample.buyer());
    const late = store.resources.changeAll({ changes: [remove('dids', 'did_1')], expectedVersion: version });
    await expect(late).rejects.toMatchObject({ code: 'version-conflict' });
    expect((await store.resources.readPlan()).dids).toHaveLength(1);
  });

  test('that are none leave the version as it is', async () => {
    const store = await storeWith(PLAN);
    const { version } = await store.resources.readAll();
    await change(store, []);
    expect((await store.resources.readAll()).version).toBe(version);
  });

  test('are told one by one, with what was and what is', async () => {
    const store = await storeWith(PLAN);
    const noted: ChangeMade[] = [];
    await store.resources.changeAll({
      changes: [remove('routes', 'rte_1'), update('buyers', 'byr_1', sample.buyer({ name: 'Other' }))],
      expectedVersion: (await store.resources.readAll()).version,
      note: (made) => void noted.push(made),
    });
    expect(noted).toMatchObject([
      { action: 'update', before: { name: 'Acme Roofing', revision: 1 }, after: { name: 'Other', revision: 2 } },
      { action: 'delete', kind: 'routes', id: 'rte_1', before: { revision: 1 }, after: null },
    ]);
  });
});

describe('numbers of DIDs', () => {
  const second = '+14155550101' as E164;

  test('may be swapped', async () => {
    const store = await storeWith([...PLAN, create('dids', 'did_2', sample.did(campaignId, { number: second }))]);
    const noted: ChangeMade[] = [];
    await store.resources.changeAll({
      changes: [
        update('dids', 'did_1', sample.did(campaignId, { number: second })),
        update('dids', 'did_2', sample.did(campaignId)),
      ],
      expectedVersion: (await store.resources.readAll()).version,
      note: (made) => void noted.push(made),
    });
    const { dids } = await store.resources.readPlan();
    expect(dids.map(({ id, number }) => [id, number])).toEqual([
      ['did_1', second],
      ['did_2', '+14155550100'],
    ]);
    expect(noted).toMatchObject([
      { before: { archived: false }, after: { revision: 2, archived: false } },
      { before: { archived: false }, after: { revision: 2, archived: false } },
    ]);
  });

  test('may pass from one that is removed to one that is made', async () => {
    const store = await storeWith(PLAN);
    await change(store, [remove('dids', 'did_1'), create('dids', 'did_2', sample.did(campaignId))]);
    expect((await store.resources.readPlan()).dids).toMatchObject([{ id: 'did_2', number: '+14155550100' }]);
  });
});

describe('what is removed', () => {
  test('is deleted with those that name it, in whatever order they come', async () => {
    const store = await storeWith(PLAN);
    const changes = ['buyers byr_1', 'campaigns cmp_1', 'destinations dst_1', 'dids did_1', 'routes rte_1'].map((one) =>
      remove(...(one.split(' ') as [ResourceChange['kind'], string])),
    );
    expect((await change(store, changes)).deleted).toHaveLength(5);
  });

  test('is kept, and all else with it, while something in service names it', async () => {
    const store = await storeWith(PLAN);
    await expect(change(store, [remove('dids', 'did_1'), remove('buyers', 'byr_1')])).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining('byr_1 is still referred to by destinations dst_1') as string,
    });
    expect((await store.resources.readPlan()).dids).toHaveLength(1);
  });

  test('is archived where a record of a call names it', async () => {
    const store = await storeWith([
      create('campaigns', 'cmp_1', sample.campaign()),
      create('campaigns', 'cmp_2', sample.campaign()),
    ]);
    await settleCalls(store, ['call_1']);
    expect(await change(store, [remove('campaigns', 'cmp_1'), remove('campaigns', 'cmp_2')])).toMatchObject({
      archived: ['cmp_1'],
      deleted: ['cmp_2'],
    });
    expect(await store.resources.get('campaigns', 'cmp_1')).toMatchObject({ archived: true, revision: 2 });
  });

  test('is archived where something archived names it', async () => {
    const store = await storeWith(PLAN);
    const route = await store.resources.get('routes', 'rte_1');
    await store.resources.replace('routes', 'rte_1', {
      ...sample.route(route.campaignId, route.destinationId),
      archived: true,
    });
    expect(await change(store, [remove('destinations', 'dst_1'), remove('buyers', 'byr_1')])).toMatchObject({
      archived: ['dst_1', 'byr_1'],
    });
  });
});
