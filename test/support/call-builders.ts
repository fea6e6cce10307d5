import type { Terms } from '../../src/domain/billing/terms.ts';
import type { DialPolicy } from '../../src/domain/call/admission-plan.ts';
import type { CallFacts } from '../../src/domain/call/call-facts.ts';
import type { DialAddress, DialTarget } from '../../src/domain/call/dial-target.ts';
import type { Moment } from '../../src/domain/call/moment.ts';
import type { AttemptId, BuyerId, CallId, CampaignId, DestinationId, RouteId, TrunkId } from '../../src/domain/ids.ts';
import type { E164 } from '../../src/domain/numbers/e164.ts';
import type { RouteDecision } from '../../src/domain/routing/route-decision.ts';
import type { EpochMs, IsoInstant, MonoMs } from '../../src/domain/time.ts';

const START = Date.parse('2026-11-21T15:00:00.000Z');

/** The instant `ms` after a fixed beginning, on both clocks. */
export function at(ms: number): Moment {
  return { wall: (START + ms) as EpochMs, mono: ms as MonoMs };
}

function someTerms(changes: Partial<Terms> = {}): Terms {
  return {
    priceMicros: 25_000_000,
    minTalkS: 60,
    tiers: [],
    duplicates: { windowDays: 0, scope: 'campaign', trigger: 'billable', routing: 'allow' },
    test: false,
    payout: null,
    ...changes,
  };
}

/** A target named by a letter, with as many addresses as asked for. */
export function someTarget(name: string, addresses = 1): DialTarget {
  const address = (index: number): DialAddress => ({
    uri: `sip:${name}@127.0.0.1:${6_000 + index}`,
    nextHop: null,
    fromUser: null,
    digest: null,
    gateway: null,
    trusted: false,
    barred: false,
  });
  return {
    reservationId: `res_${name}` as AttemptId,
    routeId: `rte_${name}` as RouteId,
    destinationId: `dst_${name}` as DestinationId,
    buyerId: `byr_${name}` as BuyerId,
    addresses: [address(0), ...Array.from({ length: addresses - 1 }, (_, index) => address(index + 1))],
    ringTimeoutS: 25,
    terms: someTerms(),
    screening: null,
  };
}

export const somePolicy: DialPolicy = {
  simultaneous: false,
  maxAttempts: 5,
  setupBudgetS: 90,
  maxCallS: 7_200,
  audio: { media: 'direct', ringback: null, record: false },
};

export const someDecision: RouteDecision = {
  seed: 1,
  snapshotVersion: 1,
  at: '2026-11-21T15:00:00.000Z' as IsoInstant,
  location: { source: 'none', country: null, state: null, zip: null, npa: null, npaNxx: null, timezone: null },
  candidates: [],
};

export function someFacts(): CallFacts {
  return {
    origin: {
      callId: 'call_1' as CallId,
      trunkId: 'trk_1' as TrunkId,
      did: '+14155550100' as E164,
      dnis: '4155550100',
      ani: '+12125550123' as E164,
      callerName: null,
      campaignId: 'cmp_1' as CampaignId,
      publisherId: null,
      location: null,
      attestation: null,
      receivedAt: at(0),
    },
    screenedAt: null,
    inquiry: null,
    answeredAt: null,
    recordingId: null,
    decision: null,
    attempts: [],
  };
}
