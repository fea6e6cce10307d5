import { describe, expect, it } from 'vitest';

import { servedFolder, tamper } from '../../../test/support/cli-store.ts';
import { RoutedCalls } from '../../../test/support/routed-calls.ts';
import { SAMPLE_INSTANT } from '../../../test/support/sample-call.ts';
import { sample } from '../../../test/support/sample-plan.ts';

/** Two calls that were decided, and a campaign that was changed since. */
async function withDecisions() {
  const { store, dataDir } = servedFolder();
  const { resources } = store;
  const campaign = await resources.create('campaigns', sample.campaign());
  await resources.create('dids', sample.did(campaign.id));
  const buyer = await resources.create('buyers', sample.buyer());
  const desk = await resources.create('destinations', sample.destination(buyer.id));
  const route = await resources.create('routes', sample.route(campaign.id, desk.id));
  const calls = new RoutedCalls(store);
  for (const n of [1, 2]) await calls.complete({ id: `call_${n}`, at: SAMPLE_INSTANT + n * 60_000, talkMs: 90_000 });
  const archived = { ...sample.campaign({ name: 'Law' }), archived: true };
  await resources.replace('campaigns', campaign.id, archived);
  return { store, dataDir, campaign, route };
}

describe('What replays rest on', () => {
  it('is all there', async () => {
    const { store } = await withDecisions();
    expect(store.decisions.check()).toEqual({ decisions: 2, problems: [] });
  });

  it('is missed where a decision has lost its basis', async () => {
    const { store, dataDir } = await withDecisions();
    tamper(dataDir, "DELETE FROM decision_bases WHERE call_seq = (SELECT seq FROM calls WHERE id = 'call_2')");
    expect(store.decisions.check()).toEqual({
      decisions: 1,
      problems: ['call_2: what its decision rested on is missing'],
    });
  });

  it.each([
    ['UPDATE campaigns SET archived = 0', 'campaigns'],
    ["UPDATE routes SET doc = json_set(doc, '$.weight', 7)", 'routes'],
    ["DELETE FROM plan_history WHERE kind = 'routes'", 'routes'],
    ["UPDATE plan_history SET doc = '{}' WHERE kind = 'routes'", 'routes'],
  ] as const)('is not the plan’s own history any more after %s', async (change, kind) => {
    const { store, dataDir, campaign, route } = await withDecisions();
    tamper(dataDir, change);
    const id = kind === 'routes' ? route.id : campaign.id;
    expect(store.decisions.check().problems).toEqual([
      `${kind} ${id}: the plan as it was ends otherwise than it is now`,
    ]);
  });

  it('ends with the present plan', async () => {
    const { store, dataDir, route } = await withDecisions();
    tamper(
      dataDir,
      `INSERT INTO plan_history SELECT kind, id, version + 99, doc FROM plan_history WHERE kind = 'routes'`,
    );
    expect(store.decisions.check().problems).toEqual([
      `routes ${route.id}: it is kept of a version of the plan that there never was`,
    ]);
  });
});
