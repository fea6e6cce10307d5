import { describe, expect, test } from 'vitest';

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
import { judgeCall } from '../../domain/billing/judge-call.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { AttemptId, BuyerId, CallId, DestinationId, PublisherId, RouteId } from '../../domain/ids.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { Store } from '../open-store.ts';

const at = (seconds: number) => (SAMPLE_INSTANT + seconds * 1_000) as EpochMs;
const iso = (seconds: number) => toIso(at(seconds));

async function admit(store: Store, draft: Cdr): Promise<void> {
  const reserve = [samplePlace(`${draft.id}.r1`)];
  await store.calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve, draft }));
}

/** A call that connects three seconds after it was received. */
async function connect(store: Store, id: string): Promise<void> {
  await admit(store, draftCdr(id, { publisherId: 'pub_1' as PublisherId }));
  await store.calls.recordConnected({
    callId: id as CallId,
    reservationId: `${id}.r1` as AttemptId,
    callerDialogId: `${id}-caller`,
    buyerDialogId: `${id}-buyer`,
    draft: draftCdr(id, {
      publisherId: 'pub_1' as PublisherId,
      answeredAt: iso(3),
      connectedAt: iso(3),
      buyerId: 'byr_1' as BuyerId,
      destinationId: 'dst_1' as DestinationId,
      routeId: 'rte_1' as RouteId,
      terms: { ...SAMPLE_TERMS, payout: { kind: 'fixed', amountMicros: 1 } },
      attempts: [
        {
          seq: 1,
          routeId: 'rte_1' as RouteId,
          destinationId: 'dst_1' as DestinationId,
          gateway: '127.0.0.1:5070',
          startedAt: iso(1),
          ringingAt: iso(2),
          answeredAt: iso(3),
          endedAt: null,
          pddMs: 1_000,
          sipStatus: 200,
          hangupCause: null,
          reason: null,
        },
      ],
    }),
  });
}

describe('after a crash', () => {
  test('a conversation is closed at the last proof of life, estimated, and waits for a person', async () => {
    const store = temporaryStore();
    await connect(store, 'call_1');
    await store.calls.recordAlive(at(300));
    await store.calls.recordAlive(at(200));

    const { closed, dialogs } = await store.recover();

    expect(closed).toEqual(['call_1']);
    expect(dialogs).toEqual([{ callId: 'call_1', callerDialogId: 'call_1-caller', buyerDialogId: 'call_1-buyer' }]);
    const refused = { billable: false, reason: 'estimated-needs-review', amountMicros: 0 };
    expect(await store.queries.get('call_1' as CallId)).toMatchObject({
      outcome: 'interrupted',
      estimated: true,
      endedAt: iso(300),
      talkMs: 297_000,
      sipStatus: 200,
      hangupBy: 'system',
      buyerVerdict: refused,
      publisherVerdict: refused,
      attempts: [{ endedAt: iso(300) }],
      hash: expect.any(String) as string,
    });
    expect((await store.ledger.list({ limit: 10, filters: {} })).data).toEqual([]);
    expect(await store.queries.verifyChain()).toMatchObject({ intact: true, length: 1 });
  });

  test('a call that had not connected is closed as that, and its places are free', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'));
    await store.calls.recordAlive(at(4));

    await store.recover();

    expect(await store.queries.get('call_1' as CallId)).toMatchObject({
      outcome: 'interrupted',
      estimated: true,
      endedAt: iso(4),
      talkMs: 0,
      sipStatus: null,
      buyerVerdict: { billable: false, reason: 'not-connected', amountMicros: 0 },
      publisherVerdict: null,
    });
    const draft = draftCdr('call_2');
    await store.calls.admitCall(openCallOf(draft), (view) => {
      expect(view.concurrent({ kind: 'buyer', id: 'byr_1' as BuyerId })).toBe(0);
      return { plan: SAMPLE_PLAN, reserve: [], draft };
    });
  });

  test('a call of which nothing later is known ends no sooner than it began or connected', async () => {
    const store = temporaryStore();
    await store.calls.recordAlive(at(-60));
    await connect(store, 'call_1');
    await admit(store, draftCdr('call_2'));
    await store.recover();
    expect(await store.queries.get('call_1' as CallId)).toMatchObject({ endedAt: iso(3), talkMs: 0 });
    expect(await store.queries.get('call_2' as CallId)).toMatchObject({ endedAt: iso(0) });
  });

  test('what was settled stays as it is, and a second recovery finds nothing', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'));
    const facts = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };
    await store.calls.settleCall('call_1' as CallId, (view) => judgeCall(endedCdr('call_1'), view, facts));
    await admit(store, draftCdr('call_2'));

    expect((await store.recover()).closed).toEqual(['call_2']);
    expect((await store.recover()).closed).toEqual([]);
    expect(await store.queries.get('call_1' as CallId)).toMatchObject({ outcome: 'connected', estimated: false });
  });

  test('dialogs are named at every recovery until they are known to be down', async () => {
    const store = temporaryStore();
    await connect(store, 'call_1');
    await connect(store, 'call_2');
    await store.recover();

    await store.forgetLegs(['call_1' as CallId]);

    expect((await store.recover()).dialogs.map((dialogs) => dialogs.callId)).toEqual(['call_2']);
  });

  test('INVITEs without an answer are named, until their call is connected, settled, or known to be down', async () => {
    const store = temporaryStore();
    const leg = (id: string, side: 'caller' | 'buyer') =>
      ({ side, transactionId: `${id}-${side}`, dialogId: `${id}-${side};from-tag=1` }) as const;
    const dial = (id: string) => store.calls.recordDialed(id as CallId, [leg(id, 'caller'), leg(id, 'buyer')]);
    await admit(store, draftCdr('call_1'));
    await dial('call_1');
    // The next attempt: the caller's leg is there already.
    await store.calls.recordDialed('call_1' as CallId, [
      leg('call_1', 'caller'),
      { ...leg('call_1', 'buyer'), transactionId: 'call_1-next' },
    ]);
    await admit(store, draftCdr('call_2'));
    await dial('call_2');
    await connect(store, 'call_3');
    await admit(store, draftCdr('call_4'));
    await dial('call_4');
    const facts = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };
    await store.calls.settleCall('call_4' as CallId, (view) => judgeCall(endedCdr('call_4'), view, facts));
    // It reaches the store after the call was over.
    await dial('call_4');

    const { pendingLegs } = await store.recover();
    expect(pendingLegs).toEqual([
      { callId: 'call_1', ...leg('call_1', 'buyer') },
      { callId: 'call_1', ...leg('call_1', 'caller') },
      { callId: 'call_1', ...leg('call_1', 'buyer'), transactionId: 'call_1-next' },
      { callId: 'call_2', ...leg('call_2', 'buyer') },
      { callId: 'call_2', ...leg('call_2', 'caller') },
    ]);
    await store.forgetLegs(['call_1' as CallId]);
    expect((await store.recover()).pendingLegs.map(({ callId }) => callId)).toEqual(['call_2', 'call_2']);
  });

  test('a call that connects leaves no INVITE to cancel', async () => {
    const store = temporaryStore();
    await admit(store, draftCdr('call_1'));
    const buyer = { side: 'buyer', transactionId: 't', dialogId: 'd' } as const;
    await store.calls.recordDialed('call_1' as CallId, [buyer]);
    await store.calls.recordConnected({
      callId: 'call_1' as CallId,
      reservationId: 'call_1.r1' as AttemptId,
      draft: draftCdr('call_1'),
      callerDialogId: 'c',
      buyerDialogId: 'b',
    });
    expect(await store.recover()).toMatchObject({ pendingLegs: [], dialogs: [{ callId: 'call_1' }] });
  });

  test('a settlement that comes too late gets the record that recovery wrote', async () => {
    const store = temporaryStore();
    await connect(store, 'call_1');
    await store.recover();
    const late = await store.calls.settleCall('call_1' as CallId, () => {
      throw new Error('must not be judged again');
    });
    expect(late).toMatchObject({ outcome: 'interrupted', estimated: true });
  });
});
