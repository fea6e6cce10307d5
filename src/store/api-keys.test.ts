import { join } from 'node:path';

import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import { SAMPLE_INSTANT } from '../../test/support/sample-call.ts';
import { sample } from '../../test/support/sample-plan.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { temporaryStore } from '../../test/support/temporary-store.ts';
import { openStore } from './open-store.ts';

test('a key opens what its role allows, from its making until it is revoked', async () => {
  const { keys } = temporaryStore();
  const { key, ...made } = await keys.create({ name: 'dashboard', role: 'operator' });

  expect(made).toEqual({
    id: expect.stringMatching(/^key_/) as string,
    name: 'dashboard',
    role: 'operator',
    createdAt: '2026-11-21T14:00:00.000Z',
  });
  expect(await keys.verify(key)).toEqual(made);
  expect(await keys.verify(`${key}x`)).toBeUndefined();

  await keys.revoke(made.id);
  await expect(keys.revoke(made.id)).rejects.toMatchObject({ code: 'not-found' });
  expect(await keys.verify(key)).toBeUndefined();
  expect((await keys.list({ limit: 10 })).data).toEqual([]);
  await expect(keys.revoke('key_none')).rejects.toMatchObject({ code: 'not-found' });
});

test('what is stored does not hold the key', async () => {
  const dataDir = temporaryFolder();
  const store = openStore({ dataDir, now: () => SAMPLE_INSTANT });
  const { key } = await store.keys.create({ name: 'one', role: 'admin' });
  store.close();
  const sqlite = new Database(join(dataDir, 'tollgate.db'));
  expect(sqlite.serialize().includes(Buffer.from(key))).toBe(false);
  sqlite.close();
});

test('keys are listed oldest first, page by page', async () => {
  const { keys } = temporaryStore();
  for (const name of ['a', 'b', 'c']) await keys.create({ name, role: 'viewer' });
  const first = await keys.list({ limit: 2 });
  const second = await keys.list({ limit: 2, cursor: first.nextCursor ?? '' });
  expect([first, second].map(({ data }) => data.map((key) => key.name))).toEqual([['a', 'b'], ['c']]);
  expect(second.nextCursor).toBeNull();
});

test('a secret chosen elsewhere works in the role it is given, once, and again after it was revoked', async () => {
  const { keys } = temporaryStore();
  const secret = 'a-secret-from-the-environment-of-32-characters';
  const first = await keys.ensure({ name: 'bootstrap', role: 'viewer', secret });
  expect(await keys.ensure({ name: 'bootstrap', role: 'viewer', secret })).toEqual(first);
  expect(await keys.ensure({ name: 'bootstrap', role: 'admin', secret })).toEqual({ ...first, role: 'admin' });
  await keys.revoke(first.id, { evenLast: true });
  await keys.ensure({ name: 'bootstrap', role: 'admin', secret });
  expect(await keys.verify(secret)).toMatchObject({ id: first.id, role: 'admin' });
});

test('the last key of an admin is not revoked, nor one that a setting would bring back, unless that is meant', async () => {
  const { keys } = temporaryStore();
  const first = await keys.create({ name: 'laptop', role: 'admin' });
  await keys.create({ name: 'dashboard', role: 'operator' });
  await expect(keys.revoke(first.id)).rejects.toMatchObject({
    code: 'wrong-state',
    message: expect.stringContaining('make another first') as string,
  });
  const second = await keys.create({ name: 'desk', role: 'admin' });
  // Both at once: one of them is the last.
  const both = await Promise.allSettled([keys.revoke(first.id), keys.revoke(second.id)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);

  const secret = 'a-secret-from-the-environment-of-32-characters';
  const setting = await keys.ensure({ name: 'TOLLGATE_ADMIN_KEY', role: 'admin', secret });
  await expect(keys.revoke(setting.id)).rejects.toMatchObject({
    code: 'wrong-state',
    message: expect.stringContaining('unset TOLLGATE_ADMIN_KEY') as string,
  });
  await keys.revoke(setting.id, { evenLast: true });
  expect(await keys.verify(secret)).toBeUndefined();
});

test('a key of one buyer needs the buyer, and keeps it from being removed', async () => {
  const { keys, resources } = temporaryStore();
  await expect(keys.create({ name: 'portal', role: 'buyer:byr_none' as never })).rejects.toMatchObject({
    code: 'invalid',
    problems: [{ path: '/role' }],
  });
  const buyer = await resources.create('buyers', sample.buyer());
  await keys.create({ name: 'portal', role: `buyer:${buyer.id}` });
  await expect(resources.remove('buyers', buyer.id)).rejects.toThrow('API keys key_');
});
