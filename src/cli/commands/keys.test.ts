import { expect, test } from 'vitest';

import { servedFolder } from '../../../test/support/cli-store.ts';
import { runInMemory } from '../../../test/support/memory-terminal.ts';
import { sample } from '../../../test/support/sample-plan.ts';

function keysOf(dataDir: string) {
  return (...args: string[]) => runInMemory(['keys', ...args], { TOLLGATE_DATA_DIR: dataDir });
}

test('a key that is made works at once, is listed without its secret, and opens nothing once revoked', async () => {
  const { dataDir, store } = servedFolder();
  const keys = keysOf(dataDir);

  const made = await keys('create', '--role', 'operator', '--name', 'Front office');
  expect(made.exitCode).toBe(0);
  const secret = /^tg_\S+/.exec(made.stdout)?.[0] ?? '';
  const known = await store.keys.verify(secret);
  expect(known).toMatchObject({ role: 'operator', name: 'Front office' });

  const listed = await keys('list');
  expect(listed.stdout).toMatch(/^ID +ROLE +CREATED +NAME\n/);
  expect(listed.stdout).toMatch(new RegExp(`^${known?.id} +operator +\\S+Z +Front office$`, 'm'));
  expect(listed.stdout).not.toContain(secret);

  const revoked = await keys('revoke', known?.id ?? '');
  expect(revoked.exitCode).toBe(0);
  expect(revoked.stdout).toContain(`Revoked ${known?.id}, operator, "Front office".`);
  expect(await store.keys.verify(secret)).toBeUndefined();
});

test('machines get a key as the API gives it', async () => {
  const { dataDir } = servedFolder();
  const keys = keysOf(dataDir);
  const { stdout } = await keys('create', '--role', 'viewer', '--json');
  const { key, ...shown } = JSON.parse(stdout) as Record<string, string>;
  expect(key).toMatch(/^tg_/);
  expect(shown).toEqual({
    id: expect.stringMatching(/^key_/) as string,
    name: 'made on the command line',
    role: 'viewer',
    createdAt: expect.stringMatching(/Z$/) as string,
  });
  expect(JSON.parse((await keys('list', '--json')).stdout)).toEqual({ data: [shown] });
  const revoked = await keys('revoke', shown['id'] ?? '', '--json');
  expect(JSON.parse(revoked.stdout)).toEqual({ ...shown, revoked: true });
});

test('a list longer than a page is whole', async () => {
  const { dataDir, store } = servedFolder();
  const names = Array.from({ length: 501 }, (_, n) => `key ${n}`);
  await Promise.all(names.map((name) => store.keys.create({ name, role: 'viewer' })));
  const { stdout } = await keysOf(dataDir)('list', '--json');
  expect((JSON.parse(stdout) as { data: { name: string }[] }).data.map(({ name }) => name)).toEqual(names);
});

test('no key at all is said with how to make one', async () => {
  const { stdout } = await keysOf(servedFolder().dataDir)('list');
  expect(stdout).toContain('tollgate keys create --role admin');
});

test("a buyer's key needs that buyer", async () => {
  const { dataDir, store } = servedFolder();
  const keys = keysOf(dataDir);
  const refused = await keys('create', '--role', 'buyer:byr_0');
  expect([refused.exitCode, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toContain('byr_0');
  const { id } = await store.resources.create('buyers', sample.buyer());
  expect((await keys('create', '--role', `buyer:${id}`)).exitCode).toBe(0);
});

test('a key that does not work can not be revoked, and a secret given by mistake is not repeated', async () => {
  const { exitCode, stderr } = await keysOf(servedFolder().dataDir)('revoke', 'tg_secret');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('`tollgate keys list`');
  expect(stderr).not.toContain('tg_secret');
});

test('what is made and revoked here is in the audit log, once each and without the key', async () => {
  const { dataDir, store } = servedFolder();
  const keys = keysOf(dataDir);
  const { key, ...made } = JSON.parse((await keys('create', '--role', 'viewer', '--json')).stdout) as {
    id: string;
    key: string;
  };
  await keys('revoke', made.id);
  await keys('revoke', made.id);
  const { data } = await store.audit.list({ limit: 10, filters: {} });
  const actor = { keyId: 'command-line', role: 'admin' };
  expect(data).toMatchObject([
    { actor, action: 'delete', resource: 'api-keys', resourceId: made.id, before: made, after: null },
    { actor, action: 'create', resource: 'api-keys', resourceId: made.id, before: null, after: made },
  ]);
  expect(JSON.stringify(data)).not.toContain(key);
});

test('revoking says when no admin key is left, or when the key comes back by itself', async () => {
  const { dataDir, store } = servedFolder();
  const keys = keysOf(dataDir);
  const secret = 'a secret of more than thirty-two characters';
  const bootstrap = await store.keys.ensure({ name: 'TOLLGATE_ADMIN_KEY', role: 'admin', secret });
  const { id } = await store.keys.create({ name: 'laptop', role: 'admin' });
  expect((await keys('revoke', id)).stdout).toBe(`Revoked ${id}, admin, "laptop".\n`);
  expect((await keys('revoke', bootstrap.id)).stdout).toContain('change that setting too');

  const last = await store.keys.create({ name: 'laptop', role: 'admin' });
  expect((await keys('revoke', last.id)).stdout).toContain('No admin key is left');
});
