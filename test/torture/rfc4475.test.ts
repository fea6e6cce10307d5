import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RFC_4475, renewed } from './corpus.ts';
import { Dice } from './mutations.ts';
import { ProvingGround } from './proving-ground.ts';

/** What a running product answers in the end, or that it says nothing. */
type Answer = number | 'nothing';

/**
 * Where the RFC names an answer it is that; a message it calls valid gets what the product says to such a request: 404
 * to a number that isn't ours, 405 to a method we have no use for, 481 within a call that isn't, 200 to OPTIONS.
 */
const ANSWERS: Readonly<Record<string, Answer | { readonly udp: Answer; readonly tcp: Answer }>> = {
  badaspec: 400,
  badbranch: 400,
  baddate: 404,
  // Its head has no end: a datagram is refused for it, a stream may still bring it.
  baddn: { udp: 400, tcp: 'nothing' },
  badinv01: 400,
  badvers: 505,
  bcast: 'nothing',
  bext01: 420,
  bigcode: 'nothing',
  // Its body is shorter than it says: a stream may still bring the rest.
  clerr: { udp: 400, tcp: 'nothing' },
  cparam01: 405,
  cparam02: 405,
  // What follows the request is no message: the stream is closed before the application has answered.
  dblreq: { udp: 405, tcp: 'nothing' },
  esc01: 404,
  esc02: 501,
  escnull: 405,
  escruri: 400,
  insuf: 400,
  intmeth: 501,
  // Valid to RFC 2543, but without a Contact there is nowhere to send a BYE to.
  inv2543: 400,
  invut: 415,
  longreq: 404,
  ltgtruri: 400,
  lwsdisp: 200,
  lwsruri: 400,
  lwsstart: 400,
  mcl01: 400,
  mismatch01: 400,
  mismatch02: 501,
  mpart01: 405,
  multi01: 400,
  ncl: 400,
  noreason: 'nothing',
  novelsc: 416,
  quotbal: 400,
  regaut01: 405,
  regbadct: 400,
  regescrt: 405,
  scalar02: 400,
  scalarlg: 'nothing',
  sdp01: 404,
  semiuri: 200,
  transports: 200,
  trws: 400,
  unkscm: 416,
  unksm2: 405,
  unreason: 'nothing',
  wsinv: 481,
  zeromf: 200,
};

/** Final status of the first answer in these bytes that has one. */
const finalStatus = (text: string): Answer => {
  const [, status] = /^SIP\/2\.0 ([2-6]\d\d)/m.exec(text) ?? [];
  return status === undefined ? 'nothing' : Number(status);
};

describe('the messages of RFC 4475, sent to the running product while a call is up', () => {
  let ground: ProvingGround;
  const dice = new Dice(4475);
  beforeAll(async () => {
    ground = await ProvingGround.start();
  });
  afterAll(() => ground.stop());

  const messageOf = (name: string): Buffer => {
    const message = RFC_4475.get(name);
    if (message === undefined) throw new Error(`there is no message ${name}`);
    return message;
  };

  /** Each probe passes through engine and application: what the message before it brings about comes before that. */
  const untilRead = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) await ground.probe();
  };

  it('are all here', () => {
    expect([...RFC_4475.keys()]).toEqual(Object.keys(ANSWERS).toSorted());
    expect(RFC_4475.size).toBe(49);
  });

  it.each(Object.entries(ANSWERS))('%s by UDP', async (name, answer) => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    let heard = '';
    socket.on('message', (bytes) => (heard += bytes.toString('latin1')));
    socket.send(messageOf(name), ground.sip.port, ground.sip.host);
    await untilRead();
    socket.close();
    expect(finalStatus(heard)).toBe(typeof answer === 'object' ? answer.udp : answer);
  });

  it.each(Object.entries(ANSWERS))('%s by TCP', async (name, answer) => {
    const expected = typeof answer === 'object' ? answer.tcp : answer;
    const socket = connect({ ...ground.sip, localAddress: '127.0.0.1' });
    let heard = '';
    const { promise: answered, resolve: onAnswer } = Promise.withResolvers<void>();
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      if (finalStatus(heard) !== 'nothing') onAnswer();
    });
    socket.write(renewed(messageOf(name), dice));
    await (expected === 'nothing' ? untilRead() : answered);
    socket.destroy();
    expect(finalStatus(heard)).toBe(expected);
  });

  it('leave nothing behind: new calls are made, and no transaction, dialog or connection is left', async () => {
    await ground.call();
    await ground.settle();
    await ground.expectBooksInOrder();
  }, 100_000);
});
