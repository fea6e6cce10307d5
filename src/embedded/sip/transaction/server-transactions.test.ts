import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildResponse } from '../agent/build-response.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { rfcTimers } from '../timers.ts';
import type { Flow } from '../transport/flow.ts';
import { LocalAddress } from '../transport/local-address.ts';
import { readEssentials } from './essentials.ts';
import type { ReceivedRequest, ServerTransaction } from './server-transaction.ts';
import { ServerTransactions } from './server-transactions.ts';

const bound = { host: '192.0.2.1', port: 5060 };
const flow: Flow = { transport: 'udp', remote: { host: '192.0.2.2', port: 5060 }, open: true, send: () => undefined };
const network = { local: new LocalAddress(bound, undefined), bound, flowTo: () => flow, refusedTcpLately: () => true };

function received(method: string, bytes: number): ReceivedRequest {
  const request: SipRequest = {
    kind: 'request',
    method,
    uri: 'sip:x',
    headers: [
      { name: 'Via', value: 'SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1' },
      { name: 'From', value: '<sip:a@b>;tag=1' },
      { name: 'To', value: '<sip:x>' },
      { name: 'Call-ID', value: 'c' },
      { name: 'CSeq', value: `1 ${method}` },
    ],
    body: Buffer.alloc(0),
  };
  const essentials = readEssentials(request);
  if (essentials === undefined) throw new Error('a header is missing');
  return { request, essentials, flow, bytes };
}

/** Room for three requests of 1 000 bytes and not for four. */
const BUDGET_BYTES = 16_000;

describe('server transactions', () => {
  let held: ServerTransactions;
  beforeEach(() => {
    vi.useFakeTimers();
    held = new ServerTransactions(network, rfcTimers, BUDGET_BYTES);
  });
  afterEach(() => vi.useRealTimers());

  const open = (key: string, method = 'OPTIONS', bytes = 1_000): ServerTransaction | undefined =>
    held.open(key, received(method, bytes), `merge of ${key}`);

  const answer = (transaction: ServerTransaction | undefined, status: number): void => {
    if (transaction === undefined) throw new Error('there was no room');
    transaction.respond(buildResponse(transaction.received.request, { status, reason: 'Whatever' }));
  };

  it('make room for a new one at the cost of the one answered first', () => {
    const [one, two] = [open('one'), open('two'), open('three')];
    answer(two, 200);
    answer(one, 404);
    expect(open('four')).toBeDefined();
    expect(['one', 'two', 'three', 'four'].filter((key) => held.get(key))).toEqual(['one', 'three', 'four']);
    expect(held.hasMerged('merge of two')).toBe(false);
  });

  it('are refused where none is answered yet, and an INVITE’s 2xx is no answer that can be spared', () => {
    open('one');
    open('two');
    answer(open('three', 'INVITE'), 200);
    expect(open('four')).toBeUndefined();
    expect(held.size).toBe(3);
  });

  it('count by their size, and give their room back when they end', () => {
    expect(open('large', 'OPTIONS', 5_000)).toBeUndefined();
    for (let i = 0; i < 100; i++) answer(open(`small ${i}`, 'OPTIONS', 10), 200);
    vi.advanceTimersByTime(32_000);
    expect(held.size).toBe(0);
    expect([open('one'), open('two'), open('three')]).not.toContain(undefined);
  });
});
