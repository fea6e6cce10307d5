import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { servedFolder } from '../../../test/support/cli-store.ts';
import { tablesWith } from '../../../test/support/erasures.ts';
import { runInMemory } from '../../../test/support/memory-terminal.ts';
import { RoutedCalls } from '../../../test/support/routed-calls.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import { admitCall, settleCall } from '../../../test/support/settle-call.ts';
import type { CallId } from '../../domain/ids.ts';
import type { Ani } from '../../domain/numbers/e164.ts';

const CALLER = '+14158670199' as Ani;

async function setUp() {
  const folder = servedFolder();
  for (const id of ['call_1', 'call_2']) await settleCall(folder.store, id, { ani: CALLER });
  await settleCall(folder.store, 'call_3', { ani: 'anonymous' });
  await admitCall(folder.store, 'call_4', { ani: CALLER });
  const erase = (...args: string[]) => runInMemory(['erase', ...args], { TOLLGATE_DATA_DIR: folder.dataDir });
  return { ...folder, erase };
}

test('a caller is erased beside the server, which sees it, and the audit log says so', async () => {
  const { store, erase } = await setUp();
  const { exitCode, stdout, stderr } = await erase('--ani', '415 867 0199', '--note', 'Ticket 7');
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    /^Erased: 2 calls, 0 recordings \(ers_\w+\)\.\n1 call in progress: erase again once ended\.\n$/,
  );
  expect((await store.queries.get('call_1' as CallId))?.ani).toBe('erased');
  const { data } = await store.audit.list({ limit: 10, filters: {} });
  expect(data).toMatchObject([{ actor: { keyId: 'cli', role: 'system' }, action: 'create', resource: 'erasures' }]);
  expect(JSON.stringify(data)).not.toContain('8670199');
});

test('a dry run counts and changes nothing', async () => {
  const { store, erase } = await setUp();
  expect((await erase('--ani', CALLER, '--dry-run')).stdout).toBe(
    'To erase: 2 calls, 0 recordings.\n1 call in progress: erase again once ended.\n',
  );
  const { stdout } = await erase('--ani', CALLER, '--dry-run', '--json');
  expect(JSON.parse(stdout)).toEqual({ calls: 2, recordings: 0, openCalls: 1, blocklisted: false, absent: 0 });
  expect((await store.queries.get('call_1' as CallId))?.ani).toBe(CALLER);
});

test('an anonymous caller is erased by call, and no byte of the database has who was erased', async () => {
  const { store, dataDir, erase } = await setUp();
  expect(JSON.parse((await erase('--call', 'call_3', '--json')).stdout)).toMatchObject({ callsErased: 1 });
  expect((await store.queries.get('call_3' as CallId))?.ani).toBe('erased');
  expect(tablesWith(dataDir, '"anonymous"')).toEqual([]);
  const { exitCode, stderr } = await erase('--call', 'call_9');
  expect([exitCode, stderr]).toEqual([1, 'There is no call call_9.\n']);
});

test('the calls that were erased are listed, and erased again from that list where they are back', async () => {
  const { erase } = await setUp();
  await erase('--ani', CALLER);
  const { stdout: list } = await erase('--list');
  expect(list).toBe('call_1\ncall_2\n');
  const older = await setUp();
  const file = join(older.dataDir, 'erased-calls.txt');
  writeFileSync(file, `${list}call_of_later\n`);
  expect((await older.erase('--calls', file)).stdout).toMatch(
    /^Erased: 2 calls, .*\n1 call of the list is not here\.\n$/,
  );
  expect((await older.erase('--list', '--json')).stdout).toBe('["call_1","call_2"]\n');
});

test('the decision of an erased call can not be made once more, and it is said why', async () => {
  const { store, dataDir, erase } = await setUp();
  const campaign = await store.resources.create('campaigns', sample.campaign());
  await store.resources.create('dids', sample.did(campaign.id));
  await new RoutedCalls(store).complete({ id: 'call_routed', ani: CALLER });
  await erase('--ani', CALLER);
  const { exitCode, stderr } = await runInMemory(['replay', 'call_routed'], { TOLLGATE_DATA_DIR: dataDir });
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('its caller was erased')]);
});

test.each([[[]], [['--ani', CALLER, '--call', 'call_1']], [['--ani', 'nobody']]])(
  'called as %j it says how it is used',
  async (args) => {
    const { erase } = await setUp();
    const { exitCode, stderr } = await erase(...args);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/--ani/)]);
  },
);
