import { once } from 'node:events';
import { connect } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { EventsClient, type ReceivedEvent } from '../support/events-client.ts';
import { answers, rejects } from '../support/phone/behaviours.ts';
import type { Behaviour } from '../support/phone/phone.ts';
import { ADMIN_KEY } from '../support/rest-client.ts';
import { Stage } from './stage.ts';

interface Following {
  readonly key?: string;
  readonly query?: string;
  /** The last event that the client had. */
  readonly after?: string | undefined;
}

/** Follows what goes on, as admin unless another's key is given. */
async function follow(
  { product }: Stage,
  { key = ADMIN_KEY, query = '', after }: Following = {},
): Promise<EventsClient> {
  const client = await EventsClient.open(`http://${product.http}/v1/events${query}`, {
    authorization: `Bearer ${key}`,
    ...(after === undefined ? {} : { 'last-event-id': after }),
  });
  onTestFinished(() => client.close());
  expect(client.status).toBe(200);
  return client;
}

async function keyFor({ product }: Stage, role: string): Promise<string> {
  return (await product.post('/api-keys', { name: role, role })).key;
}

/** A buyer who is busy the first time and answers from then on. */
function answersSecondCall(): Behaviour {
  const turns = [rejects(486)];
  const answering = answers();
  return (call) => (turns.shift() ?? answering)(call);
}

const isSettled = ({ type }: ReceivedEvent): boolean => type === 'call.settled';
const isConnected = ({ type }: ReceivedEvent): boolean => type === 'call.connected';
const ofCalls = (events: readonly ReceivedEvent[]): readonly ReceivedEvent[] =>
  events.filter(({ type }) => type !== 'counters');
const seqOf = ({ id }: ReceivedEvent): number => Number(id?.split('-')[1]);

describe('a client of /v1/events', () => {
  it('hears of a call from its INVITE to its record, each change once and in order, as does every other', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const clients = [await follow(stage), await follow(stage)];
    const [call] = await stage.connect('ann');
    await call.bye();
    const cdr = await stage.onlyCdr();
    const [events = [], others] = await Promise.all(clients.map((client) => client.takeUntil(isSettled)));

    expect(others).toEqual(events);
    const told = ofCalls(events);
    expect(told.map(({ type, data }) => `${type} ${data.call.state ?? data.call.outcome}`)).toEqual([
      'call.received screening',
      'call.moved dialing',
      'call.moved ringing',
      'call.connected connected',
      'call.moved ending',
      'call.ended ended',
      'call.settled connected',
    ]);
    expect(new Set(told.map(({ data }) => data.call.id))).toEqual(new Set([cdr.id]));
    expect(events.map(seqOf)).toEqual(events.map((_, index) => seqOf(events[0] as ReceivedEvent) + index));
    const instants = told.map(({ data }) => Date.parse(data.at));
    expect(instants).toEqual(instants.toSorted((a, b) => a - b));
    const { id, talkMs, connectedAt, endedAt, outcome, buyerVerdict, publisherVerdict } = cdr;
    const settled = { id, talkMs, connectedAt, endedAt, outcome, buyerVerdict, publisherVerdict };
    expect(told.at(-1)?.data.call).toMatchObject(settled);
  });

  it('that lost its connection gets exactly what it missed, while another call goes on', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const steady = await follow(stage);
    const dropped = await follow(stage);
    const [first] = await stage.connect('ann');
    const had = await dropped.takeUntil(isConnected);
    await dropped.close();
    await first.bye();
    const [second] = await stage.connect('ann');
    const back = await follow(stage, { after: had.at(-1)?.id });
    await second.bye();
    await stage.cdrs(2);

    const all = [...(await steady.takeUntil(isSettled)), ...(await steady.takeUntil(isSettled))];
    const missed = [...(await back.takeUntil(isSettled)), ...(await back.takeUntil(isSettled))];
    expect([...had, ...missed]).toEqual(all);
  });

  it('sees the counts move with the calls, and end at none', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const client = await follow(stage, { query: '?types=counters' });
    const [first] = await stage.connect('ann');
    const [second] = await stage.connect('ann');
    const both = await client.takeUntil(({ data }) => data.counters.byState.connected === 2);
    await first.bye();
    await second.bye();
    const after = await client.takeUntil(({ data }) => data.counters.calls === 0);

    expect(both[0]?.data.counters).toEqual({ calls: 1, byState: { screening: 1 } });
    expect(after.at(-1)?.data.counters).toEqual({ calls: 0, byState: {} });
    for (const { data } of [...both, ...after]) {
      const inStates = Object.values<number>(data.counters.byState).reduce((sum, calls) => sum + calls, 0);
      expect(inStates).toBe(data.counters.calls);
    }
    await stage.cdrs(2);
  });

  it('with the key of a party hears of its own calls alone, and its own side of them', async () => {
    const stage = await Stage.set({ buyers: { ann: answersSecondCall(), bob: answers() } });
    const { publisherId, buyerIds } = stage.ids;
    const ann = await follow(stage, { key: await keyFor(stage, `buyer:${buyerIds['ann']}`) });
    const bob = await follow(stage, { key: await keyFor(stage, `buyer:${buyerIds['bob']}`) });
    const publisher = await follow(stage, { key: await keyFor(stage, `publisher:${publisherId}`) });
    const [atBob] = await stage.connect('bob');
    await atBob.bye();
    await stage.cdrs(1);
    const [atAnn] = await stage.connect('ann');
    await atAnn.bye();
    const [annsCdr, bobsCdr] = await stage.cdrs(2);

    for (const [client, cdr] of [
      [ann, annsCdr],
      [bob, bobsCdr],
    ] as const) {
      const events = await client.takeUntil(isSettled);
      expect(events.map(({ type }) => type)).toEqual(['call.connected', 'call.moved', 'call.ended', 'call.settled']);
      expect(new Set(events.map(({ data }) => data.call.id))).toEqual(new Set([cdr?.id]));
      for (const { data } of events) {
        expect(data.call).toMatchObject({ buyerId: cdr?.buyerId, publisherId: null, trunkId: null, ani: cdr?.ani });
      }
      const { call } = events.at(-1)?.data ?? {};
      expect([call.buyerVerdict, call.publisherVerdict]).toEqual([cdr?.buyerVerdict, null]);
    }
    const told = [...(await publisher.takeUntil(isSettled)), ...(await publisher.takeUntil(isSettled))];
    expect(new Set(told.map(({ data }) => data.call.id))).toEqual(new Set([annsCdr?.id, bobsCdr?.id]));
    expect(told[0]?.type).toBe('call.received');
    for (const { data } of told) {
      expect(data.call).toMatchObject({ publisherId, buyerId: null, destinationId: null, ani: '***0123' });
    }
  });

  it('that reads nothing holds up neither calls nor those who read', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const [host = '', port] = stage.product.http.split(':');
    const deaf = connect(Number(port), host);
    onTestFinished(() => void deaf.destroy());
    deaf.write(`GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n\r\n`);
    await once(deaf, 'readable');
    const client = await follow(stage);
    for (let calls = 1; calls <= 3; calls += 1) {
      const [call] = await stage.connect('ann');
      await call.bye();
      const cdr = (await stage.cdrs(calls))[0];
      expect((await client.takeUntil(isSettled)).at(-1)?.data.call.id).toBe(cdr?.id);
    }
    expect(deaf.destroyed).toBe(false);
  });
});
