import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { EngineStartError } from './engine-thread.ts';
import { startEngine, type Engine } from './start-engine.ts';

const anyPort = { sip: { host: '127.0.0.1', port: 0 } };

describe('the embedded engine', () => {
  const engines: Engine[] = [];
  const start = async (options = anyPort): Promise<Engine> => {
    const engine = await startEngine(options);
    engines.push(engine);
    return engine;
  };
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.close()));
  });

  it('listens on one port for UDP and TCP, and on another, on loopback, for the application', async () => {
    const { sip, admin } = await start();
    await expect(bindUdp(sip.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const socket = connect(sip.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    expect(admin.host).toBe('127.0.0.1');
    expect(admin.port).not.toBe(sip.port);
  });

  it('counts what it holds', async () => {
    const engine = await start();
    const socket = connect(engine.sip.port, '127.0.0.1');
    await once(socket, 'connect');
    // A double CRLF is answered (RFC 5626 §4.4.1): after that the engine surely has the connection.
    socket.write('\r\n\r\n');
    await once(socket, 'data');
    const { heapBytes, lagMs, ...counts } = await engine.counts();
    expect(counts).toEqual({ transactions: 0, dialogs: 0, connections: 1 });
    expect(heapBytes).toBeGreaterThan(1_000_000);
    expect(lagMs).toBeGreaterThanOrEqual(0);
    socket.destroy();
  });

  it('makes a new secret at each start', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    expect(one.admin.secret).not.toBe(two.admin.secret);
    expect(one.admin.secret.length).toBeGreaterThanOrEqual(32);
  });

  it('says which port is busy, and for which transport', async () => {
    const { sip } = await start();
    const error = await startEngine({ sip }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EngineStartError);
    expect(error).toMatchObject({ code: 'EADDRINUSE', host: '127.0.0.1', port: sip.port, transport: 'udp' });
  });

  it('says so, too, where only TCP is taken, and frees UDP again', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await expect(startEngine({ sip: { host: '127.0.0.1', port } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      transport: 'tcp',
    });
    await bindUdp(port);
    taken.close();
  });

  it('refuses an address that is not ours', async () => {
    await expect(startEngine({ sip: { host: '192.0.2.1', port: 0 } })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  it('leaves its ports free when it is closed', async () => {
    const engine = await startEngine(anyPort);
    await engine.close();
    const again = await start({ sip: engine.sip });
    expect(again.sip.port).toBe(engine.sip.port);
  });

  it('leaves nothing behind when its process is killed', async () => {
    const script = `
      import { startEngine } from ${JSON.stringify(new URL('./start-engine.ts', import.meta.url).href)};
      const { sip } = await startEngine({ sip: { host: '127.0.0.1', port: 0 } });
      console.log(sip.port);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number(line.toString());
    child.kill('SIGKILL');
    await once(child, 'exit');
    const engine = await start({ sip: { host: '127.0.0.1', port } });
    expect(engine.sip.port).toBe(port);
  });
});

/** Binds and lets go again. */
async function bindUdp(port: number): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind({ port, address: '127.0.0.1', exclusive: true });
  await once(socket, 'listening');
  socket.close();
}
