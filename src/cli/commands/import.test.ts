import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { startTestApi, type TestApi } from '../../../test/support/api.ts';
import { servedFolder } from '../../../test/support/cli-store.ts';
import { runInMemory, type CliRun } from '../../../test/support/memory-terminal.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { ImportResult } from '../../api/plan-file/import-plan.ts';
import type { EpochMs } from '../../domain/time.ts';
import { openStore, type Store } from '../../store/open-store.ts';

const PLAN = `
buyers:
  - name: Golden Gate
campaigns:
  - name: Roofing
    minTalkS: 60
dids:
  - number: +14155550100
    campaign: Roofing
`;

const file = (name: string, text: string | Buffer): string => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
};

/** A data folder that no server uses. */
function unusedFolder(): string {
  const dataDir = temporaryFolder();
  openStore({ dataDir, now: () => 0 as EpochMs }).close();
  return dataDir;
}

/** Looks into a folder as its server would. */
async function look<Result>(dataDir: string, at: (store: Store) => Promise<Result>): Promise<Result> {
  const store = openStore({ dataDir, now: () => 0 as EpochMs });
  try {
    return await at(store);
  } finally {
    store.close();
  }
}

const inFolder =
  (dataDir: string, env: Readonly<Record<string, string>> = {}) =>
  (...args: string[]): Promise<CliRun> =>
    runInMemory(args, { TOLLGATE_DATA_DIR: dataDir, ...env });

/** An API that listens; where, and a key for it. */
async function listening(api: TestApi): Promise<{ readonly url: string; readonly key: string; readonly port: string }> {
  const url = await api.app.listen({ host: '127.0.0.1', port: 0 });
  return { url, key: await api.keyFor('operator'), port: new URL(url).port };
}

describe('Where no server runs', () => {
  test('a file is imported straight into the database, told, audited, and found unchanged the second time', async () => {
    const dataDir = unusedFolder();
    const tollgate = inFolder(dataDir);
    const plan = file('plan.yaml', PLAN);

    const first = await tollgate('import', plan);
    expect([first.exitCode, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toBe(
      [
        'COLLECTION  CREATED  UPDATED  UNCHANGED  ARCHIVED  DELETED',
        'buyers      1        0        0          0         0',
        'campaigns   1        0        0          0         0',
        'dids        1        0        0          0         0',
        '',
        `Imported ${plan}: 3 created.`,
        '',
      ].join('\n'),
    );
    expect((await tollgate('import', plan)).stdout).toContain(': 3 unchanged.');
    const { data } = await look(dataDir, ({ audit }) => audit.list({ limit: 50, filters: {} }));
    expect(data.map(({ actor, action, resource }) => `${actor.keyId} ${action} ${resource}`).slice(-4)).toEqual([
      'command-line create import',
      'command-line create dids',
      'command-line create campaigns',
      'command-line create buyers',
    ]);
  });

  test('a dry run changes nothing, and --replace removes', async () => {
    const dataDir = unusedFolder();
    const tollgate = inFolder(dataDir);
    await tollgate('import', file('plan.yaml', PLAN));
    const less = file('plan.json', '{"dids":[],"buyers":[{"name":"Other"}]}');
    const dry = await tollgate('import', less, '--replace', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout) as ImportResult).toMatchObject({
      dryRun: true,
      mode: 'replace',
      counts: { created: 1, deleted: 2 },
    });
    expect((await look(dataDir, ({ resources }) => resources.readPlan())).dids).toHaveLength(1);
    const real = await tollgate('import', less, '--replace');
    expect(real.stdout).toContain('1 created, 2 deleted.');
    expect((await look(dataDir, ({ resources }) => resources.readPlan())).dids).toHaveLength(0);
  });

  test('what an export writes, an import takes, in each format, and from the file name alone', async () => {
    const dataDir = unusedFolder();
    const tollgate = inFolder(dataDir);
    await tollgate('import', file('plan.yaml', PLAN));
    const folder = temporaryFolder();
    for (const name of ['plan.yaml', 'plan.yml', 'plan.json', 'dids.csv']) {
      const out = join(folder, name);
      const written = await tollgate('export', '--out', out);
      expect([written.exitCode, written.stdout, written.stderr]).toEqual([0, '', `Written to ${out}.\n`]);
      expect((await tollgate('import', out)).stdout).toMatch(/: [13] unchanged\.\n$/);
    }
    const yaml = await tollgate('export');
    expect(yaml.stdout).toBe(readFileSync(join(folder, 'plan.yaml'), 'utf8'));
    expect((await tollgate('export', '--json')).stdout).toBe(readFileSync(join(folder, 'plan.json'), 'utf8'));
    expect((await tollgate('export', '--collection', 'dids')).stdout).toMatch(/^id,number,campaignId,/);
  });

  test('an export that is too long for an import as YAML says so', async () => {
    const dataDir = unusedFolder();
    const tollgate = inFolder(dataDir);
    const zips = Array.from({ length: 40_000 }, (_, index) => ({ zip: String(index + 10_000) }));
    const areas = Array.from({ length: 6 }, (_, index) => ({ name: `Area ${index}`, include: zips }));
    await tollgate('import', file('plan.json', JSON.stringify({ areas })));
    const { exitCode, stdout, stderr } = await tollgate('export');
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('--format json')]);
    const refused = await tollgate('import', file('plan.yaml', stdout));
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('YAML may have 4 MB')]);
  });

  test('a folder without a database is left as it is', async () => {
    const { exitCode, stderr } = await inFolder(join(temporaryFolder(), 'none'))('import', file('plan.yaml', PLAN));
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('There is no Tollgate database at')]);
  });
});

describe('Where a server runs', () => {
  test('the file goes through its API, at the address of the settings, with the admin key of the settings', async () => {
    const api = await startTestApi();
    const { port, key } = await listening(api);
    const { dataDir } = servedFolder();
    // Keys of settings are 32 characters or more, and so are those the store makes.
    const tollgate = inFolder(dataDir, { HTTP_PORT: port, TOLLGATE_ADMIN_KEY: key });
    const { exitCode, stdout } = await tollgate('import', file('plan.yaml', PLAN));
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(': 3 created.')]);
    expect((await api.store.resources.readPlan()).dids).toHaveLength(1);
  });

  test('without a key it says how to get one', async () => {
    const { dataDir } = servedFolder();
    const { exitCode, stderr } = await inFolder(dataDir)('import', file('plan.yaml', PLAN));
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      `A server runs on ${dataDir}, and would not hear of a change beside it. http://127.0.0.1:8080 needs an API key: ` +
        'give one in TOLLGATE_KEY, or make one: tollgate keys create --role operator.\n',
    );
  });

  test('without a port it says what to say', async () => {
    const { dataDir } = servedFolder();
    const tollgate = inFolder(dataDir, { HTTP_PORT: '0' });
    const { exitCode, stderr } = await tollgate('import', file('plan.yaml', PLAN));
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('say where it listens with --url')]);
  });

  test('an export reads beside it', async () => {
    const { dataDir, store } = servedFolder();
    await store.resources.create('buyers', {
      name: 'B',
      timezone: 'UTC',
      status: 'active',
      caps: {},
      prepaid: false,
    });
    expect((await inFolder(dataDir)('export')).stdout).toContain('name: B\n');
  });
});

describe('Another server', () => {
  test('takes imports and gives exports, by option or environment', async () => {
    const api = await startTestApi();
    const { url, key } = await listening(api);
    const plan = file('plan.yaml', PLAN);
    const tollgate = inFolder('/nonexistent', { TOLLGATE_URL: `${url}/`, TOLLGATE_KEY: key });
    expect((await tollgate('import', plan, '--json')).stdout).toContain('"created":3');
    const csv = file('mine.csv', 'name,status\nGolden Gate,paused\n');
    expect((await tollgate('import', csv, '--collection', 'buyers')).stdout).toContain('1 updated.');
    const [exported, table] = [await tollgate('export'), await tollgate('export', '--collection', 'buyers')];
    expect([exported.stdout, table.stdout]).toEqual([
      (await api.request('GET', '/v1/export?format=yaml')).body,
      (await api.request('GET', '/v1/export/buyers')).body,
    ]);
    const byOption = await inFolder('/nonexistent')('import', plan, '--url', url, '--key', key);
    expect(byOption.stdout).toContain('3 unchanged.');
  });

  test('that refuses is quoted, with each line', async () => {
    const api = await startTestApi();
    const { url, key } = await listening(api);
    const tollgate = inFolder('/nonexistent', { TOLLGATE_URL: url, TOLLGATE_KEY: key });
    const bad = file('buyers.csv', 'name,timezone\nA,UTC\nB,Mars\n');
    const { exitCode, stdout, stderr } = await tollgate('import', bad);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/buyers\.csv can not be taken:\n  line 3 {2}\/buyers\/1\/timezone: "Mars" is no IANA/);
    const wrongKey = await tollgate('import', bad, '--key', 'wrong');
    expect([wrongKey.exitCode, wrongKey.stderr]).toEqual([1, expect.stringContaining('This API key is unknown')]);
  });

  test('that is none is told apart from one that does not answer', async () => {
    const api = await startTestApi();
    const { url, key } = await listening(api);
    const env = { TOLLGATE_KEY: key };
    const other = createServer((_request, response) => response.writeHead(404).end('nothing here'));
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const { port } = other.address() as AddressInfo;
    const elsewhere = await inFolder('/nonexistent', env)('export', '--url', `http://127.0.0.1:${port}`);
    expect([elsewhere.exitCode, elsewhere.stderr]).toEqual([1, expect.stringContaining('is no Tollgate')]);
    other.close();
    await api.app.close();
    const gone = await inFolder('/nonexistent', env)('export', '--url', url);
    expect([gone.exitCode, gone.stderr]).toEqual([
      1,
      `Nobody answers at ${url} (ECONNREFUSED): check --url, and that the server runs.\n`,
    ]);
    const malformed = await inFolder('/nonexistent', env)('export', '--url', 'tollgate.example');
    expect([malformed.exitCode, malformed.stderr]).toEqual([2, expect.stringContaining('is no address')]);
  });
});

describe('A file that can not be taken', () => {
  test.each([
    ['plan.yaml', 'buyers:\n- name: A\n- name: "', 1, / {2}line 3: This is no YAML/],
    ['plan.yaml', 'buyers:\n- name: ""', 1, / {2}line 2 {2}\/buyers\/0\/name: /],
    ['plan.json', '{"buyers":[}', 1, / {2}This is no JSON/],
    ['plan.json', '{"buyers":[{}]}', 1, / {2}\/buyers\/0\/name: This is required/],
    ['buyers.csv', 'name\n"A', 1, / {2}line 2: A quote/],
    ['mine.csv', 'name\nA', 2, /A CSV holds one collection: say --collection trunks, /],
    ['plan.txt', PLAN, 2, /could be anything: say --format/],
    ['plan.yaml', Buffer.from('buyers: [{ name: M\xfcller }]', 'latin1'), 2, /not UTF-8/],
  ])('%s: %j', async (name, text, exitCode, message) => {
    const dataDir = unusedFolder();
    const run = await inFolder(dataDir)('import', file(name, text));
    expect([run.exitCode, run.stdout]).toEqual([exitCode, '']);
    expect(run.stderr).toMatch(message);
    expect((await look(dataDir, ({ resources }) => resources.readPlan())).buyers).toEqual([]);
  });

  test('is told to machines with every problem', async () => {
    const { exitCode, stderr } = await inFolder(unusedFolder())(
      'import',
      file('plan.yaml', 'buyers:\n- x: 1'),
      '--json',
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'invalid',
        problems: [
          { path: '/buyers/0/name', line: 2 },
          { path: '/buyers/0/x', line: 2 },
        ],
      },
    });
  });

  test('and options that do not go together are wrong usage', async () => {
    const tollgate = inFolder(unusedFolder());
    for (const args of [
      ['import'],
      ['import', '/nonexistent/plan.yaml'],
      ['import', file('plan.yaml', PLAN), '--collection', 'dids', '--format', 'yaml'],
      ['import', file('plan.yaml', PLAN), '--format', 'xml'],
      ['export', '--collection', 'calls'],
      ['export', '--format', 'csv'],
      ['export', '--collection', 'dids', '--json'],
      ['export', '--out', '/nonexistent/plan.yaml'],
    ]) {
      const { exitCode, stdout } = await tollgate(...args);
      expect([args, exitCode, stdout]).toEqual([args, 2, '']);
    }
    for (const command of ['import', 'export'])
      expect((await tollgate(command, '--help')).stdout).toContain('Examples:');
  });
});
