import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SipWatchdog } from './sip-watchdog.ts';

/** Far from the usual, so that a test sees many questions. */
const PACE = { everyMs: 10, misses: 2 };

describe('the watchdog', () => {
  let server: Socket;
  let watchdog: SipWatchdog;
  let asked: string[];
  let answers: boolean;

  beforeEach(async () => {
    asked = [];
    answers = true;
    server = createSocket('udp4');
    server.on('message', (message, from) => {
      asked.push(message.toString());
      if (answers) server.send('SIP/2.0 503 Service Unavailable\r\n\r\n', from.port, from.address);
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => {
    watchdog.close();
    server.close();
  });

  const start = (): void => {
    watchdog = SipWatchdog.start({ host: '127.0.0.1', port: server.address().port }, PACE);
  };
  const askedAgain = async (times: number): Promise<void> => {
    const before = asked.length;
    await expect.poll(() => asked.length, { interval: 2 }).toBeGreaterThanOrEqual(before + times);
  };

  it('asks with OPTIONS, each a transaction of its own', async () => {
    start();
    await askedAgain(3);
    expect(asked[0]).toMatch(/^OPTIONS sip:watchdog@127\.0\.0\.1:\d+ SIP\/2\.0\r\nVia: SIP\/2\.0\/UDP .*;rport\r\n/);
    expect(new Set(asked.map((text) => /branch=(\w+)/.exec(text)?.[1])).size).toBe(asked.length);
  });

  it('is content with any answer, and barks when there is none any more, until there is', async () => {
    start();
    await askedAgain(2);
    expect(watchdog.isAnswering).toBe(true);
    answers = false;
    await expect.poll(() => watchdog.isAnswering, { interval: 2 }).toBe(false);
    answers = true;
    await expect.poll(() => watchdog.isAnswering, { interval: 2 }).toBe(true);
  });

  it('does not bark for one lost packet', async () => {
    start();
    await expect.poll(() => watchdog.isAnswering && asked.length > 1, { interval: 2 }).toBe(true);
    answers = false;
    await askedAgain(1);
    answers = true;
    expect(watchdog.isAnswering).toBe(true);
  });

  it('says nothing of a server that it never heard', async () => {
    answers = false;
    start();
    await askedAgain(5);
    expect(watchdog.isAnswering).toBe(true);
  });
});
