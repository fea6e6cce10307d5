import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { expect, onTestFinished, test } from 'vitest';

import { servedFolder, settleCalls, tamper } from '../../../test/support/cli-store.ts';
import { eraseCaller, tablesWith } from '../../../test/support/erasures.ts';
import { runInMemory } from '../../../test/support/memory-terminal.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { CallId, RecordingId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import { openStore } from '../../store/open-store.ts';

const LOAD = fileURLToPath(new URL('../../../test/support/store-load.ts', import.meta.url));

const DAY_FOLDER = join('recordings', '2026', '11', '21');

/** A served folder with calls, a prompt's file, area codes, and a recording of the first call. */
async function folderWithEverything() {
  const folder = servedFolder();
  const { dataDir, store } = folder;
  await settleCalls(store, ['call_1', 'call_2', 'call_3']);
  mkdirSync(join(dataDir, 'prompts'));
  writeFileSync(join(dataDir, 'prompts', 'prm_01AB.wav'), 'a greeting');
  writeFileSync(join(dataDir, 'area-codes.txt'), '232 US TX America/Chicago\n');
  mkdirSync(join(dataDir, DAY_FOLDER), { recursive: true });
  writeFileSync(join(dataDir, DAY_FOLDER, 'call_1.wav'), 'a conversation');
  await store.recordings.keep({
    id: 'rec_1' as RecordingId,
    callId: 'call_1' as CallId,
    path: `${DAY_FOLDER}/call_1.wav`,
    sizeBytes: 14,
    durationMs: 1_000,
  });
  const env = { TOLLGATE_DATA_DIR: dataDir };
  const file = join(temporaryFolder(), 'tollgate.db');
  return { ...folder, file, backup: (...args: string[]) => runInMemory(['backup', file, ...args], env) };
}

function restoreInto(dataDir: string, file: string, ...args: string[]) {
  return runInMemory(['restore', file, ...args], { TOLLGATE_DATA_DIR: dataDir });
}

test('what is backed up beside a server is restored, files and all', async () => {
  const { file, backup } = await folderWithEverything();
  const made = await backup('--with-recordings', '--verify');
  expect([made.exitCode, made.stderr]).toEqual([0, '']);
  expect(made.stdout).toMatch(/: 3 settled calls, 3 files, checked and proved\.\nsha256 [0-9a-f]{64}\n$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const dataDir = join(temporaryFolder(), 'new');
  const { exitCode, stdout } = await restoreInto(dataDir, file);
  expect(stdout).toContain('is restored and proved: 3 settled calls, 3 files.');
  expect(exitCode).toBe(0);
  expect(readFileSync(join(dataDir, 'prompts', 'prm_01AB.wav'), 'utf8')).toBe('a greeting');
  expect(readFileSync(join(dataDir, 'area-codes.txt'), 'utf8')).toContain('232');
  expect(readFileSync(join(dataDir, DAY_FOLDER, 'call_1.wav'), 'utf8')).toBe('a conversation');
  expect(readdirSync(dataDir).filter((name) => name.startsWith('restoring'))).toEqual([]);
  expect((await runInMemory(['verify'], { TOLLGATE_DATA_DIR: dataDir })).exitCode).toBe(0);
});

test('recordings stay out unless asked for, and those of the folder are found again', async () => {
  const { file, backup, dataDir, store } = await folderWithEverything();
  expect(JSON.parse((await backup('--json')).stdout)).toMatchObject({ files: 2, missing: [] });
  const elsewhere = await restoreInto(join(temporaryFolder(), 'new'), file);
  expect(elsewhere.stdout).toContain('1 recordings that it names are not there.');
  store.close();
  const { exitCode, stdout } = await restoreInto(dataDir, file, '--force', '--json');
  expect(exitCode).toBe(0);
  const { missingRecordings, putAside } = JSON.parse(stdout);
  expect(missingRecordings).toBe(0);
  for (const folder of [dataDir, putAside]) {
    expect(readFileSync(join(folder, DAY_FOLDER, 'call_1.wav'), 'utf8')).toBe('a conversation');
  }
  expect(existsSync(join(putAside, 'tollgate.db'))).toBe(true);
});

test('a file that is there stays unless --force is said, and nothing else is left behind', async () => {
  const { file, backup } = await folderWithEverything();
  writeFileSync(file, 'precious');
  const refused = await backup();
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain(`${file} is there already: name another file, or replace it with --force.`);
  expect(readFileSync(file, 'utf8')).toBe('precious');
  expect((await backup('--force')).exitCode).toBe(0);
  expect(readFileSync(file, 'latin1')).toMatch(/^SQLite format 3/);
  expect(readdirSync(join(file, '..'))).toEqual(['tollgate.db']);
});

test('books that do not add up are not backed up as proved', async () => {
  const { file, backup, dataDir } = await folderWithEverything();
  tamper(dataDir, `UPDATE call_records SET record = replace(record, '120000', '1200') WHERE call_seq = 2`);
  const { exitCode, stderr } = await backup('--verify');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('the CDR chain is broken at record 2');
  expect(existsSync(file)).toBe(false);
  // Whoever wants to look into it needs a copy all the same; a restore will not take it.
  expect((await backup()).exitCode).toBe(0);
  const dataDir2 = join(temporaryFolder(), 'new');
  const restored = await restoreInto(dataDir2, file);
  expect([restored.exitCode, restored.stderr]).toEqual([1, expect.stringContaining('broken at record 2')]);
  expect(existsSync(join(dataDir2, 'tollgate.db'))).toBe(false);
});

test('a backup into a folder that is not there is refused, and the folder not made', async () => {
  const { file, dataDir } = await folderWithEverything();
  const missing = join(dirname(file), 'no', 'such');
  const { exitCode, stderr } = await runInMemory(['backup', join(missing, 'x.db')], { TOLLGATE_DATA_DIR: dataDir });
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`There is no folder ${missing}: make it first`)]);
  expect(existsSync(join(missing, '..'))).toBe(false);
});

test('whoever was erased since a backup is erased again where it takes the place of the data', async () => {
  const { dataDir, store, file, backup } = await folderWithEverything();
  await backup('--with-recordings');
  await settleCalls(store, ['call_4']);
  await eraseCaller(store, '+12125550123');
  store.close();
  const { exitCode, stdout } = await restoreInto(dataDir, file, '--force');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('3 calls whose callers had been erased since the backup were erased again.');
  expect(tablesWith(dataDir, '2125550123')).toEqual([]);
  expect(existsSync(join(dataDir, DAY_FOLDER, 'call_1.wav'))).toBe(false);
  expect((await runInMemory(['verify'], { TOLLGATE_DATA_DIR: dataDir })).exitCode).toBe(0);
});

test('data that is damaged is put aside, and it is said that nobody was erased again', async () => {
  const { dataDir, store, file, backup } = await folderWithEverything();
  await backup();
  store.close();
  writeFileSync(
    join(dataDir, 'tollgate.db'),
    'no database any more, and longer than a header of one hundred bytes. '.repeat(99),
  );
  const { exitCode, stdout } = await restoreInto(dataDir, file, '--force');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('tollgate erase --calls <file>');
});

test('a restore is refused while a server serves the folder, --force or not', async () => {
  const { file, backup, dataDir } = await folderWithEverything();
  await backup();
  for (const args of [[], ['--force']]) {
    const { exitCode, stderr } = await restoreInto(dataDir, file, ...args);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Another Tollgate is serving the data folder')]);
  }
});

test('data that is there is refused and named', async () => {
  const { file, backup, dataDir, store } = await folderWithEverything();
  await backup();
  store.close();
  const { exitCode, stderr } = await restoreInto(dataDir, file);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('holds data already (prompts, recordings, area-codes.txt, tollgate.db)');
});

test('what is no backup, or was damaged, is refused with nothing changed', async () => {
  const { file, backup } = await folderWithEverything();
  await backup();
  const bytes = readFileSync(file);
  const at = bytes.indexOf('a greeting');
  bytes.write('A', at);
  const folder = temporaryFolder();
  const dataDir = join(folder, 'new');
  mkdirSync(dataDir);
  for (const [name, content, message] of [
    ['letter.txt', 'Dear Sir, '.repeat(20), 'is no backup: it is no database.'],
    ['flipped.db', bytes, 'is not what was put there: the backup is damaged.'],
    ['cut.db', bytes.subarray(0, 20_000), 'is no backup'],
  ] as const) {
    writeFileSync(join(folder, name), content);
    const { exitCode, stderr } = await restoreInto(dataDir, join(folder, name));
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(readdirSync(dataDir, { recursive: true }).filter((left) => left !== 'tollgate.db.lock')).toEqual([]);
  }
  expect((await restoreInto(dataDir, join(folder, 'nothing.db'))).stderr).toContain('There is no file');
});

test('under load nothing waits, and every call whose settlement was told before is in the backup', async () => {
  const dataDir = temporaryFolder();
  const child = spawn(process.execPath, [LOAD, dataDir, 'call_a'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const settled: string[] = [];
  const { promise: warm, resolve: isWarm } = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('settled ') && settled.push(line.slice('settled '.length)) === 300) isWarm();
  });
  await warm;
  const before = [...settled];
  const file = join(temporaryFolder(), 'tollgate.db');
  const { exitCode, stderr } = await runInMemory(['backup', file], { TOLLGATE_DATA_DIR: dataDir });
  expect([exitCode, stderr]).toEqual([0, '']);
  const meanwhile = settled.length - before.length;
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(meanwhile).toBeGreaterThan(0);

  const restoredDir = join(temporaryFolder(), 'new');
  expect(await restoreInto(restoredDir, file)).toMatchObject({ exitCode: 0, stderr: '' });
  const store = openStore({ dataDir: restoredDir, now: () => Date.now() as EpochMs });
  onTestFinished(() => store.close());
  const kept = await Promise.all(before.map((id) => store.queries.get(id as CallId)));
  expect(kept.filter((call) => call?.outcome !== 'connected')).toEqual([]);
});
