import { describe, expect, test } from 'vitest';

import type { AdmissionView, Reservation } from '../../calls/ports/call-store.ts';
import { judgeCall } from '../../domain/billing/judge-call.ts';
import type { Terms } from '../../domain/billing/terms.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { AttemptId, BuyerId, CallId, CampaignId, DestinationId, PublisherId, RouteId } from '../../domain/ids.ts';
import type { Ani } from '../../domain/numbers/e164.ts';
import type { CapOwner } from '../../domain/routing/caps.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import {
  draftCdr,
  endedCdr,
  openCallOf,
  SAMPLE_INSTANT,
  SAMPLE_PLAN,
  SAMPLE_TERMS,
  samplePlace,
} from '../../../test/support/sample-call.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import type { Store } from '../open-store.ts';
import { CapWindows } from '../../domain/routing/cap-windows.ts';
import { timeZone } from '../../domain/routing/time-zone.ts';
import type { CallFilters } from './call-queries.ts';

const BUYER: CapOwner = { kind: 'buyer', id: 'byr_1' as BuyerId };
const NO_CAPS_FULL = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };

const MINUTE = 60_000;
/** The windows of New York around the sample instant (09:00 there). */
const windows = new CapWindows(timeZone('America/New_York'));
const HOUR = windows.at('hourly', SAMPLE_INSTANT);
const DAY = windows.at('daily', SAMPLE_INSTANT);
const MONTH = windows.at('monthly', SAMPLE_INSTANT);
const EVER = windows.at('total', SAMPLE_INSTANT);

function admit(store: Store, draft: Cdr, reserve: readonly Reservation[] = []) {
  return store.calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve, draft }));
}

function settle(store: Store, ended: Cdr) {
  return store.calls.settleCall(ended.id, (view) => judgeCall(ended, view, NO_CAPS_FULL));
}

/** The call goes on as its record says, but has not ended. */
function connect(store: Store, ended: Cdr) {
  const { id, connectedAt, receivedAt, buyerId, destinationId, routeId, terms } = ended;
  return store.calls.recordConnected({
    callId: id,
    reservationId: `${id}.r1` as AttemptId,
    callerDialogId: `${id}-caller`,
    buyerDialogId: `${id}-buyer`,
    draft: draftCdr(id, { receivedAt, connectedAt, buyerId, destinationId, routeId, terms }),
  });
}

/** What an admission would read now. */
async function look<Result>(store: Store, read: (view: AdmissionView) => Result): Promise<Result> {
  const draft = draftCdr(`call_look${Math.random()}`);
  let seen: Result | undefined;
  await store.calls.admitCall(openCallOf(draft), (view) => {
    seen = read(view);
    return { plan: SAMPLE_PLAN, reserve: [], draft };
  });
  return seen as Result;
}

describe('admitting a call', () => {
  test('keeps its draft, and holds its places in every window and for every owner', async () => {
    const store = temporaryStore();
    const draft = draftCdr('call_1', { publisherId: 'pub_1' as PublisherId });

    const plan = await admit(store, draft, [samplePlace('call_1.r1')]);

    expect(plan).toEqual(SAMPLE_PLAN);
    expect(await store.queries.get('call_1' as CallId)).toEqual({
      ...draft,
      hash: null,
      conversions: [],
      prevHash: null,
      disposition: null,
      erasedAt: null,
      adjustments: [],
      currentVerdicts: { buyer: null, publisher: null },
    });
    await look(store, (view) => {
      for (const owner of [
        BUYER,
        { kind: 'route', id: 'rte_1' as RouteId },
        { kind: 'destination', id: 'dst_1' as DestinationId },
        { kind: 'publisher', id: 'pub_1' as PublisherId },
      ] as const) {
        expect(view.concurrent(owner)).toBe(1);
        expect(view.counted(owner, 'hourly', HOUR)).toEqual({ settled: 0, pending: 1 });
        expect(view.counted(owner, 'daily', DAY)).toEqual({ settled: 0, pending: 1 });
        expect(view.counted(owner, 'monthly', MONTH)).toEqual({ settled: 0, pending: 1 });
        expect(view.counted(owner, 'total', EVER)).toEqual({ settled: 0, pending: 1 });
      }
      expect(view.spent(BUYER, DAY)).toEqual({ settledMicros: 0, pendingMicros: 30_000_000 });
      expect(view.balance('byr_1' as BuyerId)).toEqual({ balanceMicros: 0, pendingMicros: 30_000_000 });
    });
  });

  test('calls that arrive together see one another: a cap of three lets three in', async () => {
    const store = temporaryStore();
    const admitted = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const draft = draftCdr(`call_${n}`);
        let room = false;
        await store.calls.admitCall(openCallOf(draft), (view) => {
          room = view.concurrent(BUYER) < 3;
          return { plan: SAMPLE_PLAN, reserve: room ? [samplePlace(`call_${n}.r1`)] : [], draft };
        });
        return room;
      }),
    );
    expect(admitted.filter(Boolean)).toHaveLength(3);
  });

  test('a decision that throws leaves no trace, and the call beside it is admitted', async () => {
    const store = temporaryStore();
    const broken = store.calls.admitCall(openCallOf(draftCdr('call_1')), () => {
      throw new RangeError('no such zone');
    });
    const sound = admit(store, draftCdr('call_2'));

    await expect(broken).rejects.toThrow('no such zone');
    await sound;
    const { data } = await store.queries.list({ limit: 10, filters: {} });
    expect(data.map((call) => call.id)).toEqual(['call_2']);
  });

  test('a campaign in test holds a line but no count and no money', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'), [
      samplePlace('call_1.r1', { terms: { ...SAMPLE_TERMS, test: true }, pendingMicros: 0 }),
    ]);
    await look(store, (view) => {
      expect(view.concurrent(BUYER)).toBe(1);
      expect(view.counted(BUYER, 'daily', DAY)).toEqual({ settled: 0, pending: 0 });
      expect(view.spent(BUYER, DAY)).toEqual({ settledMicros: 0, pendingMicros: 0 });
    });
  });

  test('a call is one call of its publisher, however many destinations ring, and earns at most once', async () => {
    const store = temporaryStore();
    const terms: Terms = { ...SAMPLE_TERMS, payout: { kind: 'percent', percent: 50 } };
    await admit(store, draftCdr('call_1', { publisherId: 'pub_1' as PublisherId }), [
      samplePlace('call_1.r1', { terms }),
      samplePlace('call_1.r2', { terms, pendingMicros: 20_000_000, destinationId: 'dst_2' as DestinationId }),
    ]);
    await look(store, (view) => {
      const publisher = { kind: 'publisher', id: 'pub_1' as PublisherId } as const;
      expect(view.concurrent(publisher)).toBe(1);
      expect(view.spent(publisher, DAY)).toEqual({ settledMicros: 0, pendingMicros: 15_000_000 });
      expect(view.concurrent(BUYER)).toBe(2);
    });
  });

  test('counts the calls of an ANI to a campaign since an instant, the new one not included', async () => {
    const store = temporaryStore();
    for (const [n, minutesAgo] of [90, 30, 10].entries()) {
      await admit(
        store,
        draftCdr(`call_${n}`, { receivedAt: toIso((SAMPLE_INSTANT - minutesAgo * MINUTE) as EpochMs) }),
      );
    }
    const since = (SAMPLE_INSTANT - 60 * MINUTE) as EpochMs;
    const ani = '+12125550123' as Ani;
    expect(await look(store, (view) => view.callsFromAni(ani, 'cmp_1' as CampaignId, since))).toBe(2);
    expect(await look(store, (view) => view.callsFromAni(ani, 'cmp_2' as CampaignId, since))).toBe(0);
  });
});

describe('reserving further attempts', () => {
  test('releases the places of attempts that are over before it looks at the caps', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'), [samplePlace('call_1.r1')]);

    const choice = await store.calls.reserveAttempts('call_1' as CallId, ['call_1.r1' as AttemptId], (view) => ({
      reserve: view.concurrent(BUYER) === 0 ? [samplePlace('call_1.r2')] : [],
    }));

    expect(choice?.reserve).toHaveLength(1);
    expect(await look(store, (view) => view.concurrent(BUYER))).toBe(1);
  });

  test('releasing twice, or what belongs to another call, releases nothing more', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'), [samplePlace('call_1.r1')]);
    await admit(store, draftCdr('call_2'), [samplePlace('call_2.r1')]);
    const release = ['call_1.r1', 'call_1.r1', 'call_2.r1'] as AttemptId[];
    await store.calls.reserveAttempts('call_1' as CallId, release, () => ({ reserve: [] }));
    await store.calls.reserveAttempts('call_1' as CallId, release, () => ({ reserve: [] }));
    expect(await look(store, (view) => view.concurrent(BUYER))).toBe(1);
  });

  test('of a settled call resolves to null and holds nothing', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'));
    await settle(store, endedCdr('call_1'));
    const choice = await store.calls.reserveAttempts('call_1' as CallId, [], () => ({
      reserve: [samplePlace('late')],
    }));
    expect(choice).toBeNull();
    expect(await look(store, (view) => view.concurrent(BUYER))).toBe(0);
  });
});

describe('settling a call', () => {
  test('turns its place into a count of the same windows, writes verdict and money, and seals the record', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'), [samplePlace('call_1.r1')]);

    const cdr = await settle(store, endedCdr('call_1'));

    expect(cdr.buyerVerdict).toEqual({ billable: true, reason: 'billable', amountMicros: 30_000_000 });
    const kept = await store.queries.get('call_1' as CallId);
    expect(kept).toMatchObject({
      ...cdr,
      prevHash: '0'.repeat(64),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    await look(store, (view) => {
      expect(view.concurrent(BUYER)).toBe(0);
      expect(view.counted(BUYER, 'hourly', HOUR)).toEqual({ settled: 1, pending: 0 });
      expect(view.counted(BUYER, 'total', EVER)).toEqual({ settled: 1, pending: 0 });
      expect(view.spent(BUYER, DAY)).toEqual({ settledMicros: 30_000_000, pendingMicros: 0 });
      expect(view.balance('byr_1' as BuyerId)).toEqual({ balanceMicros: -30_000_000, pendingMicros: 0 });
    });
    expect((await store.ledger.list({ limit: 10, filters: {} })).data).toMatchObject([
      { callId: 'call_1', party: 'house', kind: 'charge', amountMicros: -30_000_000 },
      { callId: 'call_1', party: 'buyer:byr_1', kind: 'charge', amountMicros: 30_000_000 },
    ]);
  });

  test('what a draft had and the record has otherwise, or no more, is in the columns as the record has it', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1', { routeId: 'rte_9' as RouteId }));
    const drafts = [
      { campaignId: 'cmp_8' as CampaignId, publisherId: 'pub_8' as PublisherId, routeId: 'rte_8' as RouteId },
      { campaignId: 'cmp_7' as CampaignId, routeId: null },
    ];
    for (const changes of drafts) await store.calls.recordDraft('call_1' as CallId, draftCdr('call_1', changes));
    await settle(store, endedCdr('call_1', { campaignId: 'cmp_1' as CampaignId, publisherId: null }));

    const found = async (filters: CallFilters) => (await store.queries.list({ limit: 5, filters })).data.length;
    expect(await found({ campaignId: 'cmp_1' as CampaignId, routeId: 'rte_1' as RouteId })).toBe(1);
    expect(await found({ campaignId: 'cmp_7' as CampaignId })).toBe(0);
    expect(await found({ publisherId: 'pub_8' as PublisherId })).toBe(0);
    expect(await found({ routeId: 'rte_8' as RouteId })).toBe(0);
    // It compares every column with the record.
    expect(await store.queries.verifyChain()).toMatchObject({ intact: true, length: 1 });
  });

  test('a second settlement changes nothing and returns what the first one wrote', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'), [samplePlace('call_1.r1')]);
    const [first, second] = await Promise.all([
      settle(store, endedCdr('call_1')),
      settle(store, endedCdr('call_1', { talkMs: 1 })),
    ]);
    expect(second).toEqual(first);
    expect(store.ledger.balanceOf('buyer:byr_1' as never)).toBe(30_000_000);
    expect(await look(store, (view) => view.counted(BUYER, 'daily', DAY).settled)).toBe(1);
  });

  test('counts at the instant it was received, in whatever zone that is asked for', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'), [samplePlace('call_1.r1')]);
    const inDaysOf = (timezone: string) =>
      look(store, (view) =>
        view.counted(BUYER, 'daily', new CapWindows(timeZone(timezone)).at('daily', SAMPLE_INSTANT)),
      );
    const zones = ['America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'Pacific/Marquesas'];
    expect(await Promise.all(zones.map(inDaysOf))).toEqual(zones.map(() => ({ settled: 0, pending: 1 })));
    await settle(store, endedCdr('call_1'));
    expect(await Promise.all(zones.map(inDaysOf))).toEqual(zones.map(() => ({ settled: 1, pending: 0 })));
  });

  test('that neither held a place nor belongs to a buyer of ours is still counted', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'));
    await settle(store, endedCdr('call_1'));
    expect(await look(store, (view) => view.counted(BUYER, 'daily', DAY).settled)).toBe(1);
  });

  test('a connected call holds the place of whoever answered, and of nobody who rang beside them', async () => {
    const store = temporaryStore();
    const beside = {
      buyerId: 'byr_2' as BuyerId,
      destinationId: 'dst_2' as DestinationId,
      routeId: 'rte_2' as RouteId,
    };
    await admit(store, draftCdr('call_1'), [samplePlace('call_1.r1'), samplePlace('call_1.r2', beside)]);
    await store.calls.recordConnected({
      callId: 'call_1' as CallId,
      reservationId: 'call_1.r1' as AttemptId,
      callerDialogId: 'a',
      buyerDialogId: 'b',
      draft: draftCdr('call_1'),
    });
    await look(store, (view) => {
      expect(view.concurrent(BUYER)).toBe(1);
      expect(view.concurrent({ kind: 'buyer', id: beside.buyerId })).toBe(0);
      expect(view.balance(beside.buyerId).pendingMicros).toBe(0);
    });
  });

  test('postings that do not sum to zero are a defect: nothing of the settlement is kept', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'), [samplePlace('call_1.r1')]);
    const ended = endedCdr('call_1');
    const crooked = store.calls.settleCall('call_1' as CallId, (view) => {
      const { cdr, postings } = judgeCall(ended, view, NO_CAPS_FULL);
      return { cdr, postings: postings.slice(1) };
    });

    await expect(crooked).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('zero') as string,
    });
    expect(await store.queries.get('call_1' as CallId)).toMatchObject({ endedAt: null, hash: null });
    expect(await look(store, (view) => view.concurrent(BUYER))).toBe(1);
    expect(await settle(store, ended)).toMatchObject({ buyerVerdict: { billable: true } });
    expect(await store.queries.verifyChain()).toMatchObject({ intact: true, length: 1 });
  });

  test('a call that was never admitted is not found', async () => {
    const store = temporaryStore();
    await expect(settle(store, endedCdr('call_1'))).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a connect that is recorded after the end changes nothing', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'));
    await settle(store, endedCdr('call_1'));
    await store.calls.recordConnected({
      callId: 'call_1' as CallId,
      reservationId: 'call_1.r1' as AttemptId,
      callerDialogId: 'a',
      buyerDialogId: 'b',
      draft: draftCdr('call_1'),
    });
    expect(await store.queries.get('call_1' as CallId)).toMatchObject({ outcome: 'connected' });
    expect((await store.recover()).dialogs).toEqual([]);
  });
});

describe('duplicate callers', () => {
  const terms: Terms = {
    ...SAMPLE_TERMS,
    duplicates: { windowDays: 30, scope: 'campaign', trigger: 'billable', routing: 'allow' },
  };
  const later = toIso((SAMPLE_INSTANT + 10_000) as EpochMs);

  test.each([
    ['the call that connected first settles first', ['call_1', 'call_2']],
    ['the call that connected first settles last', ['call_2', 'call_1']],
  ])('of two calls side by side one is billed when %s', async (_order, [first = '', second = '']) => {
    const store = temporaryStore();
    const ended: Record<string, Cdr> = {
      call_1: endedCdr('call_1', { terms }),
      call_2: endedCdr('call_2', { terms, receivedAt: later }),
    };
    await admit(store, draftCdr('call_1'));
    await admit(store, draftCdr('call_2', { receivedAt: later }));

    const [a, b] = await Promise.all([first, second].map((id) => settle(store, ended[id] ?? draftCdr(id))));

    expect(a?.buyerVerdict).toMatchObject({ billable: true });
    expect(b?.buyerVerdict).toEqual({
      billable: false,
      reason: 'duplicate-caller',
      amountMicros: 0,
      duplicateOfCallId: first,
    });
  });

  test('two calls that connect at the same millisecond are not both billed', async () => {
    const store = temporaryStore();
    for (const id of ['call_1', 'call_2']) await admit(store, draftCdr(id));
    const settled = await Promise.all(['call_1', 'call_2'].map((id) => settle(store, endedCdr(id, { terms }))));
    expect(settled.map((cdr) => cdr.buyerVerdict?.reason)).toEqual(['billable', 'duplicate-caller']);
  });

  describe('side by side, where the rule counts connected calls', () => {
    const counting: Terms = { ...terms, duplicates: { ...terms.duplicates, trigger: 'connected' } };

    /** Both are admitted in this order and connect, so many ms after the sample instant; the later is settled first. */
    async function together(connectMs: readonly [number, number], settledFirst: string, rule: Terms) {
      const store = temporaryStore();
      const calls = connectMs.map((ms, place) => {
        const receivedAt = toIso((SAMPLE_INSTANT + ms - 5_000) as EpochMs);
        return endedCdr(`call_${place + 1}`, { terms: rule, receivedAt });
      });
      for (const { id, receivedAt } of calls) await admit(store, draftCdr(id, { receivedAt }));
      for (const call of calls) await connect(store, call);
      const order = calls.toSorted((call) => (call.id === settledFirst ? -1 : 1));
      const settled = new Map<string, Cdr>();
      for (const call of order) settled.set(call.id, await settle(store, call));
      return ['call_1', 'call_2'].map((id) => {
        const verdict = settled.get(id)?.buyerVerdict;
        return verdict?.duplicateOfCallId ?? verdict?.reason;
      });
    }

    test.each(['call_1', 'call_2'])('the call that connected first is billed, when %s ends first', async (ends) => {
      expect(await together([7_724, 7_728], ends, counting)).toEqual(['billable', 'call_1']);
      expect(await together([7_728, 7_724], ends, counting)).toEqual(['call_2', 'billable']);
    });

    test.each(['call_1', 'call_2'])(
      'of two in the same millisecond, the one admitted first, when %s ends first',
      async (ends) => {
        expect(await together([7_724, 7_724], ends, counting)).toEqual(['billable', 'call_1']);
      },
    );

    test('a call that still goes on counts nowhere else', async () => {
      expect(await together([7_724, 7_728], 'call_2', terms)).toEqual(['call_2', 'billable']);
    });
  });

  test('anonymous callers never match one another', async () => {
    const store = temporaryStore();
    for (const id of ['call_1', 'call_2']) {
      await admit(store, draftCdr(id, { ani: 'anonymous' }));
      const cdr = await settle(store, endedCdr(id, { terms, ani: 'anonymous' }));
      expect(cdr.buyerVerdict?.reason).toBe('billable');
    }
    const query = {
      ani: 'anonymous' as const,
      excluding: 'call_3' as CallId,
      since: 0 as EpochMs,
      before: Number.MAX_SAFE_INTEGER as EpochMs,
      firstOfTie: false,
      trigger: 'connected' as const,
      campaignId: null,
      buyerId: null,
    };
    expect(await look(store, (view) => view.latestPriorCall(query))).toBeUndefined();
    expect(await look(store, (view) => view.priorDestinations(query))).toEqual([]);
  });

  test('the window is closed at its beginning and open at its end, and scope and trigger narrow it', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'));
    await settle(store, endedCdr('call_1', { talkMs: 1_000 }));
    const connectedAt = (SAMPLE_INSTANT + 5_000) as EpochMs;
    const query = {
      ani: '+12125550123' as Ani,
      excluding: 'call_2' as CallId,
      since: connectedAt,
      before: (connectedAt + 1) as EpochMs,
      firstOfTie: false,
      trigger: 'connected' as const,
      campaignId: 'cmp_1' as CampaignId,
      buyerId: null,
    };
    await look(store, (view) => {
      const found = { callId: 'call_1', destinationId: 'dst_1' };
      expect(view.latestPriorCall(query)).toEqual(found);
      expect(view.priorDestinations(query)).toEqual(['dst_1']);
      expect(view.latestPriorCall({ ...query, since: (connectedAt + 1) as EpochMs })).toBeUndefined();
      expect(view.latestPriorCall({ ...query, before: connectedAt })).toBeUndefined();
      expect(view.latestPriorCall({ ...query, excluding: 'call_1' as CallId })).toBeUndefined();
      expect(view.latestPriorCall({ ...query, campaignId: 'cmp_2' as CampaignId })).toBeUndefined();
      expect(view.latestPriorCall({ ...query, campaignId: null })).toEqual(found);
      expect(view.latestPriorCall({ ...query, buyerId: 'byr_2' as BuyerId })).toBeUndefined();
      expect(view.latestPriorCall({ ...query, trigger: 'billable' })).toBeUndefined();
    });
  });
});
