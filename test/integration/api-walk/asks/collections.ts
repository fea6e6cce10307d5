import type { KINDS } from '../../../support/api-samples.ts';
import { asPatch, type AskTable, type HowToAsk } from './ask-table.ts';

/** The five operations of each collection, and what some have beside them. */
export const CARRIERS_AND_CALLERS: AskTable = {
  ...asksOf('trunks', 'dids', 'blocklist'),
  'GET /v1/trunks/{id}/gateways': [one('trunks')],
};
export const OFFERS: AskTable = asksOf('campaigns', 'publishers', 'buyers');
export const ROUTING: AskTable = asksOf('destinations', 'routes', 'areas', 'schedules');

function asksOf(...kinds: readonly (typeof KINDS)[number][]): AskTable {
  return Object.fromEntries(kinds.flatMap((kind) => Object.entries(asksOfOne(kind))));
}

function asksOfOne(kind: string): AskTable {
  return {
    [`POST /v1/${kind}`]: [async ({ samples }) => ({ body: await samples.body(kind) })],
    [`GET /v1/${kind}`]: [
      async ({ samples }) => {
        await samples.create(kind);
        await samples.create(kind);
        return { query: '?limit=1' };
      },
    ],
    [`GET /v1/${kind}/{id}`]: [one(kind)],
    [`PATCH /v1/${kind}/{id}`]: asPatch(async (stage) => ({ ...(await one(kind)(stage)), body: { archived: true } })),
    [`DELETE /v1/${kind}/{id}`]: [one(kind)],
  };
}

function one(kind: string): HowToAsk {
  return async ({ samples }) => ({ params: { id: (await samples.create(kind)).id } });
}
