import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { ScriptedEventSocket, type Script } from '../../test/support/scripted-event-socket.ts';
import { connectFsmrf } from './fsmrf-link.ts';
import type { Heartbeat, ServerLink } from './server-link.ts';
import { ServerRefusal } from './server-link.ts';

describe('the link to a media server', () => {
  let clock: ManualClock;
  let socket: ScriptedEventSocket;
  let link: ServerLink | undefined;
  const told = { beats: [] as Heartbeat[], ends: [] as string[], faults: [] as unknown[] };
  const signs = new EventEmitter();

  beforeEach(() => {
    clock = new ManualClock();
    for (const list of Object.values(told)) list.length = 0;
  });

  afterEach(async () => {
    vi.useRealTimers();
    link?.close();
    link = undefined;
    signs.removeAllListeners();
    await socket.close();
  });

  const connect = (address = socket.address, listenAddress = '127.0.0.1'): Promise<ServerLink> =>
    connectFsmrf(
      address,
      { srf: { createUAC: () => undefined }, listenAddress, patience: { clock, limitMs: 4_000 } },
      {
        onHeartbeat: (heartbeat) => {
          told.beats.push(heartbeat);
          signs.emit('beat');
        },
        onEnd: (cause) => {
          told.ends.push(cause);
          signs.emit('end');
        },
        onFault: (error) => {
          told.faults.push(error);
          signs.emit('fault');
        },
      },
    );
  const start = async (script: Script = {}): Promise<void> => {
    socket = await ScriptedEventSocket.start(script);
  };
  const sign = (name: 'beat' | 'end' | 'fault'): Promise<unknown> =>
    new Promise((resolve) => signs.once(name, resolve));

  it('comes about where the server takes the secret, and tells of its heartbeats', async () => {
    await start();
    link = await connect();
    const beat = sign('beat');
    const counts = { 'Session-Count': '12', 'Max-Sessions': '1000', 'Heartbeat-Interval': '5' };
    socket.tell({ 'Event-Name': 'HEARTBEAT', 'Core-UUID': 'core', ...counts });
    await beat;
    expect(told.beats).toEqual([{ sessions: 12, maxSessions: 1_000, intervalMs: 5_000 }]);
    expect(clock.running).toBe(0);
  });

  it.each([
    ['the secret', { secret: 'another' }, /does not take the secret/],
    ['our address', { greeting: rejection() }, /access list/],
  ])('is refused where %s is not as it should be, and not tried again by itself', async (_what, script, why) => {
    await start(script);
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
    const refused = connect();
    await expect(refused).rejects.toThrow(ServerRefusal);
    await expect(refused).rejects.toThrow(why);
    await vi.advanceTimersByTimeAsync(120_000);
    expect([socket.connections, told.faults]).toEqual([1, []]);
  });

  it.each([
    ' internal\tprofile\tsip:mod_sofia@10.0.0.1:5060\tRUNNING (0)\n',
    ' drachtio_mrf\tprofile\tsip:mod_sofia@10.0.0.1:5060\tDOWN\n',
  ])('waits for its SIP profile, which a server that has just started brings up last', async (sofiaStatus) => {
    await start({ sofiaStatus });
    const fault = await faultOf(connect());
    expect(fault).not.toBeInstanceOf(ServerRefusal);
    expect(fault).toMatchObject({ message: 'it has no SIP profile drachtio_mrf that is running' });
    expect(told.faults).toEqual([]);
  });

  it('fails where nobody listens, and is not tried again by itself', async () => {
    await start();
    const { address } = socket;
    await socket.close();
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
    await expect(connect(address)).rejects.toThrow(/ECONNREFUSED/);
    socket = await ScriptedEventSocket.start();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(socket.connections).toBe(0);
  });

  it.each([
    ['greets nobody', { greeting: '' }],
    ['answers nothing', { sofiaStatus: null }],
  ])('is given up after its limit where the server %s', async (_what, script) => {
    await start(script);
    const connecting = connect();
    const failed = faultOf(connecting);
    await until(() => socket.connections === 1 && clock.running === 1);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(4_000);
    expect(await failed).toMatchObject({ code: 'media-failed' });
  });

  it('fails where the server closes it before it is there', async () => {
    await start({ greeting: '' });
    const connecting = connect();
    const failed = faultOf(connecting);
    await until(() => socket.connections === 1);
    socket.cut();
    expect(await failed).toMatchObject({ message: expect.stringContaining('it closed the connection') });
  });

  it('needs an address of this machine for the channels to come back to', async () => {
    await start();
    await expect(connect(socket.address, '192.0.2.1')).rejects.toThrow(/EADDRNOTAVAIL/);
  });

  it('is told of its end once, and then fails what is asked and what was', async () => {
    await start({ answer: () => null });
    link = await connect();
    const asked = faultOf(link.command('status'));
    const ended = sign('end');
    socket.cut();
    await ended;
    expect(await asked).toMatchObject({ code: 'media-failed' });
    await expect(link.command('status')).rejects.toMatchObject({ code: 'media-failed' });
    expect([told.ends, clock.running]).toEqual([['the link was lost'], 0]);
  });

  it('ends without a word when we close it', async () => {
    await start();
    link = await connect();
    link.close();
    link.close();
    await expect(link.command('status')).rejects.toMatchObject({ code: 'media-failed' });
    expect(told.ends).toEqual([]);
  });

  it('has commands done, says what was not, and waits no longer than its limit', async () => {
    await start({ answer: (command) => ({ ok: 'fine\n', bad: '-ERR no such thing\n' })[command] ?? null });
    link = await connect();
    expect(await link.command('ok')).toBe('fine\n');
    await expect(link.command('bad')).rejects.toThrow('The media server answered bad with -ERR no such thing.');
    const slow = faultOf(link.command('slow'));
    clock.advance(4_000);
    expect(await slow).toMatchObject({ message: expect.stringContaining('took more than 4 s doing slow') });
  });

  it('survives what throws where it is read: a fault, and the end of what can not be read any further', async () => {
    await start();
    link = await connect();
    const ended = sign('end');
    socket.write('Content-Type: %E0%A4%A\n\n');
    await ended;
    expect(told.faults).toEqual([expect.any(URIError)]);
    expect(told.ends).toEqual(['the link was lost']);
  });

  it('sends away a channel that no INVITE of ours has brought about', async () => {
    await start();
    const uac = Promise.withResolvers<string>();
    const srf = {
      createUAC: (_uri: string, { headers }: { headers: Record<string, string> }) => {
        uac.resolve(headers['X-esl-outbound'] ?? '');
        return new Promise(() => undefined);
      },
    };
    const quiet = { onHeartbeat: () => undefined, onEnd: () => undefined, onFault: () => undefined };
    const patience = { clock, limitMs: 4_000 };
    link = await connectFsmrf(socket.address, { srf, listenAddress: '127.0.0.1', patience }, quiet);
    const making = faultOf(link.createEndpoint('v=0\r\n', {}));
    const stranger = socket.connectChannel(await uac.promise, 'drachtio-fsmrf:somebody-else');
    await until(() => stranger.executions.length > 0);
    expect(stranger.executions[0]).toMatchObject({ application: 'hangup', argument: 'NO_ROUTE_DESTINATION' });
    clock.advance(4_000);
    expect(await making).toMatchObject({ code: 'media-failed' });
  });
});

function rejection(): string {
  const words = 'Access Denied, go away.\n';
  return `Content-Type: text/rude-rejection\nContent-Length: ${words.length}\n\n${words}`;
}

/** What a promise rejects with. */
function faultOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no fault',
    (error: unknown) => error,
  );
}

/** Resolves as soon as something that the other end of a socket does has happened. */
async function until(holds: () => boolean): Promise<void> {
  await vi.waitUntil(holds, { timeout: 5_000, interval: 5 });
}
