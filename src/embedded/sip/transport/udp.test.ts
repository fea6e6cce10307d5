import { expect, it } from 'vitest';
import { UdpTransport } from './udp.ts';

it('reports what it is to send after it was closed, and does not throw', async () => {
  const udp = await UdpTransport.bind(
    { host: '127.0.0.1', port: 0 },
    { onBytes: () => undefined, onBroken: () => undefined },
    () => undefined,
  );
  const flow = udp.flowTo({ host: '127.0.0.1', port: 9 });
  await udp.close();
  const errors: string[] = [];
  flow.send(Buffer.from('late'), (error) => errors.push(error.message));
  expect(errors).toEqual(['UDP socket is closed']);
});
