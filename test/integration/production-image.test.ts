import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SETTINGS } from '../../src/config/settings.ts';
import { startEngine } from '../../src/embedded/start-engine.ts';
import { Product } from '../support/product.ts';
import type { Json } from '../support/rest-client.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

const manifest: Json = JSON.parse(read('package.json'));
const dockerfile = read('docker/Dockerfile');
const unit = read('docker/tollgate.service');

/** Runs a program with an environment of its own; resolves with how it ended and what it said. */
async function run(
  program: string,
  file: string,
  env: Record<string, string>,
): Promise<{ exitCode: number | null; said: string }> {
  const child = spawn(program, [fileURLToPath(new URL(file, ROOT))], { env: { PATH: process.env['PATH'], ...env } });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const said = await text(child.stdout);
  return { exitCode: await closed, said };
}

describe('the image', () => {
  it('is built on the Node that the package pins, by tag, and ends as a user without rights', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases).toEqual([
      `node:${manifest.dependencies.node}-bookworm-slim`,
      `node:${manifest.dependencies.node}-bookworm-slim`,
    ]);
    expect(dockerfile.lastIndexOf('\nUSER node')).toBeGreaterThan(dockerfile.lastIndexOf('\nCOPY'));
    expect(dockerfile).toMatch(/^CMD \["node", "dist\/main\.js"\]$/m);
    for (const [, name = ''] of dockerfile.matchAll(/^ENV .*?([A-Z_]+)=/gm))
      expect(name).not.toMatch(/SECRET|KEY|PASSWORD/);
  });

  it('copies what there is, and what .dockerignore lets through', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
      sources.split(' '),
    );
    expect(copied.length).toBeGreaterThan(5);
    expect(new Set(copied)).toEqual(new Set(allowed));
    const madeFrom = /^const MADE_FROM = \[(.*)\];$/m.exec(read('scripts/build.mjs'))?.[1] ?? '';
    expect(copied).toEqual(expect.arrayContaining([...madeFrom.matchAll(/'([^']+)'/g)].map(([, path]) => path)));
    expect(copied.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  });

  it('exposes the ports that Tollgate listens on by default', () => {
    const { HTTP_PORT, SIP_PORT } = SETTINGS;
    expect(dockerfile).toContain(`EXPOSE ${HTTP_PORT.fallback}/tcp ${SIP_PORT.fallback}/udp ${SIP_PORT.fallback}/tcp`);
  });
});

describe('the health checks', () => {
  it('of Tollgate asks /readyz', async () => {
    expect(dockerfile).toContain('HEALTHCHECK');
    const product = await Product.start();
    onTestFinished(() => product.stop());
    const [, port = ''] = product.http.split(':');
    const check = (HTTP_PORT: string) => run(process.execPath, 'docker/healthcheck.mjs', { HTTP_PORT });
    expect(await check(port)).toEqual({ exitCode: 0, said: '' });
    expect(await check('1')).toMatchObject({ exitCode: 1, said: expect.stringContaining('does not answer') });
  });

  it('of drachtio-server says its secret to the control port', async () => {
    const engine = await startEngine({ sip: { host: '127.0.0.1', port: 0 } });
    onTestFinished(() => engine.close());
    const check = (DRACHTIO_SECRET: string) =>
      run('bash', 'docker/drachtio/healthcheck.sh', {
        DRACHTIO_SECRET,
        DRACHTIO_ADMIN_TCP_PORT: String(engine.admin.port),
      });
    expect(await check(engine.admin.secret)).toMatchObject({ exitCode: 0 });
    expect(await check('another')).toMatchObject({ exitCode: 1 });
  });

  it.each([
    ['drachtio', 'DRACHTIO_SECRET', 'cymru'],
    ['drachtio', 'DRACHTIO_SECRET', ''],
    ['freeswitch', 'FREESWITCH_SECRET', 'ClueCon'],
    ['freeswitch', 'FREESWITCH_SECRET', 'JambonzR0ck$'],
  ])('of %s refuses %s=%s', async (server, name, secret) => {
    const { exitCode, said } = await run('bash', `docker/${server}/healthcheck.sh`, { [name]: secret });
    expect(exitCode).toBe(1);
    expect(said).toContain(`${name} is a default that anyone knows`);
  });
});

describe('the systemd unit', () => {
  const valueOf = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

  it('gives the drain its time, and does not try wrong settings again', () => {
    const graceS = 10;
    expect(Number(valueOf('TimeoutStopSec'))).toBeGreaterThan(SETTINGS.DRAIN_TIMEOUT_S.fallback + graceS);
    expect(valueOf('RestartPreventExitStatus')).toBe('2');
    expect(valueOf('KillSignal')).toBe('SIGTERM');
  });

  it('runs without rights, on its own data alone, with no secret in it', () => {
    expect(valueOf('User')).toBe('tollgate');
    expect(valueOf('CapabilityBoundingSet')).toBe('');
    expect(valueOf('NoNewPrivileges')).toBe('yes');
    expect(valueOf('ProtectSystem')).toBe('strict');
    expect(unit).toContain(`Environment=TOLLGATE_DATA_DIR=/var/lib/${valueOf('StateDirectory')}`);
    for (const [, name = ''] of unit.matchAll(/^Environment=([A-Z_]+)=/gm)) {
      expect(['NODE_ENV', 'TOLLGATE_DATA_DIR']).toContain(name);
    }
  });
});
