import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TcpTransport } from './tcp.ts';

const OPTIONS = 'OPTIONS sip:x SIP/2.0\r\nContent-Length: 0\r\n\r\n';

describe('connections from others', () => {
  let transport: TcpTransport;
  let heard = Promise.withResolvers<Buffer>();
  const sockets: Socket[] = [];

  beforeEach(async () => {
    heard = Promise.withResolvers();
    transport = await TcpTransport.listen(
      { host: '127.0.0.1', port: 0 },
      { onBytes: (bytes) => heard.resolve(bytes), onBroken: () => undefined },
      () => undefined,
      3,
    );
  });

  afterEach(async () => {
    vi.useRealTimers();
    for (const socket of sockets.splice(0)) socket.destroy();
    await transport.close();
  });

  /** Opens a connection and waits until the other end surely has it: until it answers a ping. */
  const open = async ({ allowHalfOpen = false } = {}): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port: transport.port, allowHalfOpen });
    socket.on('error', () => undefined);
    sockets.push(socket);
    socket.write('\r\n\r\n');
    await once(socket, 'data');
    return socket;
  };

  it('make room for one more: the one that has brought no message for longest goes', async () => {
    const first = await open();
    const second = await open();
    await open();
    first.write(OPTIONS);
    expect((await heard.promise).toString()).toBe(OPTIONS);
    const dropped = once(second, 'close');
    await open();
    await dropped;
    expect(first.destroyed).toBe(false);
    expect(transport.size).toBe(3);
  });

  it('end when a stream can’t be cut into messages, however much still comes', async () => {
    const socket = await open({ allowHalfOpen: true });
    const ended = once(socket, 'end');
    // Not `once`, for which the error of a write into the closed connection would come first.
    const closed = new Promise((resolve) => socket.on('close', resolve));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    socket.write('OPTIONS sip:x SIP/2.0\r\nContent-Length: 1000000000\r\n\r\n');
    await ended;
    const more = setInterval(() => socket.write(Buffer.alloc(100_000)), 5);
    vi.advanceTimersByTime(5_000);
    await closed;
    clearInterval(more);
  });
});
