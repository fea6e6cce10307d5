import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { urlOf, type Answer } from '../walk-stage.ts';
import type { Scene } from './refusal-table.ts';

/** Asks with more headers than are read (Node: 16 KiB), over a connection. */
export async function sendHugeHeaders({ operation, stage }: Scene): Promise<Answer> {
  const { app } = stage.api;
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((app.server.address() as { port: number }).port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `${operation.method} ${urlOf(operation.path, {})} HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
  );
  const answer = await text(socket);
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  const [, status = '0'] = /^HTTP\/1\.1 (\d{3}) /.exec(head) ?? [];
  const [, type = ''] = /^content-type: ([^;\r]*)/im.exec(head) ?? [];
  return { status: Number(status), type, body, headers: {} };
}
