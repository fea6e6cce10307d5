import { expect, test } from 'vitest';

import { temporaryStore } from '../test/support/temporary-store.ts';
import { ensureAdminKey } from './ensure-admin-key.ts';

const SECRET = 'a-secret-from-the-environment-of-32-characters';
const MADE = { actor: { keyId: 'system', role: 'system' }, action: 'create', resource: 'api-keys', before: null };

test('the configured key works from the first start on, and is in the audit log once', async () => {
  const store = temporaryStore();
  expect(await ensureAdminKey(store, SECRET)).toBeNull();
  expect(await ensureAdminKey(store, SECRET)).toBeNull();
  const key = await store.keys.verify(SECRET);
  expect((await store.audit.list({ limit: 10, filters: {} })).data).toMatchObject([
    { ...MADE, resourceId: key?.id, after: key },
  ]);
});

test('a configured key that was revoked works again, and the audit log says so', async () => {
  const store = temporaryStore();
  await ensureAdminKey(store, SECRET);
  const id = (await store.keys.verify(SECRET))?.id ?? '';
  await store.keys.revoke(id, { evenLast: true });
  await ensureAdminKey(store, SECRET);
  const { data } = await store.audit.list({ limit: 10, filters: {} });
  expect(data.map(({ resourceId }) => resourceId)).toEqual([id, id]);
});

test('where none is configured and there is none, one is made and told of, and the audit log says so', async () => {
  const store = temporaryStore();
  const secret = await ensureAdminKey(store, null);
  const key = await store.keys.verify(secret ?? '');
  expect(key).toMatchObject({ role: 'admin' });
  expect(await ensureAdminKey(store, null)).toBeNull();
  const { data } = await store.audit.list({ limit: 10, filters: {} });
  expect(data).toMatchObject([{ ...MADE, resourceId: key?.id }]);
  expect(JSON.stringify(data)).not.toContain(secret);
});
