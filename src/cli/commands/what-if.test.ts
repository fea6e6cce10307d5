import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { servedFolder } from '../../../test/support/cli-store.ts';
import { runInMemory } from '../../../test/support/memory-terminal.ts';
import { RoutedCalls } from '../../../test/support/routed-calls.ts';
import { noPlaces } from '../../../test/support/routing-plan.ts';
import { SAMPLE_INSTANT } from '../../../test/support/sample-call.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import type { Campaign } from '../../domain/plan/campaign.ts';
import type { Caps } from '../../domain/plan/caps.ts';
import { buildRoutingSnapshot } from '../../domain/routing/routing-snapshot.ts';
import type { EpochMs } from '../../domain/time.ts';
import { Rerun, type RouteFigures } from '../../domain/what-if/rerun.ts';
import { TalkTimes } from '../../domain/what-if/talk-times.ts';
import type { Store } from '../../store/open-store.ts';

const MINUTE = 60_000;

/** A campaign that sells to Ann at $30, and when she is full to Bob at $20. */
async function sellers(store: Store, fields: Partial<Campaign> = {}, caps: Caps = {}) {
  const { resources } = store;
  const campaign = await resources.create('campaigns', sample.campaign({ name: 'Roofing', ...fields }));
  await resources.create('dids', sample.did(campaign.id));
  for (const [place, [name, priceMicros]] of (
    [
      ['Ann', 30_000_000],
      ['Bob', 20_000_000],
    ] as const
  ).entries()) {
    const buyer = await resources.create('buyers', sample.buyer({ name }));
    const desk = await resources.create('destinations', sample.destination(buyer.id, { name }));
    await resources.create(
      'routes',
      sample.route(campaign.id, desk.id, { priority: place + 1, priceMicros, caps: place === 0 ? caps : {} }),
    );
  }
  return campaign;
}

/** Six calls, ten minutes apart, of which the third is too short to bill; asks what a change would have done to them. */
async function asked(change: string, fields: Partial<Campaign> = {}, caps: Caps = {}) {
  const { store, dataDir } = servedFolder();
  await sellers(
    store,
    { duplicates: { windowDays: 0, scope: 'all', trigger: 'billable', routing: 'allow' }, ...fields },
    caps,
  );
  const calls = new RoutedCalls(store);
  for (let call = 0; call < 6; call++) {
    await calls.complete({
      id: `call_${call}`,
      at: SAMPLE_INSTANT + call * 10 * MINUTE,
      talkMs: call === 2 ? 1_000 : 90_000,
    });
  }
  const file = join(dataDir, 'change.yaml');
  const { campaigns, destinations } = await store.resources.readPlan();
  const ids = { CAMPAIGN: campaigns[0]?.id ?? '', DESK: destinations[0]?.id ?? '' };
  writeFileSync(file, change.replace('CAMPAIGN', ids.CAMPAIGN).replace('DESK', ids.DESK));
  const run = (...more: string[]) =>
    runInMemory(
      ['what-if', '--from', '2026-11-21T00:00:00Z', '--to', '2026-11-22T00:00:00Z', '--change', file, ...more],
      { TOLLGATE_DATA_DIR: dataDir },
    );
  const report = async () => {
    const { stdout, stderr } = await run('--json');
    expect(stderr).toBe('');
    const json = JSON.parse(stdout) as { calls: number; moved: number; routes: ReportRoute[]; chargesAre: string };
    const of = (name: string) => json.routes.find(({ destination }) => destination === name);
    return { ...json, ann: of('Ann'), bob: of('Bob') };
  };
  return { store, run, report };
}

interface ReportRoute {
  readonly routeId: string;
  readonly destination: string;
  readonly before: RouteFigures;
  readonly after: RouteFigures;
}

const figures = (calls: number, selectedFirst: number, dollars: number): RouteFigures => ({
  calls,
  selectedFirst,
  chargeMicros: dollars * 1_000_000,
});

describe('what a change would have done', () => {
  test('a cap sends the calls past it to the next route, in the order they came', async () => {
    const { report } = await asked('routes: { Roofing > Ann: { caps: { daily: 2 } } }');
    const { ann, bob, calls, moved, chargesAre } = await report();
    // The short third call took nobody's place; the average talk of the whole campaign stands for Bob's.
    expect([calls, moved]).toEqual([6, 4]);
    expect(ann).toMatchObject({ before: figures(6, 6, 150), after: figures(2, 2, 60) });
    expect(bob).toMatchObject({ before: figures(0, 0, 0), after: figures(4, 4, 80) });
    expect(chargesAre).toContain('estimate');
  });

  test('a cap taken away gives back the calls that it had sent on', async () => {
    const { report } = await asked('routes: { Roofing > Ann: { caps: { daily: null } } }', {}, { daily: 2 });
    const { ann, bob, moved } = await report();
    expect(moved).toBe(4);
    // Bob's third call was too short in truth; Ann's calls talk long enough on average.
    expect(ann).toMatchObject({ before: figures(2, 2, 60), after: figures(6, 6, 180) });
    expect(bob).toMatchObject({ before: figures(4, 4, 60), after: figures(0, 0, 0) });
  });

  test('a change that bears on no decision moves nothing, a swap of priorities moves all', async () => {
    const { report } = await asked('campaigns: { Roofing: { maxAttempts: 1 } }', {}, { daily: 2 });
    expect((await report()).moved).toBe(0);
    const { report: swapped } = await asked(
      'routes: { Roofing > Bob: { priority: 1 }, Roofing > Ann: { priority: 2 } }',
    );
    expect(await swapped()).toMatchObject({ moved: 6, ann: { after: figures(0, 0, 0) }, bob: { after: { calls: 6 } } });
  });

  test('another price is charged for the talk there was', async () => {
    const { report } = await asked('routes: { Roofing > Ann: { priceMicros: 50000000, minTalkS: 1 } }');
    const { ann, moved } = await report();
    expect(moved).toBe(0);
    expect(ann).toMatchObject({ before: figures(6, 6, 150), after: figures(6, 6, 300) });
  });

  test('a destination switched off, a schedule, an area and a pause are all seen', async () => {
    const off = await asked('destinations: { Ann: { enabled: false } }');
    expect(await off.report()).toMatchObject({ moved: 6, ann: { after: { calls: 0 } }, bob: { after: { calls: 6 } } });
    const paused = await asked('campaigns: { Roofing: { status: paused } }');
    expect(await paused.report()).toMatchObject({ moved: 6, ann: { after: figures(0, 0, 0) } });
  });

  test('a buyer’s cap, a route that is taken away and one that is new are seen as well, their money still an estimate', async () => {
    const capped = await asked('buyers: { Ann: { caps: { daily: 2 } } }');
    expect(await capped.report()).toMatchObject({
      moved: 4,
      ann: { after: figures(2, 2, 60) },
      bob: { after: { calls: 4 } },
    });
    const without = await asked('routes: { Roofing > Ann: null }');
    expect(await without.report()).toMatchObject({
      moved: 6,
      ann: { after: figures(0, 0, 0) },
      bob: { after: { calls: 6 } },
    });
    const { run } = await asked(
      'routes: { Roofing > Ann: null, Roofing > Cat: { priority: 1, priceMicros: 40000000 } }',
    );
    expect((await run()).stderr).toContain('A new one needs campaignId and destinationId');
    const { store, report } = await asked(
      'routes: { again: { campaignId: CAMPAIGN, destinationId: DESK, priority: 0 } }',
    );
    const { routes, chargesAre, moved } = await report();
    expect((await store.resources.readPlan()).routes).toHaveLength(2);
    expect([routes.find(({ routeId }) => routeId === 'rte_new_1')?.after, moved]).toEqual([figures(6, 6, 150), 6]);
    expect(chargesAre).toContain('estimate');
  });

  test('caps of a past day do not count, those of the day before the period do', async () => {
    const { run } = await asked('routes: { Roofing > Ann: { caps: { daily: 3 } } }');
    const later = await run('--from', '2026-11-21T14:15:00Z', '--json');
    // Two of the day's calls came before the period and were billed, so one place was left in it.
    const routes = (JSON.parse(later.stdout) as { routes: ReportRoute[] }).routes;
    expect(routes.find(({ destination }) => destination === 'Ann')?.after).toMatchObject({ chargeMicros: 30_000_000 });
  });

  test('people get a row for each route with the difference, and are told that money is an estimate', async () => {
    const { run } = await asked('routes: { Roofing > Ann: { caps: { daily: 2 } } }');
    const { exitCode, stdout } = await run();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('6 calls decided again, 4 of them go elsewhere');
    expect(stdout).toMatch(/^Roofing > Ann +6 → 2 \(-4\) +6 → 2 \(-4\) +150.00 USD → 60.00 USD \(-90.00 USD\)$/m);
    expect(stdout).toMatch(/^Roofing > Bob +0 → 4 \(\+4\) +0 → 4 \(\+4\) +0.00 USD → 80.00 USD \(\+80.00 USD\)$/m);
    expect(stdout).toMatch(/^Charge {2}150.00 USD → 140.00 USD \(-10.00 USD\)$/m);
    expect(stdout).toContain('Charges are an estimate');
  });

  test('calls that were refused before routing are counted apart', async () => {
    const { store, run } = await asked('campaigns: { Roofing: { maxAttempts: 1 } }');
    await store.resources.create('blocklist', { match: '+1212' });
    await new RoutedCalls(store).complete({ id: 'blocked', at: SAMPLE_INSTANT + 99 * MINUTE });
    const { stdout } = await run();
    expect(stdout).toContain('1 more were refused before routing, and still would be');
  });

  test('a period may be of dates, which begin at midnight in its time zone', async () => {
    const { run } = await asked('campaigns: { Roofing: { maxAttempts: 1 } }');
    const period = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout) as object;
    expect(await period('--from', '2026-11-21', '--to', '2026-11-22')).toMatchObject({
      from: '2026-11-21T00:00:00.000Z',
      to: '2026-11-22T00:00:00.000Z',
      calls: 6,
    });
    const inKiritimati = ['--timezone', 'Pacific/Kiritimati', '--from', '2026-11-21', '--to', '2026-11-22'];
    expect(await period(...inKiritimati)).toMatchObject({ to: '2026-11-21T10:00:00.000Z', calls: 0 });
  });

  test.each([
    ['a date that is none', ['--from', '2026-11-31'], 'Write a date as 2026-11-01, or an instant'],
    ['a zone that is none', ['--timezone', 'PST'], '"PST" is no IANA time zone'],
    ['a period that ends before it begins', ['--to', '2026-11-20T00:00:00Z'], '--to must be later than --from.'],
    ['a file that is not there', ['--change', '/nonexistent/plan.yaml'], 'It can not be read'],
  ])('%s ends it with 2', async (_, args, message) => {
    const { run } = await asked('campaigns: { Roofing: { maxAttempts: 1 } }');
    const { exitCode, stderr } = await run(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});

test('where nothing changes, nothing moves: every figure of a random period comes out as it was', async () => {
  const caps: fc.Arbitrary<Caps> = fc.record(
    {
      concurrent: fc.integer({ min: 1, max: 2 }),
      hourly: fc.integer({ min: 1, max: 4 }),
      daily: fc.integer({ min: 1, max: 6 }),
      spendDailyMicros: fc.constantFrom(60_000_000, 120_000_000),
    },
    { requiredKeys: [] },
  );
  const list = fc.array(
    fc.record({
      minutes: fc.integer({ min: 0, max: 40 }),
      seed: fc.nat(),
      talkMs: fc.constantFrom(null, 5_000, 90_000, 20 * MINUTE),
    }),
    { minLength: 3, maxLength: 15 },
  );
  const order = fc.constantFrom('weight' as const, 'price' as const, 'expected-revenue' as const);
  await fc.assert(
    fc.asyncProperty(caps, list, order, fc.boolean(), async (limits, made, orderBy, simultaneous) => {
      const store = temporaryStore();
      await sellers(store, { order: orderBy, simultaneous }, limits);
      const calls = new RoutedCalls(store);
      let at: number = SAMPLE_INSTANT;
      for (const [index, { minutes, ...call }] of made.entries()) {
        at += minutes * MINUTE;
        await calls.complete({ ...call, id: `call_${index}`, at });
      }
      const { decisions } = store;
      const rerun = new Rerun(new TalkTimes(), decisions.openingAt(SAMPLE_INSTANT));
      for (const { cdr, basis } of decisions.between(SAMPLE_INSTANT, (at + 1) as EpochMs)) {
        const plan = decisions.planAt(cdr.decision?.snapshotVersion ?? 0);
        const { ani, decision } = cdr;
        if (decision === null || ani === 'erased' || basis === undefined || plan === undefined) continue;
        const snapshot = buildRoutingSnapshot(plan, noPlaces);
        rerun.decide({ ...cdr, ani, decision }, basis, { before: snapshot, after: snapshot });
      }
      for (const { before, after } of rerun.routes) expect(after).toEqual(before);
      expect(rerun.counts).toMatchObject({ calls: made.length, moved: 0 });
    }),
    { numRuns: 40 },
  );
});
