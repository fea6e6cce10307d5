import type { RestClient } from './rest-client.ts';

/** The numbers consumers call in the demo. */
export const ROOFING_DID = '+14155550100';
export const LEGAL_DID = '+14155550200';
export const SOLAR_DID = '+14155550300';

/** Talk that the roofing buyers pay for, in seconds: short, so that the demo is. */
export const MIN_TALK_S = 2;

/** Names of everything in the plan, by id, so that reports can speak of people and not of ids. */
export type Names = ReadonlyMap<string, string>;

/** Sets up three campaigns with two buyers, the way an operator would: one POST each. */
export async function provision(
  rest: RestClient,
  phones: { readonly bay: string; readonly gate: string },
): Promise<Names> {
  const names = new Map<string, string>();
  const make = async (path: string, name: string, body: object): Promise<string> => {
    const { id } = await rest.post(path, body);
    names.set(id, name);
    return id;
  };
  await make('/trunks', 'Demo Carrier', { name: 'Demo Carrier', sources: ['127.0.0.1/32'] });
  const publisherId = await make('/publishers', 'roofers-near-me.example', {
    name: 'roofers-near-me.example',
    payout: { kind: 'percent', percent: 60 },
  });
  const california = await make('/areas', 'California', { name: 'California', include: [{ state: 'CA' }] });
  const closedToday = await make('/schedules', 'Office hours', {
    name: 'Office hours',
    timezone: 'America/Los_Angeles',
    weekly: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [['09:00', '17:00']]])),
    exceptions: [{ date: today('America/Los_Angeles'), closed: true }],
  });

  const roofing = await make('/campaigns', 'Roofing', {
    name: 'Roofing',
    status: 'live',
    minTalkS: MIN_TALK_S,
    priceMicros: 25_000_000,
  });
  const legal = await make('/campaigns', 'Legal', {
    name: 'Legal',
    status: 'live',
    minTalkS: 60,
    priceMicros: 80_000_000,
  });
  // Callers are told that they are recorded, the buyer hears a whisper and takes the call with a key.
  const solar = await make('/campaigns', 'Solar', {
    name: 'Solar',
    status: 'live',
    minTalkS: MIN_TALK_S,
    priceMicros: 40_000_000,
    record: true,
    prompts: { consent: 'prm_default-consent' },
  });
  await make('/dids', ROOFING_DID, { number: ROOFING_DID, campaignId: roofing, publisherId });
  await make('/dids', SOLAR_DID, { number: SOLAR_DID, campaignId: solar, publisherId });
  await make('/dids', LEGAL_DID, { number: LEGAL_DID, campaignId: legal, publisherId });

  const buyer = (name: string): Promise<string> => make('/buyers', name, { name, timezone: 'America/Los_Angeles' });
  const destination = (buyerId: string, name: string, uri: string, fields = {}): Promise<string> =>
    make('/destinations', name, { buyerId, name, uri, ringTimeoutS: 5, ...fields });
  const bay = await destination(await buyer('Bay Roofers'), 'Bay Roofers', phones.bay);
  const goldenGate = await buyer('Golden Gate Roofing');
  const gate = await destination(goldenGate, 'Golden Gate Roofing', phones.gate);
  const asked = await destination(goldenGate, 'Golden Gate Solar', phones.gate, {
    whisper: 'prm_default-whisper',
    acceptDigit: '1',
  });
  const route = (body: { name: string; campaignId: string; destinationId: string } & Record<string, unknown>) => {
    const { name, ...fields } = body;
    return make('/routes', name, fields);
  };
  await route({ name: 'Bay Roofers', campaignId: roofing, destinationId: bay, areaId: california, priority: 1 });
  await route({
    name: 'Golden Gate Roofing',
    campaignId: roofing,
    destinationId: gate,
    areaId: california,
    priority: 2,
    priceMicros: 18_000_000,
  });
  await route({ name: 'Golden Gate Solar', campaignId: solar, destinationId: asked });
  await route({ name: 'Golden Gate Roofing', campaignId: legal, destinationId: gate, scheduleId: closedToday });
  return names;
}

/** Today's date in a zone, `2026-11-21`. */
function today(timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date());
}
