import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { draftCdr, endedCdr, openCallOf, SAMPLE_INSTANT, SAMPLE_PLAN } from '../../../test/support/sample-call.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import { judgeCall } from '../../domain/billing/judge-call.ts';
import type { BuyerId, CallId, DestinationId } from '../../domain/ids.ts';
import type { RoutingPlan } from '../../domain/plan/routing-plan.ts';
import type { DecisionBasis } from '../../domain/routing/decision-basis.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { Store } from '../open-store.ts';

const BASIS: DecisionBasis = {
  excludedDestinations: ['dst_9' as DestinationId],
  excludedBuyers: ['byr_9' as BuyerId],
  readings: { 'route:rte_1 daily 1763701200000': [3, 1] },
};

async function takeCall(store: Store, id: string, receivedAt: number, basis: DecisionBasis | null = BASIS) {
  const fields = { receivedAt: toIso(receivedAt as EpochMs) };
  const draft = draftCdr(id, fields);
  await store.calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve: [], draft, basis }));
  const facts = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };
  const settle = () => store.calls.settleCall(draft.id, (view) => judgeCall(endedCdr(id, fields), view, facts));
  return { settle };
}

describe('the basis of a decision', () => {
  test('is kept with the call and found beside its CDR, which says nothing of it', async () => {
    const store = temporaryStore();
    const { settle } = await takeCall(store, 'call_1', SAMPLE_INSTANT);
    const cdr = await settle();
    const found = store.decisions.find('call_1' as CallId);
    expect(found?.basis).toEqual(BASIS);
    expect(found?.cdr).toMatchObject(cdr);
    expect(JSON.stringify(found?.cdr)).not.toContain('readings');
    expect(await store.queries.verifyChain()).toMatchObject({ intact: true, length: 1 });
  });

  test('is absent where nothing was decided, and nothing is found of a call that never was', async () => {
    const store = temporaryStore();
    await takeCall(store, 'call_1', SAMPLE_INSTANT, null);
    expect(store.decisions.find('call_1' as CallId)?.basis).toBeUndefined();
    expect(store.decisions.find('call_2' as CallId)).toBeUndefined();
  });
});

describe('the calls of a period', () => {
  test('come in the order they were admitted, the first instant in and the last out, open ones left out', async () => {
    const store = temporaryStore();
    for (const [id, offset] of [
      ['a', 1],
      ['b', 1],
      ['c', 0],
      ['d', 2],
      ['e', -1],
    ] as const) {
      const { settle } = await takeCall(store, id, SAMPLE_INSTANT + offset);
      await settle();
    }
    await takeCall(store, 'open', SAMPLE_INSTANT);
    const [from, to] = [SAMPLE_INSTANT, (SAMPLE_INSTANT + 2) as EpochMs];
    expect(Array.from(store.decisions.between(from, to), ({ cdr }) => cdr.id)).toEqual(['c', 'a', 'b']);
    expect(store.decisions.count(from, to)).toBe(3);
  });

  test('are all there where they are many, each once', async () => {
    const store = temporaryStore();
    const ids = Array.from({ length: 1_100 }, (_, index) => `call_${String(index).padStart(4, '0')}`);
    await Promise.all(
      ids.map(async (id, index) => {
        const { settle } = await takeCall(store, id, SAMPLE_INSTANT + Math.floor(index / 7), null);
        await settle();
      }),
    );
    const found = Array.from(
      store.decisions.between(0 as EpochMs, (SAMPLE_INSTANT * 2) as EpochMs),
      ({ cdr }) => cdr.id,
    );
    expect(found).toEqual(ids);
  });
});

describe('the plan of a version', () => {
  const decisive = ({ version, campaigns, publishers, buyers, destinations, routes, areas, schedules }: RoutingPlan) =>
    JSON.stringify({ version, campaigns, publishers, buyers, destinations, routes, areas, schedules });

  test('is what was read when it was current, after any changes since', async () => {
    const steps = fc.array(fc.constantFrom('create', 'edit', 'archive', 'restore', 'remove'), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), async (changes, salt) => {
        const { resources, decisions } = temporaryStore();
        const seen: RoutingPlan[] = [await resources.readPlan()];
        const ids: string[] = [];
        for (const [index, change] of changes.entries()) {
          const id = ids[(salt + index) % Math.max(1, ids.length)];
          if (change === 'create' || id === undefined) {
            ids.push((await resources.create('areas', area(`first ${index}`))).id);
          } else if (change === 'remove') {
            ids.splice(ids.indexOf(id), 1);
            await resources.remove('areas', id);
          } else {
            await resources.replace('areas', id, { ...area(`then ${index}`), archived: change === 'archive' });
          }
          seen.push(await resources.readPlan());
        }
        for (const plan of seen) expect(decisive(decisions.planAt(plan.version)!)).toBe(decisive(plan));
        const latest = seen.at(-1)?.version ?? 0;
        expect(decisions.planAt(latest + 1)).toBeUndefined();
        expect(decisions.planAt(0)).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });

  const area = (name: string) => ({ name, include: [], exclude: [], acceptInferred: true });

  test('has every kind that a decision rests on, and no trunk with its password', async () => {
    const { resources, decisions } = temporaryStore();
    const digest = { username: 'us', password: 'a secret of theirs', realm: 'carrier' };
    await resources.create('trunks', sample.trunk({ digest }));
    const campaign = await resources.create('campaigns', sample.campaign());
    await resources.create('publishers', sample.publisher());
    const buyer = await resources.create('buyers', sample.buyer());
    const destination = await resources.create('destinations', sample.destination(buyer.id));
    await resources.create('areas', area('All'));
    await resources.create('schedules', { name: 'Never', timezone: 'UTC', weekly: {}, exceptions: [] });
    await resources.create('routes', sample.route(campaign.id, destination.id));
    const plan = await resources.readPlan();
    const kept = decisions.planAt(plan.version);
    expect(kept && decisive(kept)).toBe(decisive(plan));
    expect(JSON.stringify(kept)).not.toContain('a secret of theirs');
  });
});
