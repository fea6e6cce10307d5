import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import type { Terms } from '../../src/domain/billing/terms.ts';
import type { BuyerId, PublisherId } from '../../src/domain/ids.ts';
import { formatAmount } from '../../src/api/statements/format-amount.ts';
import { startTestApi, type Json } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';
import { SAMPLE_TERMS } from '../support/sample-call.ts';
import { settleCall } from '../support/settle-call.ts';

const PAGE = readFileSync(new URL('../../docs/billing.md', import.meta.url), 'utf8');

/** The rows of the worked example: a step, and three amounts. */
const ROWS = [...PAGE.matchAll(/^\| (.+?) +\| +(-?\d+\.\d+) \| +(-?\d+\.\d+) \| +(-?\d+\.\d+) \|$/gm)].map((row) =>
  row.slice(1),
);

it('docs/billing.md: every figure of the worked example is what the product comes to', async () => {
  const api = await startTestApi();
  const samples = new ApiSamples(api);
  const buyerId = (await samples.create('buyers')).id as BuyerId;
  const publisherId = (await samples.create('publishers')).id as PublisherId;
  const terms: Terms = {
    ...SAMPLE_TERMS,
    priceMicros: 45_000_000,
    minTalkS: 60,
    tiers: [{ minTalkS: 300, priceMicros: 60_000_000 }],
    payout: { kind: 'percent', percent: 62.5 },
  };
  const settle = (id: string, talkMs: number, estimated = false): Promise<unknown> =>
    settleCall(api.store, id, { buyerId, publisherId, terms, talkMs, estimated });
  const post = (path: string, body: object): Promise<unknown> => api.expect(201, 'POST', `/v1/${path}`, body);
  const reason = 'The worked example';
  const steps: readonly (() => Promise<unknown>)[] = [
    () => post(`buyers/${buyerId}/payments`, { amountMicros: 200_000_000 }),
    () => settle('call_1', 317_172),
    () => settle('call_2', 89_999),
    () => settle('call_3', 4_000, true),
    () => post('calls/call_1/adjustments', { party: 'buyer', amountMicros: -10_000_000, reason }),
    () => post('calls/call_2/refund', { reason }),
    () => post('calls/call_3/bill', { talkMs: 95_000, reason }),
  ];
  expect(ROWS).toHaveLength(steps.length);
  const { ledger } = api.store;
  for (const [index, step] of steps.entries()) {
    await step();
    const { data } = await api.expect(200, 'GET', '/v1/calls');
    const margins = data.map(
      ({ currentVerdicts: { buyer, publisher } }: Json) => buyer.amountMicros - publisher.amountMicros,
    );
    const figures = [
      ledger.balanceOf(`buyer:${buyerId}`),
      0 - ledger.balanceOf(`publisher:${publisherId}`),
      margins.reduce((sum: number, margin: number) => sum + margin, 0),
    ] as const;
    expect([ROWS[index]?.[0], ...figures.map(formatAmount)]).toEqual(ROWS[index]);
    expect(figures[0] + 200_000_000).toBe(figures[1] + figures[2]);
  }
  expect(ledger.check().problems).toEqual([]);
});
