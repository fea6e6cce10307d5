import type { Json, RestClient } from './rest-client.ts';

/** A DID that is provisioned unless a test says otherwise. */
export const DID = '+14155550100';

/** What one destination of the sample campaign is to be. */
export interface SampleDestination {
  readonly name: string;
  readonly uri: string;
  readonly ringTimeoutS?: number;
  readonly caps?: Json;
  readonly buyerCaps?: Json;
  /** Further fields of the destination: trunkId … */
  readonly destination?: Json;
  /** Further fields of the route: priority, areaId, scheduleId, caps … */
  readonly route?: Json;
}

/** The ids of what was provisioned, by the destinations' names. */
export interface Provisioned {
  readonly trunkId: string;
  readonly campaignId: string;
  readonly publisherId: string;
  readonly destinationIds: Readonly<Record<string, string>>;
  readonly routeIds: Readonly<Record<string, string>>;
  readonly buyerIds: Readonly<Record<string, string>>;
}

/** Provisions a loopback trunk, a campaign with a DID, and a buyer and route for each destination, through the API. */
export async function provision(
  product: RestClient,
  destinations: readonly SampleDestination[],
  options: { campaign?: Json; trunk?: Json; publisher?: Json; did?: Json } = {},
): Promise<Provisioned> {
  const trunk = await product.post('/trunks', { name: 'Loopback', sources: ['127.0.0.1/32'], ...options.trunk });
  const campaign = await product.post('/campaigns', {
    name: 'Roofing',
    status: 'live',
    minTalkS: 0,
    priceMicros: 25_000_000,
    ...options.campaign,
  });
  const publisher = await product.post('/publishers', {
    name: 'Site owner',
    payout: { kind: 'percent', percent: 60 },
    ...options.publisher,
  });
  await product.post('/dids', { number: DID, campaignId: campaign.id, publisherId: publisher.id, ...options.did });
  const ids = { destinationIds: {}, routeIds: {}, buyerIds: {} } as Record<string, Record<string, string>>;
  for (const [
    index,
    { name, uri, ringTimeoutS, caps, buyerCaps, destination: further, route },
  ] of destinations.entries()) {
    const buyer = await product.post('/buyers', {
      name: `Buyer ${name}`,
      timezone: 'America/New_York',
      ...(buyerCaps ? { caps: buyerCaps } : {}),
    });
    const destination = await product.post('/destinations', {
      buyerId: buyer.id,
      name,
      uri,
      ...(ringTimeoutS === undefined ? {} : { ringTimeoutS }),
      ...(caps ? { caps } : {}),
      ...further,
    });
    const made = await product.post('/routes', {
      campaignId: campaign.id,
      destinationId: destination.id,
      priority: index + 1,
      ...route,
    });
    ids['buyerIds']![name] = buyer.id;
    ids['destinationIds']![name] = destination.id;
    ids['routeIds']![name] = made.id;
  }
  return {
    trunkId: trunk.id,
    campaignId: campaign.id,
    publisherId: publisher.id,
    ...(ids as Pick<Provisioned, 'destinationIds' | 'routeIds' | 'buyerIds'>),
  };
}
