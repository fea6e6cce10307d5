import type { Ask, WalkStage } from '../walk-stage.ts';
import { asPatch, type AskTable, type HowToAsk } from './ask-table.ts';

interface OfOne extends Ask {
  readonly params: { readonly id: string };
}

const CHANGE = { party: 'buyer', amountMicros: -10_000_000, reason: 'Asked for a plumber' };
const REASON = { reason: 'Wrong number' };

/** What somebody reports of a call after it. */
export function saleOf(callId: string) {
  return { callId, externalId: `order of ${callId}`, valueMicros: 8_400_000_000 };
}

/** A call that was billed and paid for. */
export async function settled(stage: WalkStage): Promise<OfOne> {
  return { params: { id: await stage.settledCall() } };
}

/** A call with a recording. */
export async function recorded(stage: WalkStage): Promise<OfOne> {
  return { params: { id: await stage.recordedCall() } };
}

/** A call that has beside its record all that there can be. */
async function busy(stage: WalkStage): Promise<OfOne> {
  const id = await stage.recordedCall();
  await stage.api.expect(201, 'POST', `/v1/calls/${id}/adjustments`, CHANGE);
  await stage.api.expect(200, 'PATCH', `/v1/calls/${id}/disposition`, { value: 'booked', note: 'Monday' });
  await stage.api.expect(201, 'POST', '/v1/conversions', saleOf(id));
  return { params: { id } };
}

/** A refund that the rules of a campaign propose. */
export async function proposed(stage: WalkStage): Promise<OfOne> {
  const campaign = await stage.samples.create('campaigns', { reviewRules: { spam: 'propose-refund' } });
  const id = await stage.settledCall({ campaignId: campaign.id });
  const { openProposalId } = await stage.api.expect(200, 'PATCH', `/v1/calls/${id}/disposition`, { value: 'spam' });
  return { params: { id: openProposalId } };
}

/** An erasure of one call. */
async function erased(stage: WalkStage): Promise<OfOne> {
  const callId = await stage.settledCall();
  return { params: { id: (await stage.api.expect(201, 'POST', '/v1/erasures', { callId })).id } };
}

/** What is decided of a call: for the first time, and by a second click. */
function decided(verb: string, body: object, fields: Parameters<WalkStage['settledCall']>[0] = {}): HowToAsk[] {
  const first = async (stage: WalkStage): Promise<OfOne> => {
    return { params: { id: await stage.settledCall(fields) }, body };
  };
  const second = async (stage: WalkStage): Promise<OfOne> => {
    const ask = await first(stage);
    await stage.send({ method: 'POST', path: `/v1/calls/{id}/${verb}` }, ask);
    return ask;
  };
  return [first, second];
}

/** Records of calls, and what people do about them. */
export const CALLS: AskTable = {
  'GET /v1/calls': [async (stage) => (await busy(stage), { query: '?limit=1' })],
  'GET /v1/calls/{id}': [busy],
  'GET /v1/calls/{id}/disposition': [busy],
  'PATCH /v1/calls/{id}/disposition': asPatch(async (stage) => ({
    ...(await settled(stage)),
    body: { value: 'spam' },
  })),
  'POST /v1/calls/{id}/adjustments': decided('adjustments', CHANGE),
  'POST /v1/calls/{id}/refund': decided('refund', REASON),
  'POST /v1/calls/{id}/bill': decided('bill', REASON, { estimated: true }),
  'GET /v1/calls/{id}/recording': [
    recorded,
    async (stage) => ({ ...(await recorded(stage)), headers: { range: 'bytes=100-' } }),
  ],
  'DELETE /v1/calls/{id}/recording': [recorded],
  'GET /v1/adjustment-proposals': [async (stage) => (await proposed(stage), { query: '?limit=1' })],
  'POST /v1/adjustment-proposals/{id}/confirm': [async (stage) => ({ ...(await proposed(stage)), body: REASON })],
  'POST /v1/adjustment-proposals/{id}/dismiss': [async (stage) => ({ ...(await proposed(stage)), body: REASON })],
  'POST /v1/erasures': [
    async (stage) => ({ body: { callId: await stage.recordedCall(), note: 'Ticket 4711' } }),
    async (stage) => ({ body: { callId: await stage.settledCall(), dryRun: true } }),
  ],
  'GET /v1/erasures': [async (stage) => (await erased(stage), { query: '?limit=1' })],
  'GET /v1/erasures/{id}': [erased],
  'GET /v1/review-queue': [async (stage) => (await settled(stage), { query: '?limit=1' })],
  'POST /v1/conversions': [
    async (stage) => ({ body: saleOf(await stage.settledCall()) }),
    async (stage) => {
      const body = saleOf(await stage.settledCall());
      await stage.api.expect(201, 'POST', '/v1/conversions', body);
      return { body };
    },
  ],
};
