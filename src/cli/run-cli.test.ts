import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { memoryScreen, runInMemory } from '../../test/support/memory-terminal.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { runCli } from './run-cli.ts';

const COMMANDS = [
  ['serve'],
  ['migrate'],
  ['keys', 'create'],
  ['keys', 'list'],
  ['keys', 'revoke'],
  ['explain'],
  ['verify'],
];

describe('help', () => {
  test('names every command, and says what exit codes mean', async () => {
    const { exitCode, stdout } = await runInMemory(['--help']);
    expect(exitCode).toBe(0);
    for (const [name] of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(stdout).toContain('0 done, 1 failed, 2 wrong usage');
  });

  test.each(COMMANDS)('of %s %s shows an example and --json', async (...path) => {
    const { exitCode, stdout } = await runInMemory([...path, '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?:\n(?:.*\n)*? {2}.*tollgate ${path.join(' ')}`));
    expect(stdout).toContain('--json');
  });

  test('is shown on stderr, as a wrong call, where no command is given', async () => {
    const { exitCode, stdout, stderr } = await runInMemory([]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: tollgate');
  });
});

test('the version is that of the package', async () => {
  const { exitCode, stdout } = await runInMemory(['--version']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('a wrong call ends with 2', () => {
  test('an unknown command is answered with the likely one', async () => {
    const { exitCode, stderr } = await runInMemory(['verfy']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean verify?');
  });

  test('a missing option is named, with where to read more', async () => {
    const { exitCode, stderr } = await runInMemory(['keys', 'create']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--role <role>');
    expect(stderr).toContain('`tollgate keys create --help`');
  });

  test.each([
    [['explain', '--did', '12', '--ani', '2125550123'], 'E.164'],
    [['explain', '--did', '4155550100', '--ani', 'nobody'], 'or anonymous'],
    [['explain', '--did', '4155550100', '--ani', 'anonymous', '--at', '2026-11-21T14:00:00'], 'offset'],
    [['explain', '--did', '4155550100', '--ani', 'anonymous', '--at', '2026-02-30T14:00:00Z'], 'Write an instant'],
    [['explain', '--did', '4155550100', '--ani', 'anonymous', '--zip', '941'], 'five-digit ZIP'],
    [['explain', '--did', '4155550100', '--ani', 'anonymous', '--category', ' '], '1 to 64 characters'],
    [['explain', '--did', '4155550100', '--ani', 'anonymous', '--seed', '4294967296'], 'from 0 to 4294967295'],
    [['keys', 'create', '--role', 'owner'], 'admin, operator, viewer'],
    [['keys', 'create', '--role', 'viewer', '--name', ' '], 'one line of text'],
    [['migrate', 'now'], 'too many arguments'],
  ])('%j says how to mend it', async (args, remedy) => {
    const { exitCode, stdout, stderr } = await runInMemory(args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(remedy);
  });

  test('machines are told in one line of JSON and nothing else', async () => {
    const { exitCode, stderr } = await runInMemory(['keys', 'create', '--json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'usage', message: "required option '--role <role>' not specified" },
    });
  });
});

describe('settings', () => {
  test('that are wrong are all named together, and end it with 2', async () => {
    const { exitCode, stderr } = await runInMemory(['verify'], { HTTP_PORT: 'http', TOLLGATE_CURRENCY: 'dollars' });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('HTTP_PORT must be a whole number');
    expect(stderr).toContain('TOLLGATE_CURRENCY must be three capital letters');
  });

  test('that are wrong are listed for machines', async () => {
    const { stderr } = await runInMemory(['verify', '--json'], { HTTP_PORT: 'http' });
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'settings', problems: [{ setting: 'HTTP_PORT', source: 'environment HTTP_PORT' }] },
    });
  });

  test('come from files too', async () => {
    const folder = temporaryFolder();
    const configDir = mkdtempSync(join(folder, 'config-'));
    writeFileSync(join(configDir, 'tollgate.yaml'), `TOLLGATE_DATA_DIR: ${join(folder, 'from-file')}\n`);
    const out = memoryScreen();
    expect(await runCli(['migrate'], { env: {}, configDir, out, err: memoryScreen() })).toBe(0);
    expect(out.text()).toContain('from-file');
  });
});

test.each([[['keys', 'list']], [['verify']], [['explain', '--did', '4155550100', '--ani', 'anonymous']]])(
  '%j without a database ends with 1 and says where none was found',
  async (args) => {
    const dataDir = join(temporaryFolder(), 'none');
    const { exitCode, stderr } = await runInMemory(args, { TOLLGATE_DATA_DIR: dataDir });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(dataDir);
    expect(stderr).toContain('TOLLGATE_DATA_DIR');
  },
);
