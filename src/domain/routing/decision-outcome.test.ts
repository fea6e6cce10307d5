import { describe, expect, test } from 'vitest';
import type { DestinationId, RouteId } from '../ids.ts';
import { decisionOutcome } from './decision-outcome.ts';
import { type Candidate, REJECT_REASONS, type ReasonValues, type RejectReason } from './route-decision.ts';

const ids = { routeId: 'rte_1' as RouteId, destinationId: 'dst_1' as DestinationId };
const rejected = (reason: RejectReason, values: ReasonValues = {}): Candidate => ({
  ...ids,
  verdict: 'rejected',
  reason,
  values,
});
const selected: Candidate = { ...ids, verdict: 'selected', place: 1, reason: null, values: {} };

const closed = (nextOpening: string | null) => rejected('closed', { nextOpening });
const outcomeOf = (...candidates: Candidate[]) => decisionOutcome({ candidates });

const NOT_FOR_THIS_CALLER = REJECT_REASONS.slice(0, REJECT_REASONS.indexOf('closed'));
const OPEN_BUT = REJECT_REASONS.slice(REJECT_REASONS.indexOf('holiday') + 1);

describe('what a decision comes to', () => {
  test('routes, as soon as one is selected', () => {
    expect(outcomeOf(selected, closed(null), rejected('daily-cap'))).toEqual({ kind: 'routes' });
  });

  test('after hours when all that serve the caller are closed, until the earliest opens', () => {
    expect(
      outcomeOf(
        closed('2026-11-23T14:00:00.000Z'),
        rejected('holiday', { nextOpening: '2026-11-22T14:00:00.000Z' }),
        closed(null),
      ),
    ).toEqual({ kind: 'after-hours', nextOpening: '2026-11-22T14:00:00.000Z' });
  });

  test('after hours without an opening when none opens again', () => {
    expect(outcomeOf(closed(null))).toEqual({ kind: 'after-hours', nextOpening: null });
  });

  test.each(NOT_FOR_THIS_CALLER)('%s has no say in whether it is after hours', (reason) => {
    expect(outcomeOf(rejected(reason), closed(null)).kind).toBe('after-hours');
    expect(outcomeOf(rejected(reason)).kind).toBe('no-route');
  });

  test.each(OPEN_BUT)('%s means somebody is open, so it is not after hours', (reason) => {
    expect(outcomeOf(closed(null), rejected(reason)).kind).toBe('no-route');
    expect(outcomeOf(rejected(reason)).kind).toBe('no-route');
  });

  test('no route where the campaign has none', () => {
    expect(outcomeOf()).toEqual({ kind: 'no-route' });
  });
});
