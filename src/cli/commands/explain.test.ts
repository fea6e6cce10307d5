import { expect, test } from 'vitest';

import { servedFolder } from '../../../test/support/cli-store.ts';
import { memoryScreen, runInMemory } from '../../../test/support/memory-terminal.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import type { Campaign } from '../../domain/plan/campaign.ts';

const CALL = ['explain', '--did', '+14155550100', '--ani', '+14155550123', '--seed', '7'];

/** Bay serves California at all hours; Gate serves it too, after Bay, from nine to five of a Monday. */
async function provisioned(campaignFields: Partial<Campaign> = {}) {
  const { dataDir, store } = servedFolder();
  const { resources } = store;
  const campaign = await resources.create('campaigns', sample.campaign(campaignFields));
  const area = await resources.create('areas', {
    name: 'California',
    include: [{ state: 'CA' }],
    exclude: [],
    acceptInferred: true,
  });
  const schedule = await resources.create('schedules', {
    name: 'Mondays',
    timezone: 'America/Los_Angeles',
    weekly: { mon: [['09:00', '17:00']] },
    exceptions: [],
  });
  const buyer = await resources.create('buyers', sample.buyer({ name: 'Acme' }));
  const bay = await resources.create('destinations', sample.destination(buyer.id, { name: 'Bay' }));
  const gate = await resources.create('destinations', sample.destination(buyer.id, { name: 'Gate' }));
  const routes = [
    await resources.create('routes', sample.route(campaign.id, bay.id, { areaId: area.id })),
    await resources.create(
      'routes',
      sample.route(campaign.id, gate.id, { areaId: area.id, scheduleId: schedule.id, priority: 2 }),
    ),
  ];
  const did = await resources.create('dids', sample.did(campaign.id));
  const explain = (args: readonly string[], out = memoryScreen()) =>
    runInMemory([...CALL, ...args], { TOLLGATE_DATA_DIR: dataDir }, out);
  return { store, explain, routes, did };
}

test('tells people of every route with its reason and values, and who rings', async () => {
  const { explain, routes } = await provisioned();
  const { exitCode, stdout } = await explain(['--at', '2026-11-21T14:00:00Z']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('+14155550100  campaign Roofing (live)');
  expect(stdout).toContain('+14155550123  US, CA, area code 415, America/Los_Angeles (known from the number)');
  expect(stdout).toContain('at 2026-11-21T14:00:00.000Z, seed 7, configuration version');
  expect(stdout).toMatch(/^1 +Bay +Acme +selected +priority 1, weight 100, area California, price 30.00 USD$/m);
  expect(stdout).toMatch(/^- +Gate +Acme +closed +.*next opening 2026-11-23T17:00:00.000Z$/m);
  for (const { id } of routes) expect(stdout).toContain(id);
  expect(stdout).toMatch(/\nBay rings first\.\n$/);
});

test('answers for the instant, and offset, that is asked about', async () => {
  const { explain } = await provisioned();
  const { stdout } = await explain(['--at', '2026-11-23T09:00:00-08:00']);
  expect(stdout).toContain('Bay rings first, then Gate.');
});

test('a ZIP that the caller entered goes before the number', async () => {
  const { explain } = await provisioned();
  const { stdout } = await explain(['--zip', '10001-1234']);
  expect(stdout).toContain('US, NY, 10001, area code 415, America/New_York (known from the ZIP entered)');
  expect(stdout).toMatch(/out-of-area +.*state NY/);
  expect(stdout).toContain('Nobody rings: no route takes this call.');
});

test('a place that a publisher supplied goes before the number, and behind a ZIP that the caller entered', async () => {
  const { explain } = await provisioned();
  const supplied = ['--publisher-zip', '99999', '--publisher-state', 'ny'];
  const { stdout } = await explain(supplied);
  expect(stdout).toContain('US, NY, 99999, area code 415 (known from the publisher)');
  expect(stdout).toContain('Nobody rings: no route takes this call.');
  expect((await explain([...supplied, '--zip', '94107'])).stdout).toContain('(known from the ZIP entered)');
});

test.each([
  [['--publisher-zip', '9410'], 'Write a five-digit ZIP'],
  [['--publisher-state', 'Ohio'], 'Write the two letters of a US state or Canadian province'],
])('%j is wrong usage, and is said how to mend', async (args, advice) => {
  const { explain } = await provisioned();
  const { exitCode, stderr } = await explain(args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(advice);
});

test('what the caller wants opens the routes that take it, and no others', async () => {
  const { store, explain, routes } = await provisioned();
  const [bay] = routes;
  const { revision, createdAt: _c, updatedAt: _u, id, ...fields } = await store.resources.get('routes', bay!.id);
  await store.resources.replace('routes', id, { ...fields, categories: ['roof-repair', 'gutters'] }, revision);
  const { stdout } = await explain(['--category', 'plumbing']);
  expect(stdout).toMatch(/^- +Bay +Acme +source-excluded +category plumbing, accepts roof-repair, gutters$/m);
  expect((await explain(['--category', 'gutters'])).stdout).toMatch(/^1 +Bay +Acme +selected/m);
});

test('machines get the decision, the same bytes for the same seed', async () => {
  const { explain, routes } = await provisioned();
  const args = ['--at', '2026-11-21T14:00:00Z', '--json'];
  const [first, second] = [await explain(args), await explain(args)];
  expect(first.stdout).toBe(second.stdout);
  expect(JSON.parse(first.stdout)).toMatchObject({
    seed: 7,
    at: '2026-11-21T14:00:00.000Z',
    outcome: null,
    candidates: [
      { routeId: routes[0]?.id, verdict: 'selected', place: 1 },
      { routeId: routes[1]?.id, verdict: 'rejected', reason: 'closed' },
    ],
  });
});

test('says when all are closed, and when the first opens', async () => {
  const { explain, store, routes } = await provisioned();
  await store.resources.remove('routes', routes[0]?.id ?? '');
  const { stdout } = await explain(['--at', '2026-11-21T14:00:00Z']);
  expect(stdout).toContain('all who serve this caller are closed, the first opens at 2026-11-23T17:00:00.000Z');
  expect(stdout).toContain("the campaign's action is reject");
});

test('says when such a call would be refused before routing', async () => {
  const { explain } = await provisioned({ status: 'paused' });
  const { stdout } = await explain([]);
  expect(stdout).toContain('Roofing (paused)');
  expect(stdout).toContain('refused with 480 before routing (blocked: campaign-paused)');
});

test('says that a number which is switched off is answered as one of nobody', async () => {
  const { explain, store, did } = await provisioned();
  await store.resources.replace('dids', did.id, { ...did, enabled: false });
  expect((await explain([])).stdout).toContain('refused with 404 before routing (unknown-did: unknown-did)');
});

test('names no more than the campaign would try', async () => {
  const { explain } = await provisioned({ maxAttempts: 1 });
  const { stdout } = await explain(['--at', '2026-11-23T17:00:00Z']);
  expect(stdout).toMatch(/^2 +Gate +Acme +selected/m);
  expect(stdout).toMatch(/\nBay rings first\.\n$/);
});

test('on a narrow terminal the reasons are wrapped and nothing is cut', async () => {
  const { explain } = await provisioned();
  const tableAt = async (columns: number): Promise<string> => {
    const { stdout } = await explain(
      ['--at', '2026-11-21T14:00:00Z'],
      memoryScreen({ isInteractive: columns > 0, columns }),
    );
    return stdout.split('\n\n')[1] ?? '';
  };
  const widthOf = (table: string) => Math.max(...table.split('\n').map((line) => line.length));
  expect(widthOf(await tableAt(90))).toBeLessThanOrEqual(90);
  for (const columns of [90, 40]) {
    const table = await tableAt(columns);
    for (const word of ['California', '30.00', '2026-11-23T17:00:00.000Z']) expect(table).toContain(word);
  }
});

test('says who rings together where a campaign rings a tier at once', async () => {
  const { explain, store, routes } = await provisioned({ simultaneous: true });
  const args = ['--at', '2026-11-23T17:00:00Z'];
  expect((await explain(args)).stdout).toContain('Bay rings first, then Gate.');
  const second = routes[1];
  if (second) await store.resources.replace('routes', second.id, { ...second, priority: 1 });
  expect((await explain(args)).stdout).toMatch(/(Bay and Gate|Gate and Bay) ring first together\./);
});

test('says who rings past the routes where all are closed and the campaign forwards', async () => {
  const { explain, store, routes, did } = await provisioned();
  await store.resources.remove('routes', routes[0]?.id ?? '');
  const desk = routes[0]!.destinationId;
  const {
    revision,
    createdAt: _c,
    updatedAt: _u,
    id,
    ...fields
  } = await store.resources.get('campaigns', did.campaignId);
  const forward = { action: 'forward', destinationId: desk } as const;
  await store.resources.replace('campaigns', id, { ...fields, afterHours: forward }, revision);
  const args = ['--at', '2026-11-21T14:00:00Z'];
  const { stdout } = await explain(args);
  expect(stdout).toContain('Bay rings, past the routes: all who serve this caller are closed');
  expect(stdout).not.toContain('Nobody rings');

  await store.resources.replace('destinations', desk, {
    ...(await store.resources.get('destinations', desk)),
    enabled: false,
  });
  expect((await explain(args)).stdout).toContain('Nobody rings: all who serve this caller are closed');
});

test('names a destination once, however many routes lead to it, and whom the campaign would try after it', async () => {
  const { explain, store, routes, did } = await provisioned({ maxAttempts: 2 });
  const again = sample.route(did.campaignId, routes[0]!.destinationId, { priority: 1 });
  await store.resources.create('routes', again);
  const { stdout } = await explain(['--at', '2026-11-23T17:00:00Z']);
  expect(stdout).toMatch(/^3 +Gate +Acme +selected/m);
  expect(stdout).toMatch(/\nBay rings first, then Gate\.\n$/);
});

test('a number that is none of ours ends with 1', async () => {
  const { explain } = await provisioned();
  const { exitCode, stdout, stderr } = await explain(['--did', '+14155550199']);
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toContain('+14155550199 is none of your DIDs');
});
