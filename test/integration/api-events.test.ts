import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import type { FeedEvent, SettledCall } from '../../src/calls/call-feed.ts';
import type { LiveCall } from '../../src/calls/live-calls.ts';
import { toIso, type EpochMs } from '../../src/domain/time.ts';
import type { ApiRole } from '../../src/store/api-keys.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';
import { EventsClient } from '../support/events-client.ts';

const AT = toIso(Date.UTC(2026, 10, 21, 15) as EpochMs);

const callOf = (fields: Json = {}): LiveCall => ({
  id: 'call_1',
  state: 'connected',
  did: '+14155550100',
  ani: '+12125550123',
  trunkId: 'trk_1',
  campaignId: 'cmp_1',
  publisherId: 'pub_1',
  buyerId: 'byr_1',
  destinationId: 'dst_1',
  routeId: 'rte_1',
  receivedAt: AT,
  connectedAt: AT,
  ...fields,
});

const moved = (fields?: Json): FeedEvent => ({ type: 'call.moved', at: AT, call: callOf(fields) });
const COUNTERS: FeedEvent = { type: 'counters', at: AT, counters: { calls: 1, byState: { connected: 1 } } };

async function listening(api: TestApi): Promise<string> {
  return api.app.server.listening
    ? `http://127.0.0.1:${(api.app.server.address() as { port: number }).port}`
    : api.app.listen({ host: '127.0.0.1', port: 0 });
}

async function follow(
  api: TestApi,
  {
    query = '',
    role = 'admin',
    headers = {},
  }: { query?: string; role?: ApiRole; headers?: Record<string, string> } = {},
): Promise<EventsClient> {
  const authorization = `Bearer ${await api.keyFor(role)}`;
  return EventsClient.open(`${await listening(api)}/v1/events${query}`, { authorization, ...headers });
}

describe('GET /v1/events', () => {
  it('is a stream that no one on the way keeps, changes or holds back, under the headers of every answer', async () => {
    const api = await startTestApi();
    const { status, headers } = await follow(api, { headers: { 'accept-encoding': 'gzip, br' } });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store, no-transform');
    expect(headers.get('x-accel-buffering')).toBe('no');
    expect(headers.get('content-encoding')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  it('answers HEAD as it would GET, and at once', async () => {
    const api = await startTestApi();
    const { statusCode, body, headers } = await api.request('HEAD', '/v1/events');
    expect([statusCode, body]).toEqual([200, '']);
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
  });

  it('has every change as it comes', async () => {
    const api = await startTestApi();
    const client = await follow(api, { role: 'viewer' });
    api.feed.ring.add(moved());
    api.feed.ring.add(COUNTERS);
    const events = await client.take(2);
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['call.moved', moved()],
      ['counters', COUNTERS],
    ]);
  });

  it('goes on, by header or query, after the last event that a client had', async () => {
    const api = await startTestApi();
    const first = await follow(api);
    for (const id of ['call_1', 'call_2', 'call_3']) api.feed.ring.add(moved({ id }));
    const [{ id = '' } = {}] = await first.take(1);
    await first.close();
    const again = { headers: { 'last-event-id': id } };
    for (const how of [again, { query: `?lastEventId=${id}` }, { ...again, query: '?lastEventId=none' }]) {
      const events = await (await follow(api, how)).take(2);
      expect(events.map(({ type, data }) => `${type} ${data.call.id}`)).toEqual([
        'call.moved call_2',
        'call.moved call_3',
      ]);
    }
  });

  it('says first that it can not go on where it was, and what to read then', async () => {
    const api = await startTestApi();
    const { id } = await new ApiSamples(api).create('buyers');
    const headers = { 'last-event-id': 'abcdef-7' };
    for (const [role, read] of [
      ['viewer', '/v1/live-calls'],
      [`buyer:${id}`, '/v1/calls'],
    ] as const) {
      const [event] = await (await follow(api, { role: role as ApiRole, headers })).take(1);
      expect(event).toMatchObject({ type: 'resync', data: { reason: 'not-remembered', read } });
    }
  });

  it('is narrowed down by type and campaign', async () => {
    const api = await startTestApi();
    const ofCampaign = await follow(api, { query: '?campaignId=cmp_2' });
    const ofTypes = await follow(api, { query: '?types=call.settled,counters' });
    for (const event of [moved(), COUNTERS, moved({ id: 'call_2', campaignId: 'cmp_2' })]) api.feed.ring.add(event);
    expect(await ofCampaign.take(1)).toMatchObject([{ data: { call: { id: 'call_2' } } }]);
    expect(await ofTypes.take(1)).toMatchObject([{ type: 'counters' }]);
    for (const query of ['types=', 'types=call', 'types=counters,', 'type=counters', 'campaignId=']) {
      await api.expect(422, 'GET', `/v1/events?${query}`);
    }
  });

  it('ends with its key, at once, and goes on for those of other keys', async () => {
    const api = await startTestApi();
    const { id, key } = await api.store.keys.create({ name: 'K', role: 'viewer' });
    const url = `${await listening(api)}/v1/events`;
    const stream = await EventsClient.open(url, { authorization: `Bearer ${key}` });
    const other = await follow(api, { role: 'viewer' });
    await api.expect(204, 'DELETE', `/v1/api-keys/${id}`);
    expect(await stream.rest()).not.toContain('still here');
    api.feed.ring.add(moved());
    expect(await other.take(1)).toMatchObject([{ type: 'call.moved' }]);
  });

  it('shows a party its own calls and its own side of them, a buyer once they are connected', async () => {
    const api = await startTestApi();
    const samples = new ApiSamples(api);
    const buyerId = (await samples.create('buyers')).id;
    const publisherId = (await samples.create('publishers')).id;
    const buyer = await follow(api, { role: `buyer:${buyerId}` as ApiRole });
    const publisher = await follow(api, { role: `publisher:${publisherId}` as ApiRole });
    const settled = { ...callOf({ buyerId, publisherId }), buyerVerdict: 'b', publisherVerdict: 'p' } as unknown;
    const events: FeedEvent[] = [
      moved(),
      COUNTERS,
      moved({ id: 'call_2', state: 'ringing', buyerId, connectedAt: null }),
      moved({ id: 'call_3', buyerId, publisherId }),
      { type: 'call.settled', at: AT, call: settled as SettledCall },
    ];
    for (const event of events) api.feed.ring.add(event);

    const hidden = { trunkId: null };
    const bought = { ...hidden, publisherId: null, buyerId, ani: '+12125550123', routeId: 'rte_1' };
    expect((await buyer.take(2)).map(({ data }) => data.call)).toEqual([
      { ...callOf({ id: 'call_3' }), ...bought },
      { ...callOf(), ...bought, buyerVerdict: 'b', publisherVerdict: null },
    ]);
    const produced = { ...hidden, buyerId: null, destinationId: null, routeId: null, publisherId, ani: '***0123' };
    expect((await publisher.take(2)).map(({ data }) => data.call)).toEqual([
      { ...callOf({ id: 'call_3' }), ...produced },
      { ...callOf(), ...produced, buyerVerdict: null, publisherVerdict: 'p' },
    ]);
  });

  it('is open to so many of one key, and to another that is let in then', async () => {
    const api = await startTestApi();
    const authorization = `Bearer ${await api.keyFor('viewer')}`;
    const clients = [];
    for (let n = 0; n < 20; n += 1) clients.push(await follow(api, { headers: { authorization } }));
    expect(clients.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    const refused = await follow(api, { headers: { authorization } });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
    expect(JSON.parse(await refused.rest())).toMatchObject({ code: 'too-many-streams' });
    expect((await follow(api)).status).toBe(200);

    await clients[0]?.close();
    const deadline = Date.now() + 5_000;
    let { status } = await follow(api, { headers: { authorization } });
    while (status === 503 && Date.now() < deadline) ({ status } = await follow(api, { headers: { authorization } }));
    expect(status).toBe(200);
  });

  it('ends at once when the API closes', async () => {
    const api = await startTestApi();
    const client = await follow(api);
    const begin = performance.now();
    await Promise.all([api.app.close(), client.rest()]);
    expect(performance.now() - begin).toBeLessThan(900);
  });

  it('cuts off a client that reads nothing, and forgets nothing that it can come back for', async () => {
    const api = await startTestApi();
    const { port } = new URL(await listening(api));
    const socket: Socket = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const request = `GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await api.keyFor('admin')}\r\n\r\n`;
    const connections = connectionsOf(api);
    socket.write(request);
    await once(socket, 'readable');
    const [connection] = connections;
    const gone = once(connection as Socket, 'close');
    const wide = moved({ id: 'x'.repeat(20_000) });
    let most = 0;
    const isUp = (): boolean => connection?.destroyed === false;
    while (isUp()) {
      for (let n = 0; n < 100; n += 1) api.feed.ring.add(wide);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      most = Math.max(most, connection?.writableLength ?? 0);
    }
    await gone;
    expect(most).toBeLessThan(1_000_000);
  }, 20_000);
});

/** The server’s ends of connections, as requests come in on them. */
function connectionsOf({ app }: TestApi): readonly Socket[] {
  const found: Socket[] = [];
  app.server.on('request', (request) => found.push(request.socket));
  return found;
}
