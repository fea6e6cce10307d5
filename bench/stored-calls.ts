import { judgeCall } from '../src/domain/billing/judge-call.ts';
import type { Terms } from '../src/domain/billing/terms.ts';
import type { Cdr } from '../src/domain/call/cdr.ts';
import type { AttemptId, BuyerId, DestinationId, PublisherId, RouteId } from '../src/domain/ids.ts';
import type { Ani } from '../src/domain/numbers/e164.ts';
import type { CallerLocation } from '../src/domain/numbers/location.ts';
import type { RouteDecision } from '../src/domain/routing/route-decision.ts';
import { CapWindows } from '../src/domain/routing/cap-windows.ts';
import { timeZone } from '../src/domain/routing/time-zone.ts';
import { toIso, type EpochMs, type IsoInstant } from '../src/domain/time.ts';
import type { Store } from '../src/store/open-store.ts';
import {
  draftCdr,
  endedCdr,
  openCallOf,
  SAMPLE_INSTANT,
  SAMPLE_PLAN,
  SAMPLE_TERMS,
  samplePlace,
} from '../test/support/sample-call.ts';

/** The local day of the buyers that the calls are received on. */
const TODAY = new CapWindows(timeZone('America/New_York')).at('daily', SAMPLE_INSTANT);

/** Buyers that take turns, each with one route and one destination. */
const BUYERS = 50;
/** Routes whose caps an admission reads. */
export const ROUTES_READ = 5;

const TERMS: Terms = {
  ...SAMPLE_TERMS,
  duplicates: { windowDays: 30, scope: 'campaign', trigger: 'billable', routing: 'allow' },
  payout: { kind: 'percent', percent: 70 },
};

function partiesOf(n: number) {
  const index = n % BUYERS;
  return {
    routeId: `rte_${index}` as RouteId,
    destinationId: `dst_${index}` as DestinationId,
    buyerId: `byr_${index}` as BuyerId,
  };
}

/** A decision over ten routes, as a campaign of ordinary size makes it. */
const CANDIDATES: RouteDecision['candidates'] = Array.from({ length: 10 }, (_, n) => ({
  routeId: `rte_${n}` as RouteId,
  destinationId: `dst_${n}` as DestinationId,
  verdict: 'rejected',
  reason: 'daily-cap',
  values: { owner: 'buyer', used: 50, cap: 50, resetsAt: '2026-11-22T05:00:00.000Z' },
}));

const NOWHERE: CallerLocation = {
  source: 'number',
  country: 'US',
  state: 'NY',
  zip: null,
  npa: '212',
  npaNxx: '212555',
  timezone: 'America/New_York',
};

function factsOf(n: number): Partial<Cdr> {
  const receivedAt = toIso((SAMPLE_INSTANT + n) as EpochMs);
  return {
    ani: `+1212${1_000_000 + n}` as Ani,
    receivedAt,
    publisherId: 'pub_1' as PublisherId,
    location: NOWHERE,
    decision: { seed: n, snapshotVersion: 7, at: receivedAt, location: NOWHERE, candidates: CANDIDATES },
  };
}

function idOf(n: number): string {
  return `call_${String(n).padStart(26, '0')}`;
}

function draftOf(n: number): Cdr {
  return draftCdr(idOf(n), factsOf(n));
}

function endedOf(n: number): Cdr {
  const facts = factsOf(n);
  const { routeId, destinationId, buyerId } = partiesOf(n);
  const attempt = {
    seq: 1,
    routeId,
    destinationId,
    gateway: '127.0.0.1:5070',
    startedAt: facts.receivedAt as IsoInstant,
    ringingAt: null,
    answeredAt: facts.receivedAt as IsoInstant,
    endedAt: null,
    pddMs: 180,
    sipStatus: 200,
    hangupCause: 'caller-hung-up',
    reason: null,
  };
  return endedCdr(idOf(n), { ...facts, routeId, destinationId, buyerId, terms: TERMS, attempts: [attempt] });
}

/** Admits the n-th call: reads the caps of some routes, holds a place on one. */
export function admit(store: Store, n: number): Promise<unknown> {
  const draft = draftOf(n);
  return store.calls.admitCall(openCallOf(draft), (view) => {
    for (let k = 0; k < ROUTES_READ; k++) {
      const { buyerId, routeId } = partiesOf(n + k);
      view.concurrent({ kind: 'route', id: routeId });
      view.counted({ kind: 'buyer', id: buyerId }, 'daily', TODAY);
      view.balance(buyerId);
    }
    return { plan: SAMPLE_PLAN, reserve: [samplePlace(`${draft.id}.r1`, { ...partiesOf(n), terms: TERMS })], draft };
  });
}

/** Records that the n-th call's parties can talk. */
export function connect(store: Store, n: number): Promise<void> {
  const draft = draftOf(n);
  return store.calls.recordConnected({
    callId: draft.id,
    reservationId: `${draft.id}.r1` as AttemptId,
    callerDialogId: `caller-${n}`,
    buyerDialogId: `buyer-${n}`,
    draft,
  });
}

/** Settles the n-th call: two minutes of talk, billed, with a payout. */
export function settle(store: Store, n: number): Promise<Cdr> {
  const ended = endedOf(n);
  return store.calls.settleCall(ended.id, (view) =>
    judgeCall(ended, view, { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false }),
  );
}
