import { provision } from '../../support/provision.ts';
import { ADMIN_KEY, type RestClient } from '../../support/rest-client.ts';
import { toneWav } from '../../support/tone-wav.ts';

/** The campaigns that anchored calls go to, each by a number of its own. */
export const SCENES = {
  /** A greeting before the answer, ringback of the campaign's own, recorded. */
  announced: '+14155550101',
  /** Answered, asked for a ZIP, recorded. */
  asked: '+14155550102',
  /** The buyer hears a whisper and takes the call with a key; recorded. */
  screened: '+14155550103',
  /** Nothing is played: early media of the buyer's. */
  plain: '+14155550104',
  /** Closed; the caller leaves a message. */
  message: '+14155550105',
} as const;

export type Scene = keyof typeof SCENES;

const MANY = 2_000;

/** Provisions a campaign for each scene, all of them with routes to one buyers' phone. */
export async function setScenes(product: RestClient, buyerUri: string): Promise<void> {
  const { campaignId } = await provision(product, [], { did: { number: SCENES.plain } });
  await product.patch(`/campaigns/${campaignId}`, { media: 'anchored' });
  const greeting = await prompt(product, 600, 500);
  const ringback = await prompt(product, 850, 200);
  const question = await prompt(product, 700, 300);
  const whisper = await prompt(product, 1_500, 300);
  const ask = { type: 'collect', prompt: question, as: 'zip', digits: 5, timeoutS: 5, attempts: 1 };
  const campaigns = {
    announced: { prompts: { greeting, ringback }, record: true },
    asked: {
      ivr: { start: 'ask', steps: { ask: { ...ask, next: 'go', onFail: 'go' }, go: { type: 'route' } } },
      record: true,
    },
    screened: { record: true },
    message: { afterHours: { action: 'voicemail', promptId: question } },
  };
  const ids = new Map<Scene, string>([['plain', campaignId]]);
  for (const [scene, fields] of Object.entries(campaigns) as [keyof typeof campaigns, object][]) {
    const campaign = { name: scene, status: 'live', minTalkS: 0, priceMicros: 1_000_000, ...fields };
    const { id } = await product.post('/campaigns', campaign);
    await product.post('/dids', { number: SCENES[scene], campaignId: id });
    ids.set(scene, id);
  }
  const closed = await product.post('/schedules', {
    name: 'Closed',
    timezone: 'America/New_York',
    weekly: { mon: [['03:00', '03:01']] },
    exceptions: [],
  });
  for (const [scene, id] of ids) {
    const buyer = await product.post('/buyers', { name: scene, timezone: 'America/New_York' });
    const destination = await product.post('/destinations', {
      buyerId: buyer.id,
      name: scene,
      uri: buyerUri,
      caps: { concurrent: MANY },
      ...(scene === 'screened' ? { whisper, acceptDigit: '1', acceptTimeoutS: 2 } : {}),
    });
    const schedule = scene === 'message' ? { scheduleId: closed.id } : {};
    await product.post('/routes', { campaignId: id, destinationId: destination.id, ...schedule });
  }
}

/** Uploads a prompt that is one tone; resolves with its id. */
async function prompt(product: RestClient, hz: number, durationMs: number): Promise<string> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(toneWav(hz, durationMs))], { type: 'audio/wav' }), `${hz}.wav`);
  const response = await fetch(`http://${product.http}/v1/prompts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
    body: form,
  });
  if (response.status !== 201) throw new Error(`POST /v1/prompts → ${response.status} ${await response.text()}`);
  return ((await response.json()) as { id: string }).id;
}
