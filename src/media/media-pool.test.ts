import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeMediaServer } from '../../test/support/fake-media-server.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import type { CallMedia, MediaEvent } from '../calls/ports/call-media.ts';
import type { CallId } from '../domain/ids.ts';
import type { ServerAddress } from './fsmrf-link.ts';
import { MediaPool } from './media-pool.ts';
import type { PoolEvent } from './pooled-server.ts';
import type { LinkEvents, ServerLink } from './server-link.ts';
import { ServerRefusal } from './server-link.ts';

/** Everything that can go on without anything else happening has done so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A server that can be connected to, or not. */
class Host {
  /** Each time it was tried. */
  attempts = 0;
  server = new FakeMediaServer();
  events: LinkEvents | null = null;
  answer: () => Promise<ServerLink> = () => Promise.resolve(this.server);

  connect(events: LinkEvents): Promise<ServerLink> {
    this.attempts += 1;
    this.events = events;
    return this.answer();
  }

  heartbeat(sessions: number, maxSessions = 1_000): void {
    this.events?.onHeartbeat({ sessions, maxSessions, intervalMs: 20_000 });
  }
}

describe('the pool of media servers', () => {
  let clock: ManualClock;
  let hosts: readonly [Host, Host];
  let events: PoolEvent[];
  let pool: MediaPool;
  let calls: number;

  beforeEach(() => {
    clock = new ManualClock();
    hosts = [new Host(), new Host()];
    for (const { server } of hosts) server.answers.set('show channels', '{"row_count":0}');
    events = [];
    calls = 0;
    pool = new MediaPool({
      servers: hosts.map((_host, index) => ({ host: 'fs', port: 8021 + index, secret: 's' })),
      srf: { createUAC: () => undefined },
      listenAddress: '127.0.0.1',
      instanceId: 'here',
      clock,
      report: (event) => events.push(event),
      connect: ({ port }: ServerAddress, heard) => hosts[port === 8021 ? 0 : 1].connect(heard),
    });
  });

  afterEach(() => pool.close());

  const start = async (): Promise<void> => {
    await pool.start();
    await settled();
  };
  const open = (avoid: readonly string[] = [], report: (event: MediaEvent) => void = () => undefined) => {
    calls += 1;
    return pool.open({ callId: `call_${calls}` as CallId, offer: null, avoid }, report);
  };
  const states = (): readonly string[] => pool.servers().map(({ state }) => state);

  it('is up once a server is, and says how each stands', async () => {
    hosts[1].answer = () => Promise.reject(new Error('connect ECONNREFUSED'));
    expect([pool.isUp, states()]).toEqual([false, ['connecting', 'connecting']]);
    await start();
    hosts[0].heartbeat(7, 500);
    expect([pool.isUp, pool.servers()]).toEqual([
      true,
      [
        { name: 'fs:8021', state: 'up', sessions: 7, maxSessions: 500, calls: 0 },
        { name: 'fs:8022', state: 'down', sessions: 0, maxSessions: null, calls: 0 },
      ],
    ]);
    expect(events).toEqual([
      { type: 'up', server: 'fs:8021' },
      { type: 'down', server: 'fs:8022', cause: 'connect ECONNREFUSED' },
    ]);
  });

  it('gives a call to the server with the fewest channels, those of its own calls among them', async () => {
    await start();
    hosts[0].heartbeat(5);
    hosts[1].heartbeat(0);
    const servers: string[] = [];
    for (let call = 0; call < 5; call++) servers.push((await open()).server);
    expect(servers).toEqual(['fs:8022', 'fs:8022', 'fs:8022', 'fs:8021', 'fs:8022']);
    hosts[1].heartbeat(8);
    expect(pool.servers().map(({ sessions, calls: own }) => [sessions, own])).toEqual([
      [7, 1],
      [8, 4],
    ]);
  });

  it('gives a server that is full, drained or to be avoided no calls', async () => {
    await start();
    hosts[0].heartbeat(1_000);
    expect((await open()).server).toBe('fs:8022');
    hosts[0].heartbeat(10);
    hosts[1].heartbeat(0);
    expect((await open(['fs:8022'])).server).toBe('fs:8021');
    expect(pool.drain('fs:8022')).toBe(true);
    expect([states(), (await open()).server]).toEqual([['up', 'draining'], 'fs:8021']);
    pool.drain('fs:8022', false);
    expect((await open()).server).toBe('fs:8022');
    expect(pool.drain('fs:9999')).toBe(false);
    await expect(open(['fs:8021', 'fs:8022'])).rejects.toMatchObject({ code: 'media-unavailable' });
  });

  it('tries the next server where one fails, and says why where none can', async () => {
    await start();
    hosts[0].server.failing.add('createEndpoint');
    const media = await open();
    expect(media.server).toBe('fs:8022');
    hosts[1].server.failing.add('set');
    await expect(open()).rejects.toMatchObject({ code: 'media-unavailable', message: /as the test wants it: set/ });
    await settled();
    expect(pool.servers().map(({ calls: own }) => own)).toEqual([0, 1]);
    expect(hosts[1].server.live).toHaveLength(1);
  });

  it('tries nowhere what no server can speak', async () => {
    await start();
    const offer = { callId: 'call_1' as CallId, offer: 'v=0\r\n' };
    await expect(pool.open(offer, () => undefined)).rejects.toMatchObject({ code: 'media-refused' });
    expect(hosts[0].server.endpoints).toEqual([]);
  });

  it('tells every call of a server that is lost, gives back what is left, and connects anew', async () => {
    await start();
    hosts[1].heartbeat(9);
    const heard: MediaEvent[] = [];
    const lost = await open([], (event) => heard.push(event));
    const former = hosts[0].server;
    hosts[0].server = new FakeMediaServer();
    hosts[0].server.answers.set('show channels', '{"row_count":0}');
    hosts[0].events?.onEnd('the link was lost');
    expect(heard).toEqual([{ type: 'lost', cause: 'media server fs:8021: the link was lost' }]);
    expect(states()).toEqual(['down', 'up']);
    await settled();
    expect([former.live, former.isClosed, pool.servers()[0]?.calls]).toEqual([[], true, 0]);
    await expect(lost.play('caller', { kind: 'beep' })).rejects.toMatchObject({ code: 'media-failed' });

    clock.advance(500);
    expect(states()).toEqual(['down', 'up']);
    await settled();
    expect([states(), (await open()).server]).toEqual([['up', 'up'], 'fs:8021']);
    expect(events.filter(({ server }) => server === 'fs:8021').map(({ type }) => type)).toEqual(['up', 'down', 'up']);
  });

  it('tries a server that is down again and again, with longer pauses, and speaks of it once', async () => {
    hosts[0].answer = () => Promise.reject(new Error('connect ECONNREFUSED'));
    await start();
    const at: number[] = [];
    for (let seconds = 0; seconds < 100; seconds += 0.5) {
      const before = hosts[0].attempts;
      clock.advance(500);
      await settled();
      if (hosts[0].attempts > before) at.push(seconds + 0.5);
      expect(states()[0]).toBe('down');
      hosts[1].heartbeat(0);
    }
    expect(at).toEqual([0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 61.5, 91.5]);
    expect(events.filter(({ type }) => type === 'down')).toHaveLength(1);
  });

  it('does not storm a server that refuses it, and says what is to be mended', async () => {
    hosts[0].answer = () => Promise.reject(new ServerRefusal('it does not take the secret'));
    await start();
    expect(states()[0]).toBe('refused');
    expect(events).toContainEqual({ type: 'refused', server: 'fs:8021', cause: 'it does not take the secret' });
    clock.advance(40_000);
    hosts[1].heartbeat(0);
    clock.advance(19_999);
    expect(hosts[0].attempts).toBe(1);
    hosts[0].answer = () => Promise.resolve(hosts[0].server);
    clock.advance(1);
    await settled();
    expect(states()[0]).toBe('up');
  });

  it('drops a server whose heartbeats stop, however well its link is', async () => {
    await start();
    for (let beat = 0; beat < 5; beat++) {
      for (const host of hosts) host.heartbeat(0);
      clock.advance(20_000);
      await settled();
    }
    expect(states()).toEqual(['up', 'up']);
    hosts[1].heartbeat(0);
    clock.advance(29_999);
    expect(states()).toEqual(['up', 'up']);
    clock.advance(1);
    expect(states()).toEqual(['down', 'up']);
    expect(events.at(-1)).toEqual({ type: 'down', server: 'fs:8021', cause: 'its heartbeats have stopped' });
    clock.advance(500);
    await settled();
    expect([states(), hosts[0].attempts]).toEqual([['up', 'up'], 2]);
  });

  it('ends channels that were left behind there, and counts the others', async () => {
    const { server } = hosts[0];
    server.answers.set('show channels', '{"row_count":2,"rows":[{"uuid":"orphan"},{"uuid":"foreign"}]}');
    server.answers.set('uuid_getvar orphan', 'here');
    await start();
    expect(pool.servers()[0]?.sessions).toBe(2);
    for (let sweep = 0; sweep < 2; sweep++) {
      clock.advance(20_000);
      await settled();
    }
    expect(server.commands).toContain('uuid_kill orphan');
    expect(events).toContainEqual({ type: 'reaped', server: 'fs:8021', channel: 'orphan' });
  });

  it('reports what goes wrong beside its calls, and goes on', async () => {
    hosts[0].server.answers.set('show channels', 'no JSON');
    await start();
    expect(events).toContainEqual({ type: 'fault', server: 'fs:8021', error: expect.any(SyntaxError) });
    hosts[1].events?.onFault(new Error('a listener threw'));
    expect(events.at(-1)).toMatchObject({ type: 'fault', server: 'fs:8022' });
    hosts[0].server.answers.set('show channels', '{"row_count":3}');
    clock.advance(20_000);
    await settled();
    expect(states()).toEqual(['up', 'up']);
  });

  it('closes the media of every call, and every link, also one that comes too late', async () => {
    const late = Promise.withResolvers<ServerLink>();
    hosts[1].answer = () => late.promise;
    const started = pool.start();
    await settled();
    const media: CallMedia = await open();
    await pool.close();
    await started;
    expect([hosts[0].server.live, hosts[0].server.isClosed, states()]).toEqual([[], true, ['closed', 'closed']]);
    await expect(media.play('caller', { kind: 'beep' })).rejects.toMatchObject({ code: 'media-failed' });
    await expect(open()).rejects.toMatchObject({ code: 'media-unavailable' });
    late.resolve(hosts[1].server);
    await settled();
    expect([hosts[1].server.isClosed, clock.running]).toEqual([true, 0]);
  });

  it('fails a call whose server is lost while it is opened', async () => {
    await start();
    pool.drain('fs:8022');
    const gate = Promise.withResolvers<void>();
    hosts[0].server.pace = () => gate.promise;
    const opening = open();
    await settled();
    hosts[0].events?.onEnd('the link was lost');
    await expect(opening).rejects.toMatchObject({ code: 'media-unavailable', message: /the link was lost/ });
    gate.resolve();
    await settled();
    expect(hosts[0].server.live).toEqual([]);
  });
});
