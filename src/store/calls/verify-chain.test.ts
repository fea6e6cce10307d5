import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { settleCalls } from '../../../test/support/cli-store.ts';
import type { EpochMs } from '../../domain/time.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { Sqlite } from '../database.ts';
import { openStore } from '../open-store.ts';
import { COLUMN_NAMES } from './call-columns.ts';
import { commitTo, sealRecord, spellRecord, type LinkedCdr } from './cdr-chain.ts';
import { verifyChain, type ChainReport } from './verify-chain.ts';

/** Whoever can write the file can take the triggers away first; the chain is what is left then. */

const RECORDS = 6;

let sqlite: Sqlite;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-chain-'));
  const file = join(folder, 'tollgate.db');
  const store = openStore({ file, now: () => Date.now() as EpochMs });
  await settleCalls(
    store,
    Array.from({ length: RECORDS }, (_, n) => `call_${n + 1}`),
  );
  store.close();
  sqlite = new Database(file);
  sqlite.pragma('foreign_keys = OFF');
  for (const name of sqlite.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all())
    sqlite.exec(`DROP TRIGGER ${name}`);
  return () => {
    sqlite.close();
    rmSync(folder, { recursive: true, force: true });
  };
});

/** What verifying says of the database as it is while tampered with; afterwards it is as it was. */
async function verifyTampered(tamper: () => void): Promise<ChainReport> {
  sqlite.exec('BEGIN');
  try {
    tamper();
    return await verifyChain(sqlite);
  } finally {
    sqlite.exec('ROLLBACK');
  }
}

const recordAt = (place: number): string =>
  sqlite
    .prepare<[number], string>('SELECT record FROM call_records JOIN calls ON calls.seq = call_seq WHERE chain_seq = ?')
    .pluck()
    .get(place) ?? '';

function writeRecord(place: number, text: string): void {
  sqlite
    .prepare('UPDATE call_records SET record = ? WHERE call_seq = (SELECT seq FROM calls WHERE chain_seq = ?)')
    .run(text, place);
}

const commitmentAt = (place: number): string =>
  sqlite
    .prepare<[number], string>(
      'SELECT commitment FROM call_records JOIN calls ON calls.seq = call_seq WHERE chain_seq = ?',
    )
    .pluck()
    .get(place) ?? '';

/** As a forger who knows how the hash is made. */
function rehash(place: number): void {
  sqlite
    .prepare('UPDATE calls SET hash = ? WHERE chain_seq = ?')
    .run(hashOf(recordAt(place), commitmentAt(place)), place);
}

/** What is no record is hashed as it is. */
function hashOf(text: string, commitment: string): string {
  try {
    return sealRecord(spellRecord(JSON.parse(text) as LinkedCdr).redacted, commitment);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return sealRecord(text, commitment);
    throw error;
  }
}

/** Puts the chain's records into another order, by their places. */
function reorder(places: ReadonlyMap<number, number>): void {
  const move = sqlite.prepare('UPDATE calls SET chain_seq = ? WHERE chain_seq = ?');
  for (const from of places.keys()) move.run(-from, from);
  for (const [from, to] of places) move.run(to, -from);
}

/** Adds a record after the one at a place, as sound in itself as a forger can make it; those behind it move on. */
function insertAfter(place: number): void {
  const behind = Array.from({ length: RECORDS - place }, (_, n) => RECORDS - n);
  for (const from of behind) reorder(new Map([[from, from + 1]]));
  const previous = sqlite.prepare<[number], string>('SELECT hash FROM calls WHERE chain_seq = ?').pluck().get(place);
  const forged = { ...(JSON.parse(recordAt(place)) as object), id: 'call_forged', prevHash: previous };
  const text = canonicalJson(forged);
  const salt = '00'.repeat(16);
  const commitment = commitTo(text, salt);
  const columns = ['status', 'sip_call_id', 'received_at', ...COLUMN_NAMES].join(', ');
  sqlite
    .prepare(
      `INSERT INTO calls (id, chain_seq, hash, ${columns}) SELECT 'call_forged', ?, ?, ${columns} FROM calls WHERE chain_seq = ?`,
    )
    .run(place + 1, hashOf(text, commitment), place);
  sqlite
    .prepare(
      "INSERT INTO call_records (call_seq, record, commitment, salt) SELECT seq, ?, ?, ? FROM calls WHERE id = 'call_forged'",
    )
    .run(text, commitment, salt);
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The paths of every value in a record, lists and objects themselves included. */
function pathsIn(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (value === null || typeof value !== 'object') return [path];
  const inside = Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, key]));
  return path.length === 0 ? inside : [path, ...inside];
}

/** The record with the value at a path changed for another. */
function changed(value: Json, [key, ...rest]: readonly string[]): Json {
  if (key === undefined) return other(value);
  if (Array.isArray(value))
    return value.map((each: Json, index) => (String(index) === key ? changed(each, rest) : each));
  const object = value as { readonly [key: string]: Json };
  return { ...object, [key]: changed(object[key] ?? null, rest) };
}

function other(value: Json): Json {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return `${value.slice(0, -1)}${value.endsWith('x') ? 'y' : 'x'}`;
  return value === null ? 0 : null;
}

const place = fc.integer({ min: 1, max: RECORDS });
const pair = fc.tuple(place, place).filter(([a, b]) => a < b);

/** Long enough to try every field of a record some times over. */
const RUNS = { numRuns: 400 };

describe('tampering with the records is found at the first record it touches', () => {
  test('none: the chain is intact', async () => {
    expect(await verifyChain(sqlite)).toMatchObject({ intact: true, length: RECORDS });
  });

  test('a change of any field of any record', async () => {
    const paths = pathsIn(JSON.parse(recordAt(1)) as Json);
    expect(paths.length).toBeGreaterThan(40);
    await fc.assert(
      fc.asyncProperty(place, fc.constantFrom(...paths), async (at, path) => {
        const report = await verifyTampered(() => {
          writeRecord(at, canonicalJson(changed(JSON.parse(recordAt(at)) as Json, path)));
        });
        expect(report).toMatchObject({ intact: false, at, callId: `call_${at}` });
      }),
      RUNS,
    );
  });

  test('a change whose hash was made anew, at the record or at the next, which does not follow it', async () => {
    const paths = pathsIn(JSON.parse(recordAt(1)) as Json);
    await fc.assert(
      fc.asyncProperty(place, fc.constantFrom(...paths), async (at, path) => {
        const report = await verifyTampered(() => {
          writeRecord(at, canonicalJson(changed(JSON.parse(recordAt(at)) as Json, path)));
          rehash(at);
        });
        expect(report.intact ? 0 : report.at).toBeOneOf([at, Math.min(at + 1, RECORDS)]);
      }),
      RUNS,
    );
  });

  test('a change of any column that lists and reports read', async () => {
    await fc.assert(
      fc.asyncProperty(place, fc.constantFrom(...COLUMN_NAMES, 'received_at', 'hash', 'id'), async (at, column) => {
        const report = await verifyTampered(() => {
          const isText = sqlite
            .prepare(`SELECT typeof(${column}) = 'text' FROM calls WHERE chain_seq = ?`)
            .pluck()
            .get(at);
          const value = isText ? `${column} || 'x'` : `coalesce(${column}, 0) + 1`;
          sqlite.prepare(`UPDATE calls SET ${column} = ${value} WHERE chain_seq = ?`).run(at);
        });
        expect(report).toMatchObject({ intact: false, at });
      }),
      RUNS,
    );
  });

  test('a text that is no record, hashed anew', async () => {
    await fc.assert(
      fc.asyncProperty(place, fc.constantFrom('', 'null', '[]', '{}', '"x"', '{"id":1'), async (at, text) => {
        const report = await verifyTampered(() => {
          writeRecord(at, text);
          rehash(at);
        });
        expect(report).toMatchObject({ intact: false, at });
      }),
    );
  });

  test('a record that was removed, whether the rest closed up or not', async () => {
    await fc.assert(
      fc.asyncProperty(place, fc.boolean(), async (at, closesUp) => {
        const report = await verifyTampered(() => {
          sqlite.prepare('DELETE FROM calls WHERE chain_seq = ?').run(at);
          const behind = Array.from({ length: RECORDS - at }, (_, n) => at + 1 + n);
          if (closesUp) for (const from of behind) reorder(new Map([[from, from - 1]]));
        });
        expect(report).toMatchObject({ intact: false, at });
      }),
    );
  });

  test('two records that were swapped', async () => {
    await fc.assert(
      fc.asyncProperty(pair, async ([a, b]) => {
        const swap = new Map([
          [a, b],
          [b, a],
        ]);
        const report = await verifyTampered(() => reorder(swap));
        expect(report).toMatchObject({ intact: false, at: a, callId: `call_${b}` });
      }),
    );
  });

  test('a record that was added, at its end or in its midst, where the next does not follow it', async () => {
    for (let at = 1; at <= RECORDS; at += 1) {
      const report = await verifyTampered(() => insertAfter(at));
      const isLast = at === RECORDS;
      expect(report).toMatchObject({
        intact: false,
        at: isLast ? RECORDS + 1 : at + 2,
        callId: isLast ? 'call_forged' : `call_${at + 1}`,
      });
    }
  });
});
