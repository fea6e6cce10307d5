import { expect, test } from 'vitest';

import { servedFolder, tamper } from '../../../test/support/cli-store.ts';
import { runInMemory } from '../../../test/support/memory-terminal.ts';
import { RoutedCalls } from '../../../test/support/routed-calls.ts';
import { SAMPLE_INSTANT } from '../../../test/support/sample-call.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import type { CallId } from '../../domain/ids.ts';
import { createGazetteer } from '../../geo/gazetteer.ts';

/** A call decided between three routes, after which the configuration and the counters have moved on. */
async function folderWithCalls() {
  const folder = servedFolder();
  const { resources } = folder.store;
  const campaign = await resources.create('campaigns', sample.campaign());
  const area = { name: 'New York', include: [{ state: 'NY' }], exclude: [], acceptInferred: true };
  const { id: areaId } = await resources.create('areas', area);
  const did = await resources.create('dids', sample.did(campaign.id));
  const caps = { daily: 5, spendDailyMicros: 900_000_000 };
  const buyer = await resources.create('buyers', sample.buyer({ caps }));
  for (const name of ['Bay', 'Gate', 'Hill']) {
    const { id } = await resources.create('destinations', sample.destination(buyer.id, { name }));
    await resources.create('routes', sample.route(campaign.id, id, { areaId, priceMicros: 20_000_000 }));
  }
  const calls = new RoutedCalls(folder.store, createGazetteer());
  await calls.complete({ id: 'call_1', seed: 7 });
  await calls.complete({ id: 'call_2', seed: 8, at: SAMPLE_INSTANT + 60_000 });
  await resources.replace('areas', areaId, { ...area, include: [{ state: 'TX' }], archived: false });
  await resources.replace('dids', did.id, { ...did, enabled: false });
  await calls.complete({ id: 'call_3', at: SAMPLE_INSTANT + 120_000 });
  const replay = (...args: string[]) => runInMemory(['replay', ...args], { TOLLGATE_DATA_DIR: folder.dataDir });
  return { ...folder, replay };
}

test('a decision comes out the same, whatever has changed since', async () => {
  const { store, replay } = await folderWithCalls();
  const snapshotVersion = (await store.queries.get('call_2' as CallId))?.decision?.snapshotVersion;
  const { exitCode, stdout, stderr } = await replay('call_2');
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toBe(
    `call_2  at 2026-11-21T14:01:00.000Z, seed 8, configuration version ${snapshotVersion}\n` +
      'Same: its 3 candidates, byte for byte.\n',
  );
  const { stdout: json } = await replay('call_2', '--json');
  expect(JSON.parse(json)).toEqual({
    callId: 'call_2',
    same: true,
    at: '2026-11-21T14:01:00.000Z',
    seed: 8,
    snapshotVersion,
    candidates: 3,
    difference: null,
    unrecorded: [],
  });
});

test('of one candidate it is said so', async () => {
  const { store, dataDir } = servedFolder();
  const campaign = await store.resources.create('campaigns', sample.campaign());
  await store.resources.create('dids', sample.did(campaign.id));
  const buyer = await store.resources.create('buyers', sample.buyer());
  const { id } = await store.resources.create('destinations', sample.destination(buyer.id));
  await store.resources.create('routes', sample.route(campaign.id, id));
  await new RoutedCalls(store, createGazetteer()).complete({ id: 'call_1' });
  const { stdout } = await runInMemory(['replay', 'call_1'], { TOLLGATE_DATA_DIR: dataDir });
  expect(stdout).toContain('Same: its 1 candidate, byte for byte.');
});

test('a configuration that was changed behind our back is found out, at the first difference, with 1', async () => {
  const { replay, dataDir } = await folderWithCalls();
  tamper(dataDir, `UPDATE plan_history SET doc = replace(doc, '"priceMicros":20000000', '"priceMicros":2')`);
  const { exitCode, stdout } = await replay('call_2');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('DIFFERENT, first at /candidates/0/values/priceMicros:\n  CDR     20000000\n  replay  2\n');
});

test('a cap that was put in behind our back is named as asked now and not then', async () => {
  const { replay, dataDir } = await folderWithCalls();
  tamper(dataDir, `UPDATE plan_history SET doc = replace(doc, '"daily":5', '"hourly":0')`);
  const { exitCode, stdout } = await replay('call_2', '--json');
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    same: false,
    unrecorded: [expect.stringMatching(/^buyer:byr_\w+ hourly \d+$/) as string],
  });
});

test.each([
  ['call_9', 'There is no call call_9: GET /v1/calls lists them.'],
  ['call_3', 'call_3 was never routed'],
])('%s can not be replayed, and why is said', async (id, why) => {
  const { replay } = await folderWithCalls();
  const { exitCode, stdout, stderr } = await replay(id);
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toContain(why);
});

test('a call whose counters are no longer kept is refused', async () => {
  const { replay, dataDir } = await folderWithCalls();
  tamper(dataDir, 'DELETE FROM decision_bases');
  const { exitCode, stderr } = await replay('call_1');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('call_1 can not be replayed: what its counters said was not kept');
});
