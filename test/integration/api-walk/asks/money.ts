import type { BuyerId, PublisherId } from '../../../../src/domain/ids.ts';
import type { Ask, WalkStage } from '../walk-stage.ts';
import type { AskTable, HowToAsk } from './ask-table.ts';

/** A buyer or publisher with a call in its account. */
async function account(stage: WalkStage, kind: 'buyers' | 'publishers'): Promise<Ask> {
  const { id } = await stage.samples.create(kind);
  await stage.settledCall(kind === 'buyers' ? { buyerId: id as BuyerId } : { publisherId: id as PublisherId });
  return { params: { id } };
}

/** As each of these content types. */
function as(types: readonly string[], how: HowToAsk): HowToAsk[] {
  return types.map((accept) => async (stage) => ({ ...(await how(stage)), headers: { accept } }));
}

const TABLES = ['application/json', 'text/csv'];
const PAPERS = [...TABLES, 'text/html'];

/** An end of books that is later with each. */
function closing(stage: WalkStage): { readonly before: string } {
  return { before: new Date(Date.UTC(2026, 8, stage.next())).toISOString() };
}

/** What is owed, was paid, and is counted. */
export const MONEY: AskTable = {
  'POST /v1/buyers/{id}/payments': [
    async ({ samples }) => ({
      params: { id: (await samples.create('buyers')).id },
      body: { amountMicros: 250_000_000, note: 'Wire 4711' },
    }),
  ],
  'GET /v1/buyers/{id}/statement': as(PAPERS, (stage) => account(stage, 'buyers')),
  'GET /v1/publishers/{id}/statement': as(PAPERS, (stage) => account(stage, 'publishers')),
  'GET /v1/ledger': [async (stage) => (await stage.settledCall(), { query: '?limit=1' })],
  'GET /v1/ledger/close': [
    () => ({}),
    async (stage) => {
      await stage.api.expect(201, 'POST', '/v1/ledger/close', closing(stage));
      return {};
    },
  ],
  'POST /v1/ledger/close': [
    (stage) => ({ body: closing(stage) }),
    async (stage) => {
      const body = closing(stage);
      await stage.api.expect(201, 'POST', '/v1/ledger/close', body);
      return { body };
    },
  ],
  'GET /v1/reports/summary': as(TABLES, async (stage) => {
    await stage.settledCall();
    return { query: '?groupBy=day&timezone=America/New_York' };
  }),
  'GET /v1/reports/dispositions': as(TABLES, async (stage) => {
    await stage.settledCall();
    return { query: '?groupBy=buyer' };
  }),
  'GET /v1/reports/live': [
    async (stage) => {
      stage.liveCall();
      await stage.settledCall();
      return {};
    },
  ],
};
