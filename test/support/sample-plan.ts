import type { Campaign } from '../../src/domain/plan/campaign.ts';
import type { Did } from '../../src/domain/plan/did.ts';
import type { Buyer, Destination, Publisher } from '../../src/domain/plan/party.ts';
import type { Route } from '../../src/domain/plan/route.ts';
import type { Trunk } from '../../src/domain/plan/trunk.ts';
import type { BuyerId, CampaignId, DestinationId } from '../../src/domain/ids.ts';
import type { E164 } from '../../src/domain/numbers/e164.ts';

type Fields<Resource> = Omit<Resource, 'id'>;

/** Resources as an operator would post them, with what a test cares about put in. */
export const sample = {
  trunk: (fields: Partial<Fields<Trunk>> = {}): Fields<Trunk> => ({
    name: 'Carrier',
    sources: ['127.0.0.1/32'],
    gateways: [],
    challengeInbound: false,
    trustIdentity: false,
    numberFormat: 'e164',
    enabled: true,
    ...fields,
  }),

  campaign: (fields: Partial<Fields<Campaign>> = {}): Fields<Campaign> => ({
    name: 'Roofing',
    status: 'live',
    minTalkS: 60,
    priceMicros: 30_000_000,
    tiers: [],
    duplicates: { windowDays: 30, scope: 'campaign', trigger: 'billable', routing: 'allow' },
    order: 'weight',
    simultaneous: false,
    maxAttempts: 3,
    setupBudgetS: 60,
    media: 'auto',
    record: false,
    prompts: {},
    afterHours: { action: 'reject' },
    screening: { anonymous: 'allow' },
    maxCallS: 7200,
    ...fields,
  }),

  buyer: (fields: Partial<Fields<Buyer>> = {}): Fields<Buyer> => ({
    name: 'Acme Roofing',
    timezone: 'America/New_York',
    status: 'active',
    caps: {},
    prepaid: false,
    ...fields,
  }),

  publisher: (fields: Partial<Fields<Publisher>> = {}): Fields<Publisher> => ({
    name: 'Site owner',
    payout: { kind: 'percent', percent: 70 },
    caps: {},
    ...fields,
  }),

  destination: (buyerId: BuyerId, fields: Partial<Fields<Destination>> = {}): Fields<Destination> => ({
    buyerId,
    name: 'Front desk',
    uri: 'sip:desk@127.0.0.1:5070',
    ringTimeoutS: 25,
    caps: {},
    enabled: true,
    ...fields,
  }),

  route: (
    campaignId: CampaignId,
    destinationId: DestinationId,
    fields: Partial<Fields<Route>> = {},
  ): Fields<Route> => ({
    campaignId,
    destinationId,
    priority: 1,
    weight: 100,
    caps: {},
    enabled: true,
    ...fields,
  }),

  did: (campaignId: CampaignId, fields: Partial<Fields<Did>> = {}): Fields<Did> => ({
    campaignId,
    number: '+14155550100' as E164,
    enabled: true,
    ...fields,
  }),
};
