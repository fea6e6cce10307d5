import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { EngineStartError } from './engine-thread.ts';
import { startMediaEngine, type MediaEngineHandle } from './start-media-engine.ts';

const anyPorts = { rtpHost: '127.0.0.1', rtpPorts: { min: 0, max: 0 } };

describe('the media engine in its thread', () => {
  const engines: MediaEngineHandle[] = [];
  const start = async (options = anyPorts): Promise<MediaEngineHandle> => {
    const engine = await startMediaEngine(options);
    engines.push(engine);
    return engine;
  };
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.close()));
  });

  it('listens on loopback, with a secret of its own at each start', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    expect(one.eventSocket.host).toBe('127.0.0.1');
    expect(one.eventSocket.secret.length).toBeGreaterThanOrEqual(32);
    expect(one.eventSocket.secret).not.toBe(two.eventSocket.secret);
    expect(one.eventSocket.port).not.toBe(two.eventSocket.port);
  });

  it('counts what it holds', async () => {
    const engine = await start();
    const socket = connect(engine.eventSocket.port, engine.eventSocket.host);
    await once(socket, 'data');
    const { heapBytes, lagMs, ...counts } = await engine.counts();
    expect(counts).toEqual({
      channels: 0,
      ports: 0,
      playbacks: 0,
      recordings: 0,
      eventSockets: 1,
      transactions: 0,
      dialogs: 0,
    });
    expect(heapBytes).toBeGreaterThan(1_000_000);
    expect(lagMs).toBeGreaterThanOrEqual(0);
    socket.destroy();
  });

  it.each([
    ['ports that hold no pair', { rtpHost: '127.0.0.1', rtpPorts: { min: 5, max: 5 } }, /hold no pair.*e\.g\. 20000/],
    [
      'an address that is not ours',
      { rtpHost: '192.0.2.1', rtpPorts: { min: 0, max: 0 } },
      /can't bind RTP to 192\.0\.2\.1/,
    ],
  ])('refuses %s', async (_what, options, reason) => {
    const error = await startMediaEngine(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EngineStartError);
    expect(error).toMatchObject({ message: expect.stringMatching(reason), host: options.rtpHost, transport: 'udp' });
  });

  it('leaves its ports free when it is closed', async () => {
    const engine = await startMediaEngine(anyPorts);
    await engine.close();
    await bind(engine.eventSocket.port);
  });

  it('leaves nothing behind when its process is killed', async () => {
    const script = `
      import { startMediaEngine } from ${JSON.stringify(new URL('./start-media-engine.ts', import.meta.url).href)};
      const { eventSocket } = await startMediaEngine(${JSON.stringify(anyPorts)});
      console.log(eventSocket.port);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    await once(child, 'exit');
    await bind(Number(line.toString()));
  });
});

/** Binds and lets go again. */
async function bind(port: number): Promise<void> {
  const server = createServer();
  server.listen({ port, host: '127.0.0.1', exclusive: true });
  await once(server, 'listening');
  server.close();
}
