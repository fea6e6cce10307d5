import { AppError } from '../../../../src/domain/app-error.ts';
import type { RouteId } from '../../../../src/domain/ids.ts';
import type { E164 } from '../../../../src/domain/numbers/e164.ts';
import { MOST_WEBHOOKS } from '../../../../src/domain/webhooks/webhook.ts';
import { admitCall } from '../../../support/settle-call.ts';
import { addWebhook } from '../../../support/webhook-samples.ts';
import type { HowToAsk } from '../asks/ask-table.ts';
import { proposed, recorded, saleOf, settled } from '../asks/calls.ts';
import { onePrompt } from '../asks/prompts-and-plans.ts';
import { roomForAll } from '../asks/webhooks.ts';
import type { Ask, WalkStage } from '../walk-stage.ts';
import type { RefusalTable } from './refusal-table.ts';

const REASON = { reason: 'Wrong number' };
const BUILT_IN = { params: { id: 'prm_default-greeting' } };
const BEYOND_ITS_END = { headers: { range: 'bytes=99999999-' } };

/** What has to be brought about for an operation to refuse so, all that `DERIVED` can't know. */
export const SPECIAL: RefusalTable = {
  'GET /healthz': { 'not-ready': ({ deps }) => without(deps.replace('health.live', () => false)) },
  'GET /readyz': {
    'not-ready': ({ deps }) => {
      const checks = { sip: 'failing', store: 'ok', media: 'unused' };
      return without(deps.replace('health.ready', () => ({ ready: false, checks })));
    },
  },

  ...Object.fromEntries(
    Object.entries(namedBy()).map(([kind, how]) => [`DELETE /v1/${kind}/{id}`, { 'in-use': how } as const]),
  ),
  'POST /v1/dids': { duplicate: async ({ samples }) => ({ body: await takenNumber(samples) }) },
  'PATCH /v1/dids/{id}': {
    async duplicate({ samples }) {
      const { number } = await takenNumber(samples);
      return { params: { id: (await samples.create('dids')).id }, body: { number } };
    },
  },

  'DELETE /v1/api-keys/{id}': {
    async 'wrong-state'({ api }) {
      const secret = 'a-secret-from-the-environment-of-32-characters';
      const { id } = await api.store.keys.ensure({ name: 'TOLLGATE_ADMIN_KEY', role: 'admin', secret });
      return { params: { id } };
    },
  },
  'PATCH /v1/prompts/{id}': { 'wrong-state': () => ({ ...BUILT_IN, body: { name: 'Mine' } }) },
  'DELETE /v1/prompts/{id}': {
    'wrong-state': () => BUILT_IN,
    async 'in-use'(stage) {
      const ask = await onePrompt(stage);
      await stage.samples.create('campaigns', { prompts: { greeting: ask.params.id } });
      return ask;
    },
  },
  'GET /v1/prompts/{id}/audio': {
    'range-not-satisfiable': async (stage) => ({ ...(await onePrompt(stage)), ...BEYOND_ITS_END }),
  },
  'POST /v1/import': importRefusals({ body: { buyers: [] } }),
  'POST /v1/import/{collection}': importRefusals({
    params: { collection: 'buyers' },
    body: 'name\r\n',
    headers: { 'content-type': 'text/csv' },
  }),

  'GET /v1/calls': {
    forbidden: async (stage) => ({ query: '?buyerId=byr_other', headers: await stage.keyOf('buyer') }),
  },
  'GET /v1/calls/{id}': { forbidden: callOfAnother },
  'GET /v1/calls/{id}/recording': {
    forbidden: callOfAnother,
    'range-not-satisfiable': async (stage) => ({ ...(await recorded(stage)), ...BEYOND_ITS_END }),
  },
  'GET /v1/reports/summary': {
    forbidden: async (stage) => ({ query: '?buyerId=byr_other', headers: await stage.keyOf('buyer') }),
  },
  'PATCH /v1/calls/{id}/disposition': {
    'wrong-state': async (stage) => ({ ...(await open(stage)), body: { value: 'spam' } }),
  },
  'POST /v1/calls/{id}/adjustments': {
    'wrong-state': async (stage) => ({ ...(await open(stage)), body: { party: 'buyer', amountMicros: 5, ...REASON } }),
  },
  'POST /v1/calls/{id}/refund': { 'wrong-state': async (stage) => ({ ...(await open(stage)), body: REASON }) },
  'POST /v1/calls/{id}/bill': { 'wrong-state': async (stage) => ({ ...(await settled(stage)), body: REASON }) },
  'POST /v1/adjustment-proposals/{id}/confirm': { 'wrong-state': (stage) => decidedProposal(stage, 'dismiss') },
  'POST /v1/adjustment-proposals/{id}/dismiss': { 'wrong-state': (stage) => decidedProposal(stage, 'confirm') },
  'POST /v1/conversions': {
    'not-found': () => ({ body: saleOf('call_none') }),
    async duplicate(stage) {
      const sale = saleOf(await stage.settledCall());
      await stage.api.expect(201, 'POST', '/v1/conversions', sale);
      return { body: { ...sale, valueMicros: 1 } };
    },
  },

  'POST /v1/erasures': { 'not-found': () => ({ body: { callId: 'call_none' } }) },

  'GET /v1/events': { 'too-many-streams': manyStreams },
  'POST /v1/live-calls/{id}/recording/pause': { 'wrong-state': unrecordedCall },
  'POST /v1/live-calls/{id}/recording/resume': { 'wrong-state': unrecordedCall },
  'POST /v1/route-decisions': { 'not-found': () => ({ body: { did: '+14155559999', ani: 'anonymous' } }) },

  'POST /v1/webhooks': {
    async 'wrong-state'({ api }) {
      await roomForAll(api.store);
      for (let made = 0; made < MOST_WEBHOOKS; made += 1) await addWebhook(api.store);
      return { body: { url: 'https://example.com/hook', events: ['call.settled'] } };
    },
  },

  'POST /v1/session': {
    unauthorized: () => ({ body: { apiKey: 'tg_guess' }, withoutKey: true }),
    'too-many-requests': guessedTooOften,
  },
  'DELETE /v1/session': { forbidden: forgedSignOut },
};

/** Nothing is asked but the operation itself. */
function without(_done: void): Ask {
  return {};
}

/** For each kind of thing that others name: one that is named. */
function namedBy(): Readonly<Record<string, HowToAsk>> {
  const naming =
    (kind: string, user: string, changesOf: (id: string) => object): HowToAsk =>
    async ({ samples }) => {
      const { id } = await samples.create(kind);
      await samples.create(user, changesOf(id));
      return { params: { id } };
    };
  return {
    trunks: naming('trunks', 'destinations', (trunkId) => ({ trunkId })),
    campaigns: naming('campaigns', 'dids', (campaignId) => ({ campaignId })),
    publishers: naming('publishers', 'dids', (publisherId) => ({ publisherId })),
    buyers: naming('buyers', 'destinations', (buyerId) => ({ buyerId })),
    destinations: naming('destinations', 'routes', (destinationId) => ({ destinationId })),
    areas: naming('areas', 'routes', (areaId) => ({ areaId })),
    schedules: naming('schedules', 'routes', (scheduleId) => ({ scheduleId })),
    async routes(stage) {
      const { id } = await stage.samples.create('routes');
      await stage.settledCall({ routeId: id as RouteId });
      return { params: { id } };
    },
    async dids(stage) {
      const { id, number } = await stage.samples.create('dids');
      await stage.settledCall({ did: number as E164 });
      return { params: { id } };
    },
  };
}

/** A DID as another has its number. */
async function takenNumber(samples: WalkStage['samples']): Promise<{ readonly number: string }> {
  const { number } = await samples.create('dids');
  return { ...(await samples.body('dids')), number };
}

/** A file without the buyer that a destination needs; and one that comes while others don't stop changing things. */
function importRefusals(file: Ask): RefusalTable[string] {
  const replacing = { ...file, query: '?mode=replace' };
  return {
    async 'in-use'({ samples }) {
      await samples.create('destinations');
      return replacing;
    },
    'version-conflict'({ deps }) {
      deps.replace('resources.changeAll', () => Promise.reject(new AppError('version-conflict', 'It has changed')));
      return file;
    },
  };
}

async function callOfAnother(stage: WalkStage): Promise<Ask> {
  return { ...(await settled(stage)), headers: await stage.keyOf('buyer') };
}

/** A call that has not ended. */
async function open(stage: WalkStage): Promise<Ask> {
  const id = `call_${stage.next()}`;
  await admitCall(stage.api.store, id);
  return { params: { id } };
}

async function decidedProposal(stage: WalkStage, otherwise: 'confirm' | 'dismiss'): Promise<Ask> {
  const ask = await proposed(stage);
  await stage.api.expect(200, 'POST', `/v1/adjustment-proposals/${ask.params.id}/${otherwise}`);
  return ask;
}

/** A live call that nobody records. */
function unrecordedCall(stage: WalkStage): Ask {
  stage.deps.replace('live.pauseRecording', () => Promise.resolve(false));
  return { params: { id: stage.liveCall() } };
}

/** A key that follows as many streams as one may. */
async function manyStreams(stage: WalkStage): Promise<Ask> {
  const headers = await stage.keyOf('viewer');
  for (let open = 0; open < 20; open += 1) {
    await stage.api.app.inject({ url: '/v1/events', headers, payloadAsStream: true });
  }
  return { headers };
}

/** From an address of its own, so that no other is refused for it. */
async function guessedTooOften({ api }: WalkStage): Promise<Ask> {
  const ask = {
    headers: { 'x-forwarded-for': '203.0.113.9' },
    withoutKey: true,
    body: { apiKey: 'tg_guess' },
  } as const;
  for (let guesses = 0; guesses < 100; guesses += 1) {
    await api.app.inject({ method: 'POST', url: '/v1/session', headers: ask.headers, payload: ask.body });
  }
  return ask;
}

/** A session's cookie without the header that no other site can send. */
async function forgedSignOut({ api }: WalkStage): Promise<Ask> {
  const payload = { apiKey: await api.keyFor('viewer') };
  const { headers } = await api.app.inject({ method: 'POST', url: '/v1/session', payload });
  const [cookie = ''] = String(headers['set-cookie']).split(';', 1);
  return { headers: { cookie }, withoutKey: true };
}
