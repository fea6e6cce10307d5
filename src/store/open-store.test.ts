import { expect, test } from 'vitest';

import { SAMPLE_INSTANT } from '../../test/support/sample-call.ts';
import { sample } from '../../test/support/sample-plan.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { openStore } from './open-store.ts';

const now = () => SAMPLE_INSTANT;

test('what was kept is there when the folder is opened again, and the plan has the same version', async () => {
  const dataDir = temporaryFolder();
  const before = openStore({ dataDir, now });
  const campaign = await before.resources.create('campaigns', sample.campaign());
  const plan = await before.resources.readPlan();
  before.close();

  const after = openStore({ dataDir, now });
  expect(await after.resources.get('campaigns', campaign.id)).toEqual(campaign);
  expect(await after.resources.readPlan()).toEqual(plan);
  after.close();
});

test('a change asked for just before closing is kept', async () => {
  const dataDir = temporaryFolder();
  const before = openStore({ dataDir, now });
  const creation = before.resources.create('buyers', sample.buyer());
  before.close();
  const { id } = await creation;

  const after = openStore({ dataDir, now });
  expect(await after.resources.get('buyers', id)).toMatchObject({ id });
  after.close();
});

test('health says why nothing can be written', () => {
  const store = openStore({ file: ':memory:', now });
  expect(store.health()).toEqual({ ok: true });
  store.close();
  expect(store.health()).toEqual({ ok: false, detail: 'The database is closed' });
});
