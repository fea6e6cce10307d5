import type { Store } from '../../../../src/store/open-store.ts';
import type { WalkStage } from '../walk-stage.ts';
import { asPatch, type AskTable } from './ask-table.ts';

const BODY = { url: 'https://example.com/hook', events: ['call.received', 'call.settled'] };

/** Takes all webhooks away: there may be so many, and no more. */
export async function roomForAll({ webhooks }: Store): Promise<void> {
  const { data } = await webhooks.list({ limit: 500 });
  for (const { id } of data) await webhooks.remove(id, () => undefined);
}

/** A webhook, the only one. */
async function webhook({ api }: WalkStage): Promise<{ readonly params: { readonly id: string } }> {
  await roomForAll(api.store);
  return { params: { id: (await api.expect(201, 'POST', '/v1/webhooks', BODY)).id } };
}

/** A webhook with something to deliver. */
async function delivery(
  stage: WalkStage,
): Promise<{ readonly params: { readonly id: string; readonly deliveryId: string } }> {
  const { id } = (await webhook(stage)).params;
  await stage.settledCall();
  const { data } = await stage.api.expect(200, 'GET', `/v1/webhooks/${id}/deliveries`);
  return { params: { id, deliveryId: data[0].id } };
}

/** Who is told of calls, and what they were told. */
export const WEBHOOKS: AskTable = {
  'POST /v1/webhooks': [async ({ api }) => (await roomForAll(api.store), { body: BODY })],
  'GET /v1/webhooks': [async (stage) => (await webhook(stage), { query: '?limit=1' })],
  'GET /v1/webhooks/{id}': [webhook],
  'PATCH /v1/webhooks/{id}': asPatch(async (stage) => ({ ...(await webhook(stage)), body: { enabled: false } })),
  'DELETE /v1/webhooks/{id}': [webhook],
  'POST /v1/webhooks/{id}/rotate-secret': [async (stage) => ({ ...(await webhook(stage)), body: {} })],
  'POST /v1/webhooks/{id}/test': [webhook],
  'GET /v1/webhooks/{id}/deliveries': [
    async (stage) => ({ params: { id: (await delivery(stage)).params.id }, query: '?limit=1' }),
  ],
  'GET /v1/webhooks/{id}/deliveries/{deliveryId}': [delivery],
  'POST /v1/webhooks/{id}/deliveries/{deliveryId}/replay': [delivery],
  'POST /v1/webhooks/{id}/replay': [
    async (stage) => ({
      params: { id: (await delivery(stage)).params.id },
      body: { from: '2026-11-21T00:00:00Z', to: '2026-11-22T00:00:00Z' },
    }),
  ],
};
