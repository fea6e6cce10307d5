import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { servedFolder, settleCalls } from '../../../test/support/cli-store.ts';
import { runInMemory } from '../../../test/support/memory-terminal.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { startEngine } from '../../embedded/start-engine.ts';
import { startMediaEngine } from '../../embedded/start-media-engine.ts';
import { openDatabase } from '../../store/database.ts';
import { LATEST_VERSION } from '../../store/migrations/apply-migrations.ts';
import { databaseFileIn } from '../../store/open-store.ts';
import type { Finding } from '../doctor/finding.ts';

/** On loopback, on any free ports. */
const QUIET = { SIP_HOST: '127.0.0.1', SIP_PORT: '0', HTTP_PORT: '0', RTP_PORT_MIN: '47000', RTP_PORT_MAX: '47003' };

async function examine(env: Record<string, string>) {
  const { exitCode, stdout } = await runInMemory(['doctor', '--json'], { ...QUIET, ...env });
  const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: readonly Finding[] };
  const of = (check: string) => findings.filter((finding) => finding.check === check);
  return { exitCode, healthy, findings, of };
}

async function listening(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return String((server.address() as AddressInfo).port);
}

test('a set-up that is well is told so in a table, nothing is left behind, and it ends with 0', async () => {
  const dataDir = temporaryFolder();
  const { exitCode, stdout } = await runInMemory(['doctor'], { ...QUIET, TOLLGATE_DATA_DIR: dataDir });
  expect(stdout).toMatch(/^ok {2}node +v\d/m);
  expect(stdout).toContain('none yet: ');
  expect(stdout).toMatch(/\n\n\d+ ok, \d warnings, 0 failures\n$/);
  expect(exitCode).toBe(0);
  expect(readdirSync(dataDir)).toEqual([]);
});

test('every setting that is wrong is a failure of its own, with where it was set', async () => {
  const { exitCode, of } = await examine({ SIP_PORT: '70000', TOLLGATE_ADMIN_KEY: 'short' });
  expect(exitCode).toBe(1);
  expect(of('settings')).toMatchObject([
    { status: 'fail', found: expect.stringContaining('SIP_PORT must be'), remedy: expect.stringContaining('SIP_PORT') },
    { status: 'fail', found: expect.stringContaining('TOLLGATE_ADMIN_KEY must have at least 32') },
  ]);
  expect(of('node')).toMatchObject([{ status: 'ok' }]);
});

test('failures are shown with how to mend them', async () => {
  const { stdout } = await runInMemory(['doctor'], { ...QUIET, SIP_HOST: '192.0.2.77' });
  expect(stdout).toMatch(
    /^fail {2}sip port \(udp\) +192\.0\.2\.77 is no address of this machine\n +→ Set SIP_HOST to one that `ip addr` shows\.$/m,
  );
});

test('ports of other programs are failures; of the server that serves this data they are its own', async () => {
  const port = await listening(createServer());
  const sip = createSocket('udp4');
  onTestFinished(() => void sip.close());
  sip.bind(0, '127.0.0.1');
  await once(sip, 'listening');
  const ports = { HTTP_PORT: port, SIP_PORT: String(sip.address().port) };
  const foreign = await examine({ ...ports, TOLLGATE_DATA_DIR: temporaryFolder() });
  expect(foreign.of('http port')).toMatchObject([
    { status: 'fail', found: `127.0.0.1:${port} is in use by another program` },
  ]);
  expect(foreign.of('sip port (udp)')).toMatchObject([{ status: 'fail' }]);
  expect(foreign.of('sip port (tcp)')).toMatchObject([{ status: 'ok' }]);
  const own = await examine({ SIP_PORT: ports.SIP_PORT, TOLLGATE_DATA_DIR: servedFolder().dataDir });
  expect(own.of('sip port (udp)')).toMatchObject([{ status: 'ok', found: expect.stringContaining('in use') }]);
});

test('a range of audio ports that others sit in is told', async () => {
  const sockets = [createSocket('udp4'), createSocket('udp4')];
  for (const socket of sockets) {
    onTestFinished(() => void socket.close());
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
  }
  const port = sockets[0]!.address().port;
  const range = { RTP_PORT_MIN: String(port - 3), RTP_PORT_MAX: String(port) };
  const { of } = await examine({ ...range, TOLLGATE_DATA_DIR: temporaryFolder() });
  expect(of('audio ports')[0]?.status).not.toBe('ok');
  expect(of('audio ports')[0]?.found).toContain(String(port));
});

test('a data folder that everybody can read is warned of, and one that is not there yet is not', async () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  expect((await examine({ TOLLGATE_DATA_DIR: folder })).of('data privacy')).toMatchObject([{ status: 'warn' }]);
  expect((await examine({ TOLLGATE_DATA_DIR: join(folder, 'data') })).of('data privacy')).toEqual([]);
});

test('a data folder that can not be written is a failure', async () => {
  const file = join(temporaryFolder(), 'a-file');
  writeFileSync(file, '');
  const { exitCode, of } = await examine({ TOLLGATE_DATA_DIR: join(file, 'data') });
  expect(exitCode).toBe(1);
  expect(of('data folder')).toMatchObject([{ status: 'fail', remedy: expect.stringContaining('TOLLGATE_DATA_DIR') }]);
});

test('the database is looked at beside its server, calls of the future included', async () => {
  const { dataDir, store } = servedFolder();
  const soundly = await examine({ TOLLGATE_DATA_DIR: dataDir });
  expect(soundly.of('database')).toMatchObject([
    { status: 'ok', found: `0 settled calls, schema version ${LATEST_VERSION}, served by a running Tollgate` },
  ]);
  await settleCalls(store, ['call_1']);
  store.close();
  const database = openDatabase(databaseFileIn(dataDir), 'visit');
  database.sqlite.exec('DROP TRIGGER calls_settled_stay');
  database.sqlite.prepare('UPDATE calls SET received_at = ?').run(Date.now() + 3_600_000);
  database.close();
  const early = await examine({ TOLLGATE_DATA_DIR: dataDir });
  expect(early.of('call times')).toMatchObject([{ status: 'fail', remedy: expect.stringContaining('clock') }]);
  expect(early.of('database')).toMatchObject([{ found: expect.stringContaining('served by nobody') }]);
});

test('databases of other versions, and what is none, are told apart', async () => {
  const dataDir = temporaryFolder();
  const file = databaseFileIn(dataDir);
  const setVersion = (version: number): void => {
    const database = openDatabase(file, 'serve');
    database.sqlite.pragma(`user_version = ${version}`);
    database.close();
  };
  setVersion(LATEST_VERSION - 1);
  const older = await examine({ TOLLGATE_DATA_DIR: dataDir });
  expect(older.of('migrations')).toMatchObject([
    { status: 'warn', remedy: expect.stringContaining('tollgate migrate') },
  ]);
  expect(older.exitCode).toBe(0);

  const newer = temporaryFolder();
  const made = openDatabase(databaseFileIn(newer), 'serve');
  made.sqlite.pragma(`user_version = ${LATEST_VERSION + 1}`);
  made.close();
  expect((await examine({ TOLLGATE_DATA_DIR: newer })).of('database')).toMatchObject([{ status: 'fail' }]);

  writeFileSync(file, 'no database '.repeat(20));
  expect((await examine({ TOLLGATE_DATA_DIR: dataDir })).of('database')).toMatchObject([{ status: 'fail' }]);
});

test('engines are signed on to: what takes our secret, what refuses it, and what is not there', async () => {
  const sip = await startEngine({ sip: { host: '127.0.0.1', port: 0 } });
  onTestFinished(() => sip.close());
  const media = await startMediaEngine({ rtpHost: '127.0.0.1', rtpPorts: { min: 0, max: 0 } });
  onTestFinished(() => media.close());
  const env = (drachtioSecret: string, mediaSecret: string, mediaPort = media.eventSocket.port) => ({
    TOLLGATE_ENGINE: 'drachtio',
    DRACHTIO_HOST: '127.0.0.1',
    DRACHTIO_PORT: String(sip.admin.port),
    DRACHTIO_SECRET: drachtioSecret,
    FREESWITCH_HOST: '127.0.0.1',
    FREESWITCH_PORT: String(mediaPort),
    FREESWITCH_SECRET: mediaSecret,
    TOLLGATE_DATA_DIR: temporaryFolder(),
  });
  const good = await examine(env(sip.admin.secret, media.eventSocket.secret));
  expect([good.of('drachtio'), good.of('freeswitch')]).toMatchObject([[{ status: 'ok' }], [{ status: 'ok' }]]);
  expect(good.of('sip port (udp)')).toEqual([]);

  const bad = await examine(env('cymru', 'ClueCon'));
  expect(bad.exitCode).toBe(1);
  expect(bad.of('drachtio')).toMatchObject([{ status: 'fail', remedy: expect.stringContaining('DRACHTIO_SECRET') }]);
  expect(bad.of('freeswitch')).toMatchObject([
    { status: 'fail', found: expect.stringContaining('refuses our secret') },
  ]);
  expect(bad.of('secrets').map(({ status, found }) => [status, found.split(' ')[0]])).toEqual([
    ['warn', 'DRACHTIO_SECRET'],
    ['warn', 'FREESWITCH_SECRET'],
  ]);
  expect(JSON.stringify(bad.findings)).not.toMatch(/cymru|ClueCon/);

  const hangingUp = createServer((socket) => socket.end());
  const gone = await examine(env(sip.admin.secret, 'x', Number(await listening(hangingUp))));
  expect(gone.of('freeswitch')).toMatchObject([{ status: 'fail', found: expect.stringContaining('does not answer') }]);
});

test('a server that runs is asked whether it takes calls', async () => {
  let status = 200;
  const web = createHttpServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? { ready: true } : { detail: 'No calls can be taken: media.' }));
  });
  const env = { HTTP_PORT: await listening(web), TOLLGATE_DATA_DIR: servedFolder().dataDir };
  expect((await examine(env)).of('server')).toMatchObject([{ status: 'ok', found: 'runs and takes calls' }]);
  status = 503;
  expect((await examine(env)).of('server')).toMatchObject([
    { status: 'fail', found: 'runs and takes no calls: No calls can be taken: media.' },
  ]);
  web.close();
  web.closeAllConnections();
  expect((await examine(env)).of('server')).toMatchObject([
    { status: 'fail', found: expect.stringContaining('ECONN') },
  ]);
});

test('keys that were typed, and an API for all to reach, are warned of', async () => {
  const { exitCode, of } = await examine({
    TOLLGATE_ADMIN_KEY: 'abc'.repeat(12),
    HTTP_HOST: '0.0.0.0',
    TOLLGATE_DATA_DIR: temporaryFolder(),
  });
  expect(of('secrets')).toMatchObject([{ status: 'warn' }]);
  expect(of('http exposure')).toMatchObject([{ status: 'warn', remedy: expect.stringContaining('TLS') }]);
  expect(exitCode).toBe(0);
});
