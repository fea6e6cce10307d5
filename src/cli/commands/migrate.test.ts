import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { runInMemory } from '../../../test/support/memory-terminal.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { EpochMs } from '../../domain/time.ts';
import { openDatabase, schemaVersionOf } from '../../store/database.ts';
import { LATEST_VERSION } from '../../store/migrations/apply-migrations.ts';
import { databaseFileIn, openStore } from '../../store/open-store.ts';

test('makes a database where there is none, and says so', async () => {
  const dataDir = join(temporaryFolder(), 'new');
  const { exitCode, stdout } = await runInMemory(['migrate'], { TOLLGATE_DATA_DIR: dataDir });
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`There was no database at ${databaseFileIn(dataDir)}. Made one: schema version`);
  expect(schemaVersionOf(databaseFileIn(dataDir))).toBe(LATEST_VERSION);
});

test('has nothing to do beside a server, which has done it', async () => {
  const dataDir = temporaryFolder();
  const server = openStore({ dataDir, now: () => Date.now() as EpochMs });
  onTestFinished(() => server.close());
  const { exitCode, stdout } = await runInMemory(['migrate'], { TOLLGATE_DATA_DIR: dataDir });
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`is up to date: schema version ${LATEST_VERSION}.`);
});

test('leaves a newer database alone, and says what to run instead', async () => {
  const dataDir = temporaryFolder();
  const database = openDatabase(databaseFileIn(dataDir), 'serve');
  database.sqlite.pragma(`user_version = ${LATEST_VERSION + 1}`);
  database.close();
  const { exitCode, stderr } = await runInMemory(['migrate'], { TOLLGATE_DATA_DIR: dataDir });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('Run the newer Tollgate');
});
