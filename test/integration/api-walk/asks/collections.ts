import { KINDS } from '../../../support/api-samples.ts';
import { asPatch, type AskTable, type HowToAsk } from './ask-table.ts';

/** The five operations that all collections have, and what some have beside them. */
export const COLLECTIONS: AskTable = {
  ...Object.fromEntries(KINDS.flatMap((kind) => Object.entries(asksOf(kind)))),
  'GET /v1/trunks/{id}/gateways': [one('trunks')],
};

function asksOf(kind: string): AskTable {
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
