import { describe, expect, test } from 'vitest';

import { noPlaces, PlanBuilder } from '../../../test/support/routing-plan.ts';
import { endedCdr, SAMPLE_INSTANT, SAMPLE_TERMS } from '../../../test/support/sample-call.ts';
import { notBillable } from '../billing/call-merits.ts';
import { micros } from '../billing/money.ts';
import type { Cdr, CdrAttempt } from '../call/cdr.ts';
import type { DestinationId, RouteId } from '../ids.ts';
import type { Campaign } from '../plan/campaign.ts';
import { buildRoutingSnapshot, type RouteLine } from '../routing/routing-snapshot.ts';
import { toIso, type EpochMs } from '../time.ts';
import { retellCall } from './retell-call.ts';
import { TalkTimes } from './talk-times.ts';

const after = (ms: number) => toIso((SAMPLE_INSTANT + ms) as EpochMs);

/** Ann, Bob and Cleo at $30 from a minute on, and a call that Bob took for two minutes after Ann did not answer. */
function world(fields: Partial<Campaign> = {}, cdrFields: Partial<Cdr> = {}) {
  const builder = new PlanBuilder();
  const campaignId = builder.campaign({ priceMicros: 30_000_000, minTalkS: 60, ...fields });
  const buyer = builder.buyer();
  const ids = ['Ann', 'Bob', 'Cleo'].map((name) => builder.route(campaignId, builder.destination(buyer, { name })));
  const snapshot = buildRoutingSnapshot(builder.build(), noPlaces);
  const [ann, bob, cleo] = ids.map((id) => snapshot.routeById.get(id)) as [RouteLine, RouteLine, RouteLine];
  const cdr = endedCdr('call_1', {
    campaignId,
    receivedAt: after(0),
    connectedAt: after(30_000),
    endedAt: after(150_000),
    talkMs: 120_000,
    routeId: bob.route.id,
    destinationId: bob.destination.id,
    buyerId: buyer,
    terms: SAMPLE_TERMS,
    buyerVerdict: { billable: true, reason: 'billable', amountMicros: micros(30_000_000) },
    attempts: [attemptOn(ann, 0, 25_000), attemptOn(bob, 25_000, 150_000)],
    ...cdrFields,
  });
  const talkTimes = new TalkTimes();
  talkTimes.add({ ...cdr, destinationId: cleo.destination.id, talkMs: 80_001 });
  talkTimes.add({ ...cdr, destinationId: cleo.destination.id, talkMs: 40_000 });
  const retell = (...selected: RouteLine[]) =>
    retellCall({ cdr, selected, campaign: ann.campaign, publisher: null }, talkTimes);
  return { ann, bob, cleo, retell };
}

function attemptOn({ route, destination }: RouteLine, from: number, until: number): CdrAttempt {
  return {
    seq: 1,
    routeId: route.id satisfies RouteId,
    destinationId: destination.id satisfies DestinationId,
    gateway: '127.0.0.1:5070',
    startedAt: after(from),
    ringingAt: null,
    answeredAt: until === 150_000 ? after(30_000) : null,
    endedAt: after(until),
    pddMs: null,
    sipStatus: null,
    hangupCause: null,
    reason: null,
  };
}

describe('a call retold', () => {
  test('goes on past who failed it to who took it, with the same talk and money', () => {
    const { ann, bob, cleo, retell } = world();
    const { held, winner } = retell(ann, bob, cleo);
    expect(held.map(({ line }) => line)).toEqual([ann, bob]);
    expect(held[0]).toMatchObject({ from: SAMPLE_INSTANT, until: SAMPLE_INSTANT + 25_000, result: null });
    expect(winner).toMatchObject({ line: bob, until: SAMPLE_INSTANT + 150_000 });
    expect(winner?.result).toMatchObject({ billable: true, chargeMicros: 30_000_000 });
  });

  test('is taken by one that was not rung, who talks as long as on average', () => {
    const { cleo, bob, retell } = world();
    const { winner } = retell(cleo, bob);
    // (80 001 + 40 000) / 2 ms, rounded: a millisecond past the minute that is billable.
    expect(winner).toMatchObject({ line: cleo, until: SAMPLE_INSTANT + 60_001 });
    expect(winner?.result).toMatchObject({ billable: true, chargeMicros: 30_000_000 });
  });

  test('rings no more than the campaign would try', () => {
    const { ann, bob, retell } = world({ maxAttempts: 1 });
    expect(retell(ann, bob).winner).toBeNull();
  });

  test('of a tier that rings at once, goes to who took it, whoever else is in it', () => {
    const { ann, bob, cleo, retell } = world({ simultaneous: true });
    expect(retell(ann, cleo, bob).winner?.line).toBe(bob);
    expect(retell(ann, cleo).winner?.line).toBe(cleo);
  });

  test('that nobody got goes to nobody who was in line for it, but to one who was not', () => {
    const gone = {
      connectedAt: null,
      routeId: null,
      destinationId: null,
      talkMs: 0,
      buyerVerdict: notBillable('not-connected'),
    };
    const { ann, bob, cleo, retell } = world({}, gone);
    expect(retell(bob, ann)).toMatchObject({ winner: null, held: [{ line: bob }, { line: ann }] });
    expect(retell(bob, cleo).winner?.line).toBe(cleo);
  });

  test('keeps a verdict that other terms would not change', () => {
    const duplicate = {
      buyerVerdict: { billable: false, reason: 'duplicate-caller', amountMicros: 0 },
    } as Partial<Cdr>;
    const { bob, retell } = world({ priceMicros: 90_000_000 }, duplicate);
    expect(retell(bob).winner?.result).toMatchObject({ billable: false, chargeMicros: 0 });
  });

  test('is charged on the new terms where they are others', () => {
    const { bob, retell } = world({ priceMicros: 90_000_000 });
    expect(retell(bob).winner?.result).toMatchObject({ billable: true, chargeMicros: 90_000_000 });
    const { bob: later, retell: retellLater } = world({ minTalkS: 121 });
    expect(retellLater(later).winner?.result).toMatchObject({ billable: false, chargeMicros: 0 });
  });
});
