import type { OpenCall, Reservation } from '../../src/calls/ports/call-store.ts';
import type { Terms } from '../../src/domain/billing/terms.ts';
import type { AdmissionPlan } from '../../src/domain/call/admission-plan.ts';
import type { Cdr } from '../../src/domain/call/cdr.ts';
import type { AttemptId, BuyerId, CallId, CampaignId, DestinationId, RouteId, TrunkId } from '../../src/domain/ids.ts';
import type { Ani, E164 } from '../../src/domain/numbers/e164.ts';
import { toIso, type EpochMs } from '../../src/domain/time.ts';

/** 2026-11-21T14:00:00Z, a Saturday morning in New York. */
export const SAMPLE_INSTANT = Date.UTC(2026, 10, 21, 14) as EpochMs;

/** Terms that pay $30 from a minute on, and nothing to nobody else. */
export const SAMPLE_TERMS: Terms = {
  priceMicros: 30_000_000,
  minTalkS: 60,
  tiers: [],
  duplicates: { windowDays: 0, scope: 'campaign', trigger: 'billable', routing: 'allow' },
  test: false,
  payout: null,
};

/** A refusal, for tests that don't care what was planned. */
export const SAMPLE_PLAN: AdmissionPlan = {
  kind: 'refuse',
  outcome: 'no-route',
  sipStatus: 480,
  cause: 'no-route',
  decision: null,
  announce: null,
};

/** A CDR whose caller nobody has erased. */
type WholeCdr = Cdr & { readonly ani: Ani };

/** The CDR of a call that has just been admitted. */
export function draftCdr(id: string, fields: Partial<Cdr> = {}): WholeCdr {
  const cdr: Cdr = {
    id: id as CallId,
    did: '+14155550100' as E164,
    dnis: '4155550100',
    ani: '+12125550123' as Ani,
    callerName: null,
    trunkId: 'trk_1' as TrunkId,
    campaignId: 'cmp_1' as CampaignId,
    publisherId: null,
    receivedAt: toIso(SAMPLE_INSTANT),
    screenedAt: null,
    answeredAt: null,
    connectedAt: null,
    endedAt: null,
    setupMs: null,
    pddMs: null,
    ringMs: null,
    ivrMs: null,
    talkMs: 0,
    outcome: null,
    sipStatus: null,
    hangupBy: null,
    hangupCause: null,
    buyerId: null,
    destinationId: null,
    routeId: null,
    location: null,
    attestation: null,
    terms: null,
    buyerVerdict: null,
    publisherVerdict: null,
    estimated: false,
    recordingId: null,
    attempts: [],
    decision: null,
    ...fields,
  };
  return cdr as WholeCdr;
}

/** The CDR of a call that two minutes of talk have ended, its verdicts still to be judged. */
export function endedCdr(id: string, fields: Partial<Cdr> = {}): WholeCdr {
  const received = fields.receivedAt === undefined ? SAMPLE_INSTANT : Date.parse(fields.receivedAt);
  const connected = fields.connectedAt === undefined ? received + 5_000 : Date.parse(fields.connectedAt ?? '');
  const at = (ms: number) => toIso(ms as EpochMs);
  return draftCdr(id, {
    ...(fields.connectedAt === null ? {} : { answeredAt: at(connected), connectedAt: at(connected) }),
    endedAt: at((fields.connectedAt === null ? received : connected) + 120_000),
    talkMs: fields.connectedAt === null ? 0 : 120_000,
    outcome: fields.connectedAt === null ? 'abandoned' : 'connected',
    sipStatus: fields.connectedAt === null ? 487 : 200,
    hangupBy: 'caller',
    hangupCause: 'caller-hung-up',
    buyerId: 'byr_1' as BuyerId,
    destinationId: 'dst_1' as DestinationId,
    routeId: 'rte_1' as RouteId,
    terms: SAMPLE_TERMS,
    ...fields,
  });
}

/** What the store is told of a call it admits, in agreement with its draft. */
export function openCallOf(draft: Cdr): OpenCall {
  const { id, trunkId, did, dnis, ani, receivedAt } = draft as WholeCdr;
  const sipCallId = `${id}@127.0.0.1`;
  return { id, trunkId, did, dnis, ani, sipCallId, receivedAt: Date.parse(receivedAt) as EpochMs, draft };
}

/** A place on `rte_1` → `dst_1` → `byr_1`. */
export function samplePlace(attemptId: string, fields: Partial<Reservation> = {}): Reservation {
  const terms = fields.terms ?? SAMPLE_TERMS;
  return {
    attemptId: attemptId as AttemptId,
    routeId: 'rte_1' as RouteId,
    destinationId: 'dst_1' as DestinationId,
    buyerId: 'byr_1' as BuyerId,
    pendingMicros: terms.priceMicros,
    terms,
    ...fields,
  };
}
