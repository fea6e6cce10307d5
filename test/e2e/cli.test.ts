import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { bareEnvironment } from '../support/bare-environment.ts';
import { applyMigrations, LATEST_VERSION, MIGRATIONS } from '../../src/store/migrations/apply-migrations.ts';
import { databaseFileIn } from '../../src/store/open-store.ts';
import type { CliRun } from '../support/memory-terminal.ts';
import { DID, provision } from '../support/provision.ts';
import { ADMIN_KEY } from '../support/rest-client.ts';
import { TollgateProcess } from '../support/tollgate-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

type Settings = Readonly<Record<string, string>>;

/** Starts the command as a shell would, away from the checkout and its settings. */
function spawnTollgate(args: readonly string[], env: Settings) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: tmpdir(),
    env: bareEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  /** Resolves when it has said this, or can say no more. */
  const said = async (text: string): Promise<void> => {
    while (!output.stdout.includes(text) && child.exitCode === null) {
      await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
    }
  };
  const ended = once(child, 'close').then(([exitCode]): CliRun => ({ exitCode: exitCode as number, ...output }));
  return { child, output, said, ended };
}

function tollgate(args: readonly string[], env: Settings): Promise<CliRun> {
  return spawnTollgate(args, env).ended;
}

describe('beside a running server', () => {
  let server: TollgateProcess;
  let env: Settings;

  beforeAll(async () => {
    server = await TollgateProcess.start();
    env = { TOLLGATE_DATA_DIR: server.dataDir };
    await provision(server, [
      { name: 'bay', uri: 'sip:bay@127.0.0.1:5999' },
      { name: 'gate', uri: 'sip:gate@127.0.0.1:5998' },
    ]);
  });
  afterAll(() => server.stop());

  function statusWith(key: string): Promise<number> {
    const headers = { authorization: `Bearer ${key}` };
    return fetch(`http://${server.http}/v1/campaigns`, { headers }).then(({ status }) => status);
  }

  test('a key made on the command line opens the API at once, and opens nothing once revoked', async () => {
    const made = await tollgate(['keys', 'create', '--role', 'viewer', '--json'], env);
    const { id, key } = JSON.parse(made.stdout) as { id: string; key: string };
    expect(await statusWith(key)).toBe(200);
    expect((await tollgate(['keys', 'revoke', id], env)).exitCode).toBe(0);
    expect(await statusWith(key)).toBe(401);
  });

  test('explain answers as the API does, byte for byte', async () => {
    const question = { did: DID, ani: '+14155550123', at: '2026-11-21T14:00:00.000Z', seed: 42 };
    const answer = await server.post('/route-decisions', question);
    const args = Object.entries(question).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const { exitCode, stdout } = await tollgate(['explain', ...args, '--json'], env);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`${JSON.stringify(answer)}\n`);
  });

  test('import goes through its API, and calls are decided on what it brings at once', async () => {
    const plan = join(temporaryFolder(), 'plan.json');
    const did = '+14155550177';
    const areas = [{ name: 'Zips', include: Array.from({ length: 40_000 }, (_, n) => ({ zip: String(n + 10_000) })) }];
    writeFileSync(plan, JSON.stringify({ areas, dids: [{ number: did, campaign: 'Roofing' }] }));
    const helpless = await tollgate(['import', plan], env);
    expect([helpless.exitCode, helpless.stderr]).toEqual([2, expect.stringContaining('A server runs on')]);
    const there = { ...env, TOLLGATE_URL: `http://${server.http}`, TOLLGATE_KEY: ADMIN_KEY };
    const { exitCode, stdout } = await tollgate(['import', plan], there);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('2 created')]);
    const answer = await server.post('/route-decisions', { did, ani: '+14155550123' });
    expect(answer.candidates).toHaveLength(2);
    // More than a pipe takes at once: none of it is lost with the process.
    const exported = await tollgate(['export', '--json'], env);
    expect(exported.stdout.length).toBe(JSON.stringify(await server.get('/export'), null, 2).length + 1);
  });

  test('verify and migrate work while it runs, and it can still write', async () => {
    const [verified, migrated] = await Promise.all([tollgate(['verify'], env), tollgate(['migrate'], env)]);
    expect([verified.exitCode, migrated.exitCode]).toEqual([0, 0]);
    expect(verified.stdout).toContain('CDR chain  intact');
    expect(migrated.stdout).toContain('is up to date');
    // Still writable: no visitor has left a lock behind.
    await server.post('/buyers', { name: 'Another', timezone: 'America/New_York' });
  });

  test('a second server on the same data is refused', async () => {
    const ports = { SIP_HOST: '127.0.0.1', SIP_PORT: '0', HTTP_PORT: '0', LOG_LEVEL: 'silent' };
    const { exitCode, stderr } = await tollgate(['serve'], { ...env, ...ports });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Another Tollgate is serving the data folder');
  });
});

test('serve --json says in JSON alone where it listens and its first key, and SIGTERM ends it with 0', async () => {
  const { child, output, said, ended } = spawnTollgate(['serve', '--json'], {
    SIP_HOST: '127.0.0.1',
    SIP_PORT: '0',
    HTTP_PORT: '0',
    LOG_LEVEL: 'silent',
    DRAIN_TIMEOUT_S: '0',
    TOLLGATE_DATA_DIR: temporaryFolder(),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await said('"listening"');
  const lines = output.stdout.trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['first-admin-key', 'listening']);
  child.kill('SIGTERM');
  expect((await ended).exitCode).toBe(0);
});

test('wrong settings are named together and end serve with 2', async () => {
  const { exitCode, stderr } = await tollgate(['serve'], { SIP_PORT: 'sip', HTTP_PORT: '65536' });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('SIP_PORT must be a whole number');
  expect(stderr).toContain('HTTP_PORT must be a whole number');
});

test('migrate says from which version to which it brought an older database', async () => {
  const dataDir = temporaryFolder();
  const file = databaseFileIn(dataDir);
  const old = new Database(file);
  applyMigrations(old, MIGRATIONS.slice(0, 1));
  old.close();

  const early = await tollgate(['verify'], { TOLLGATE_DATA_DIR: dataDir });
  expect(early.exitCode).toBe(1);
  expect(early.stderr).toContain('Run `tollgate migrate`');

  const { exitCode, stdout } = await tollgate(['migrate'], { TOLLGATE_DATA_DIR: dataDir });
  expect([exitCode, stdout]).toEqual([0, `${file} was brought from schema version 1 to ${LATEST_VERSION}.\n`]);
});
