import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DidNotStart, type Ending } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TollgateProcess, type TollgateOptions } from '../support/tollgate-process.ts';

/** How a process that must not come up ended. */
async function refused(options: TollgateOptions): Promise<Ending> {
  const starting = TollgateProcess.start(options);
  const refusal = await starting.catch((error: unknown) => error);
  if (refusal instanceof DidNotStart) return refusal.ending;
  await (await starting).stop();
  throw new Error('it came up');
}

async function start(options: TollgateOptions = {}): Promise<TollgateProcess> {
  const tollgate = await TollgateProcess.start(options);
  onTestFinished(() => tollgate.stop());
  return tollgate;
}

/** What is in each file of a folder, by its name. */
function contentsOf(folder: string): Record<string, string> {
  const hashOf = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(readdirSync(folder).map((name) => [name, hashOf(name)]));
}

it.skipIf(process.platform === 'win32')('A start makes a data folder that only its own account can read', async () => {
  const dataDir = join(temporaryFolder(), 'data');
  await start({ dataDir });
  const made = readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
  expect(made).toContain('tollgate.db');
  const open = ['.', ...made].filter((name) => (statSync(join(dataDir, name)).mode & 0o077) !== 0);
  expect(open).toEqual([]);
});

describe('a start that is refused', () => {
  it('exits 2 with every setting that is wrong, and touches nothing', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const wrong = {
      SIP_PORT: '99999',
      HTTP_HOST: 'not a host',
      LOG_LEVEL: 'loud',
      TOLLGATE_CURRENCY: 'dollars',
      TOLLGATE_ADMIN_KEY: 'too-short-a-key',
      DRAIN_TIMEOUT_S: 'soon',
    };
    const { exitCode, stderr, stdout } = await refused({ dataDir, env: wrong });
    expect(exitCode).toBe(2);
    for (const name of Object.keys(wrong)) expect(stderr).toMatch(new RegExp(`^\\s*${name} must `, 'm'));
    expect(stderr + stdout).not.toContain(wrong.TOLLGATE_ADMIN_KEY);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('exits 2 where another machine would be spoken to by a secret that anyone knows, and says how to mend it', async () => {
    const drachtio = { TOLLGATE_ENGINE: 'drachtio', DRACHTIO_HOST: '192.0.2.1', DRACHTIO_SECRET: 'cymru' };
    const media = { FREESWITCH_HOST: '192.0.2.2', FREESWITCH_SECRET: 'ClueCon' };
    const { exitCode, stderr } = await refused({ env: { ...drachtio, ...media } });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^ *DRACHTIO_SECRET must not be a default .*192\.0\.2\.1 .*set one of your own/m);
    expect(stderr).toMatch(/^ *FREESWITCH_SECRET must not be a default .*192\.0\.2\.2 .*set one of your own/m);
  });

  it('names SIP_PORT where another program has that port, over UDP alone too', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    onTestFinished(() => void socket.close());
    await once(socket, 'listening');
    const { port } = socket.address();
    const { exitCode, stderr } = await refused({ env: { SIP_PORT: String(port) } });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use by another program`);
    expect(stderr).toContain('SIP_PORT=');
  });

  it('names HTTP_PORT where another program has that port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { exitCode, stderr } = await refused({ env: { HTTP_PORT: String(port) } });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use by another program`);
    expect(stderr).toContain('HTTP_PORT=');
  });

  it('leaves a database of a newer Tollgate as it was, byte for byte', async () => {
    const dataDir = temporaryFolder();
    const first = await start({ dataDir });
    await first.process.kill('SIGTERM');
    const database = new Database(join(dataDir, 'tollgate.db'));
    database.pragma('user_version = 999');
    database.close();
    const before = contentsOf(dataDir);
    const { exitCode, stderr } = await refused({ dataDir });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/schema version 999.*Nothing was changed/s);
    expect(contentsOf(dataDir)).toEqual(before);
  });

  it('says that another process serves the data folder, which goes on serving it', async () => {
    const dataDir = temporaryFolder();
    const first = await start({ dataDir });
    const { exitCode, stderr } = await refused({ dataDir });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`Another Tollgate is serving the data folder ${dataDir}`);
    await first.post('/areas', { name: 'Everywhere', include: [], exclude: [], acceptInferred: true });
  });
});
