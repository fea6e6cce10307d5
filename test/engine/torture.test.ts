import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeEngines } from './bench.ts';
import type { Handler } from './srf-app.ts';

const FOLDER = new URL('../support/rfc4475/', import.meta.url);

/** What the messages that are requests get; every method that has a handler is answered 200 by the application. */
const ANSWERS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    [
      'baddate',
      'cparam01',
      'cparam02',
      'dblreq',
      'esc01',
      'escnull',
      'inv2543',
      'invut',
      'longreq',
      'lwsdisp',
      'mpart01',
    ]
      .concat(['regaut01', 'regescrt', 'sdp01', 'semiuri', 'transports', 'unksm2', 'zeromf'])
      .map((name) => [name, 200]),
  ),
  ...Object.fromEntries(
    ['badaspec', 'badbranch', 'baddn', 'badinv01', 'clerr', 'escruri', 'insuf', 'ltgtruri', 'lwsruri', 'lwsstart']
      .concat(['mcl01', 'mismatch01', 'multi01', 'ncl', 'quotbal', 'regbadct', 'scalar02', 'trws'])
      .map((name) => [name, 400]),
  ),
  novelsc: 416,
  unkscm: 416,
  bext01: 420,
  wsinv: 481,
  // Methods nobody has heard of: one is legal all the same, one is not the REGISTER it looks like.
  intmeth: 501,
  esc02: 501,
  mismatch02: 501,
  badvers: 505,
};

/** These are responses to nothing. */
const UNANSWERED = ['bcast', 'bigcode', 'noreason', 'scalarlg', 'unreason'];

describeEngines('the torture messages of RFC 4475', (bench) => {
  it('are all accounted for', () => {
    const names = readdirSync(FOLDER).flatMap((file) => (file.endsWith('.dat') ? [file.slice(0, -4)] : []));
    expect([...Object.keys(ANSWERS), ...UNANSWERED].toSorted()).toEqual(names.toSorted());
  });

  // What drachtio-server answers differs in some twenty places; it is the embedded engine that is held to the RFC.
  it.runIf(bench.kind === 'embedded').each(Object.entries(ANSWERS))('%s is answered %d', async (name, status) => {
    const peer = await bench.udpPeer();
    const ok: Handler = (_req, res) => res.send(200);
    const methods = ['invite', 'options', 'register', 'message', 'info', 'notify', 'subscribe', 'publish', 'refer'];
    await bench.app(Object.fromEntries(methods.map((method) => [method, ok])));
    await peer.send(readFileSync(new URL(`${name}.dat`, FOLDER)), bench.sip);
    const answer = await peer.next((message) => message.status > 100);
    expect(answer.status).toBe(status);
  });

  it('leave the engine as it was', async () => {
    const peer = await bench.udpPeer();
    await bench.app({ options: (_req, res) => res.send(200) });
    for (const name of [...Object.keys(ANSWERS), ...UNANSWERED]) {
      const bytes = readFileSync(new URL(`${name}.dat`, FOLDER));
      await peer.send(bytes, bench.sip);
    }
    await peer.send(peer.request('OPTIONS', bench.sip), bench.sip);
    await peer.next((message) => message.status === 200 && message.header('Via').includes(String(peer.port)));
  });
});
