import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import type { EpochMs } from '../domain/time.ts';
import { openDatabase } from './database.ts';
import { applyMigrations, LATEST_VERSION, MIGRATIONS } from './migrations/apply-migrations.ts';
import { openStore } from './open-store.ts';

const now = () => 0 as EpochMs;

function fingerprint(file: string): string {
  return existsSync(file) ? hash('sha256', readFileSync(file)) : 'absent';
}

describe('the schema', () => {
  test('is built from nothing, every step recorded, and opening again changes nothing', () => {
    const file = join(temporaryFolder(), 'new', 'tollgate.db');
    openDatabase(file, 'serve').close();
    const before = fingerprint(file);

    const database = openDatabase(file, 'serve');
    const { sqlite } = database;

    expect(sqlite.pragma('user_version', { simple: true })).toBe(LATEST_VERSION);
    expect(sqlite.prepare('SELECT version, name FROM schema_migrations ORDER BY version').all()).toEqual(
      MIGRATIONS.map(({ version, name }) => ({ version, name })),
    );
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(sqlite.pragma('foreign_key_check')).toEqual([]);
    database.close();
    expect(fingerprint(file)).toBe(before);
  });

  test('grows from every earlier version to the same tables', () => {
    const schemaOf = (sqlite: Database.Database) =>
      sqlite.prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all();
    const whole = new Database(':memory:');
    applyMigrations(whole);
    for (const { version } of MIGRATIONS) {
      const grown = new Database(':memory:');
      applyMigrations(grown, MIGRATIONS.slice(0, version));
      applyMigrations(grown);
      expect(schemaOf(grown)).toEqual(schemaOf(whole));
    }
  });

  test('stays at the version before a step that fails', () => {
    const sqlite = new Database(':memory:');
    const broken = {
      version: LATEST_VERSION + 1,
      name: 'broken',
      sql: 'CREATE TABLE half (a); CREATE TABLE half (a);',
    };
    expect(() => {
      applyMigrations(sqlite, [...MIGRATIONS, broken]);
    }).toThrow('half');
    expect(sqlite.pragma('user_version', { simple: true })).toBe(LATEST_VERSION);
    expect(sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").get()).toBeUndefined();
  });

  test('is refused where a step that ran is not the step known by that number', () => {
    const sqlite = new Database(':memory:');
    applyMigrations(sqlite);
    const edited = MIGRATIONS.map((step) => (step.version === 2 ? { ...step, sql: `${step.sql} ` } : step));
    expect(() => {
      applyMigrations(sqlite, edited);
    }).toThrow(/step 2 .* another form/);
  });
});

describe('a database of a newer schema', () => {
  function newerDatabase() {
    const file = join(temporaryFolder(), 'tollgate.db');
    openDatabase(file, 'serve').close();
    const sqlite = new Database(file);
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma(`user_version = ${LATEST_VERSION + 3}`);
    return { file, sqlite };
  }

  test('is refused with both versions, and not a byte of it changes', () => {
    const { file, sqlite } = newerDatabase();
    sqlite.close();
    const before = [fingerprint(file), ...readdirSync(dirname(file))];

    expect(() => openDatabase(file, 'serve')).toThrow(
      expect.objectContaining({
        code: 'store-unavailable',
        message: expect.stringMatching(
          new RegExp(`version ${LATEST_VERSION + 3}.*up to ${LATEST_VERSION}.*newer Tollgate`),
        ) as string,
      }) as Error,
    );

    expect([fingerprint(file), ...readdirSync(dirname(file))]).toEqual(before);
  });

  test('is known as newer though only its write-ahead log says so', () => {
    const { file, sqlite } = newerDatabase();
    sqlite.pragma('wal_autocheckpoint = 0');
    sqlite.pragma(`user_version = ${LATEST_VERSION + 4}`);
    const before = [fingerprint(file), fingerprint(`${file}-wal`)];

    expect(() => openDatabase(file, 'serve')).toThrow(`version ${LATEST_VERSION + 4}`);

    expect([fingerprint(file), fingerprint(`${file}-wal`)]).toEqual(before);
    sqlite.close();
  });
});

describe('a data folder', () => {
  test('is served by one process at a time, and free again after closing', () => {
    const dataDir = temporaryFolder();
    const first = openStore({ dataDir, now });

    expect(() => openStore({ dataDir, now })).toThrow(
      expect.objectContaining({
        code: 'store-unavailable',
        message: expect.stringContaining('Another Tollgate is serving') as string,
      }) as Error,
    );

    first.close();
    first.close();
    openStore({ dataDir, now }).close();
  });

  test('can be visited beside the process that serves it', async () => {
    const dataDir = temporaryFolder();
    const server = openStore({ dataDir, now });
    const visitor = openStore({ dataDir, now, access: 'visit' });
    const { key } = await visitor.keys.create({ name: 'laptop', role: 'admin' });
    expect(await server.keys.verify(key)).toMatchObject({ name: 'laptop', role: 'admin' });
    visitor.close();
    server.close();
  });

  test('is not made by a visit, nor its schema brought up to date', () => {
    const dataDir = join(temporaryFolder(), 'none');
    expect(() => openStore({ dataDir, now, access: 'visit' })).toThrow('There is no Tollgate database');
    expect(existsSync(dataDir)).toBe(false);

    mkdirSync(dataDir);
    const file = join(dataDir, 'tollgate.db');
    const old = new Database(file);
    applyMigrations(old, MIGRATIONS.slice(0, 1));
    old.close();
    expect(() => openStore({ dataDir, now, access: 'visit' })).toThrow('tollgate migrate');
  });

  test('that holds another file of that name is refused with what to do', () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, 'tollgate.db'), 'not a database, but long enough to be mistaken for one'.repeat(100));
    expect(() => openStore({ dataDir, now })).toThrow(expect.objectContaining({ code: 'store-unavailable' }) as Error);
  });
});
