import { describe, expect, it } from 'vitest';

import type { BuyerId, PublisherId } from '../../src/domain/ids.ts';
import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';
import { settleCall } from '../support/settle-call.ts';

/** A New York buyer and a publisher with a call that was charged, then adjusted, and a payment a day later. */
async function withAccounts(name = 'Acme'): Promise<{ api: TestApi; buyer: string; publisher: string }> {
  const api = await startTestApi();
  const samples = new ApiSamples(api);
  const buyer = (await samples.create('buyers', { name })).id;
  const publisher = (await samples.create('publishers')).id;
  await settleCall(api.store, 'call_1', { buyerId: buyer, publisherId: publisher });
  const change = { party: 'buyer', amountMicros: -10_000_000, reason: '=1+1' };
  await api.expect(201, 'POST', '/v1/calls/call_1/adjustments', change);
  api.advance(86_400_000);
  await api.expect(201, 'POST', `/v1/buyers/${buyer}/payments`, { amountMicros: 5_000_000, note: 'Wire "7"' });
  return { api, buyer, publisher };
}

const path = (id: string, query = ''): string =>
  `/v1/${id.startsWith('byr_') ? 'buyers' : 'publishers'}/${id}/statement${query}`;

describe('A statement', () => {
  it('of a buyer has every line, and figures that anyone can add up', async () => {
    const { api, buyer } = await withAccounts();
    const statement = await api.expect(200, 'GET', path(buyer));
    expect(statement).toMatchObject({
      account: { kind: 'buyer', id: buyer, name: 'Acme' },
      currency: 'USD',
      timezone: 'America/New_York',
      from: null,
      to: null,
      openingMicros: 0,
      closingMicros: 15_000_000,
      totals: {
        calls: 1,
        talkMs: 120_000,
        callsMicros: 30_000_000,
        adjustmentsMicros: -10_000_000,
        paymentsMicros: -5_000_000,
      },
    });
    expect(statement.lines.map(({ kind, amountMicros }: Json) => [kind, amountMicros])).toEqual([
      ['charge', 30_000_000],
      ['adjustment', -30_000_000],
      ['adjustment', 20_000_000],
      ['payment', -5_000_000],
    ]);
    expect(statement.lines[0]).toMatchObject({ callId: 'call_1', ani: '+12125550123', talkMs: 120_000 });
    expect(api.store.ledger.balanceOf(`buyer:${buyer as BuyerId}`)).toBe(statement.closingMicros);
  });

  it('of a publisher says what is owed to it, without the price, the buyer or the whole number of the caller', async () => {
    const { api, publisher } = await withAccounts();
    const response = await api.request('GET', path(publisher));
    expect(response.json()).toMatchObject({
      timezone: 'UTC',
      closingMicros: 15_000_000,
      lines: [{ kind: 'payout', amountMicros: 15_000_000, ani: '***0123' }],
    });
    expect(response.body).not.toMatch(/byr_|30000000|2125550123/);
  });

  it('reads dates in the zone asked for or else the buyer’s, the last one not counted in', async () => {
    const { api, buyer } = await withAccounts();
    const read = async (query: string): Promise<Json> => api.expect(200, 'GET', path(buyer, query));
    expect(await read('?from=2026-11-22&to=2026-11-23')).toMatchObject({
      from: '2026-11-22T05:00:00.000Z',
      to: '2026-11-23T05:00:00.000Z',
      openingMicros: 20_000_000,
      lines: [{ kind: 'payment' }],
      closingMicros: 15_000_000,
    });
    expect(await read('?to=2026-11-22')).toMatchObject({ closingMicros: 20_000_000 });
    expect(await read('?from=2026-11-22&timezone=Asia/Kolkata')).toMatchObject({ from: '2026-11-21T18:30:00.000Z' });
    expect(await read('?to=2026-11-21T15:00:00Z')).toMatchObject({ closingMicros: 30_000_000 });
    expect(await read('?to=2026-11-21T15:00:00.001Z')).toMatchObject({ closingMicros: 20_000_000 });
  });

  it('as CSV opens, lists and closes, its amounts adding up, and no cell is a formula', async () => {
    const { api, buyer } = await withAccounts();
    const response = await api.request('GET', path(buyer), undefined, { accept: 'text/csv' });
    expect(response.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="statement-${buyer}.csv"`,
      vary: expect.stringContaining('Accept') as string,
    });
    const rows = response.body.trimEnd().split('\r\n');
    expect(rows[0]).toMatch(/^at,kind,callId,/);
    const cells = rows.slice(1).map((row) => row.split(','));
    expect(cells.map(([, kind]) => kind)).toEqual([
      'opening-balance',
      'charge',
      'adjustment',
      'adjustment',
      'payment',
      'closing-balance',
    ]);
    const micros = cells.map((row) => Number(row[7]));
    expect(micros.slice(0, -1).reduce((sum, amount) => sum + amount, 0)).toBe(micros.at(-1));
    expect(cells.map((row) => row[8])).toEqual(['0.00', '30.00', '-30.00', '20.00', '-5.00', '15.00']);
    expect(rows[3]).toContain(",'=1+1,");
    expect(rows[2]).toContain(',+12125550123,');
    expect(rows[5]).toContain(',"Wire ""7""",');
  });

  it('as a page has the same figures, in local time, and nothing in it is markup', async () => {
    const { api, buyer } = await withAccounts('<b>Acme</b> & "Sons"');
    const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const response = await api.request('GET', path(buyer, '?from=2026-11-01'), undefined, browser);
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(response.body).toContain('Statement of &#60;b&#62;Acme&#60;/b&#62; &#38; &#34;Sons&#34;');
    expect(response.body).not.toContain('<b>');
    expect(response.body).toContain('Nov 1, 2026, 12:00:00');
    for (const figure of ['30.00', '-30.00', '20.00', '-5.00', '15.00', '2:00.000']) {
      expect(response.body).toContain(`>${figure}</td>`);
    }
    expect(response.headers['content-security-policy']).toContain("default-src 'self'");
  });

  it('on paper says each balance once: on every sheet there are only the names of the columns', async () => {
    const { api, buyer } = await withAccounts();
    const { body } = await api.request('GET', path(buyer), undefined, { accept: 'text/html' });
    const [repeated] = /<thead>.*<\/thead>/s.exec(body) ?? [];
    expect(repeated?.match(/<tr>/g)).toHaveLength(1);
    expect(repeated).not.toContain('<td');
    expect(body).not.toMatch(/<tfoot|table-(?:header|footer)-group/);
    const rows = Array.from(body.matchAll(/<tr><t[hd][^>]*>([^<]*)/g), ([, first]) => first);
    expect([rows[1], rows.at(-1)]).toEqual(['Opening balance', 'Closing balance']);
  });

  it.each([
    ['?from=yesterday', '/from'],
    ['?from=2026-02-30', '/from'],
    ['?to=2026-11-21T14:00:00', '/to'],
    ['?from=2026-11-22&to=2026-11-21', '/to'],
    ['?timezone=Mars/Olympus', '/timezone'],
    ['?timezone=%2B05:00', '/timezone'],
    ['?month=11', '/month'],
  ])('with %s is refused at %s', async (query, at) => {
    const { api, buyer } = await withAccounts();
    expect((await api.expect(422, 'GET', path(buyer, query))).errors[0].path).toBe(at);
  });

  it('of nobody is 404; of another account, with the key of a buyer or publisher, 403', async () => {
    const { api, buyer, publisher } = await withAccounts();
    await api.expect(404, 'GET', path('byr_none'));
    await api.expect(404, 'GET', path('pub_none'));
    const asBuyer = { authorization: `Bearer ${await api.keyFor(`buyer:${buyer as BuyerId}`)}` };
    const asPublisher = { authorization: `Bearer ${await api.keyFor(`publisher:${publisher as PublisherId}`)}` };
    await api.expect(200, 'GET', path(buyer), undefined, asBuyer);
    await api.expect(200, 'GET', path(publisher), undefined, asPublisher);
    for (const [id, headers] of [
      [publisher, asBuyer],
      ['byr_none', asBuyer],
      [buyer, asPublisher],
      ['pub_none', asPublisher],
    ] as const) {
      expect(await api.expect(403, 'GET', path(id), undefined, headers)).toMatchObject({ code: 'forbidden' });
    }
  });
});
