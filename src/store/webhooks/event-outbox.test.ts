import { describe, expect, it } from 'vitest';

import { SAMPLE_INSTANT, draftCdr, openCallOf, SAMPLE_PLAN } from '../../../test/support/sample-call.ts';
import { admitCall, settleAdmitted, settleCall } from '../../../test/support/settle-call.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import { addWebhook, deliveriesTo, detailsOf } from '../../../test/support/webhook-samples.ts';
import type { AttemptId, CallId, RecordingId } from '../../domain/ids.ts';
import type { WebhookEventType } from '../../domain/webhooks/webhook-event.ts';
import { openStore, type Store } from '../open-store.ts';

const CALL = 'call_1' as CallId;
const BY = { keyId: 'key_1' };

const connect = (store: Store): Promise<void> =>
  store.calls.recordConnected({
    callId: CALL,
    reservationId: 'att_1' as AttemptId,
    callerDialogId: 'a',
    buyerDialogId: 'b',
    draft: draftCdr(CALL, { connectedAt: draftCdr(CALL).receivedAt }),
  });

const typesTo = async (store: Store, webhookId: string): Promise<string[]> =>
  (await deliveriesTo(store, webhookId)).map(({ type }) => type);

describe('A call', () => {
  it('is told of as it comes, connects, ends and is settled, each time as the API shows it then', async () => {
    const store = temporaryStore();
    const { id } = await addWebhook(store);
    await admitCall(store, CALL);
    const received = await store.queries.get(CALL);
    await connect(store);
    const connected = await store.queries.get(CALL);
    await settleAdmitted(store, CALL);
    const settled = await store.queries.get(CALL);

    const events = (await detailsOf(store, id)).map(({ event }) => event);
    expect(events.map(({ type }) => type)).toEqual(['call.received', 'call.connected', 'call.ended', 'call.settled']);
    expect(events.map(({ data }) => data)).toEqual([received, connected, settled, settled].map((call) => ({ call })));
    expect(settled?.hash).toMatch(/^[0-9a-f]{64}$/);
    for (const event of events) {
      expect(event).toMatchObject({ apiVersion: 'v1', createdAt: '2026-11-21T14:00:00.000Z' });
      expect(event.id).toMatch(/^evt_[0-9A-Z]{26}$/);
    }
    expect(new Set(events.map((event) => event.id)).size).toBe(4);
  });

  it('that connects and ends before the first could be written is told of all the same, and one that never connects is not', async () => {
    const store = temporaryStore();
    const { id } = await addWebhook(store);
    await settleCall(store, CALL);
    expect(await typesTo(store, id)).toEqual(['call.received', 'call.connected', 'call.ended', 'call.settled']);
    await settleCall(store, 'call_2', { connectedAt: null });
    expect((await typesTo(store, id)).slice(4)).toEqual(['call.received', 'call.ended', 'call.settled']);
  });

  it('is told of once for each side that is adjusted, with the call as the whole decision leaves it', async () => {
    const store = temporaryStore();
    const { id } = await addWebhook(store, { events: ['call.adjusted'] });
    await settleCall(store, CALL);
    const change = { party: 'buyer', amountMicros: -5_000_000, reason: 'half', ...BY } as const;
    const { adjustments: changed } = await store.ledger.changeCall(CALL, change);
    await store.ledger.changeCall(CALL, change);
    const { adjustments: refunded } = await store.ledger.refundCall(CALL, { reason: 'all', ...BY });

    const events = (await detailsOf(store, id)).map(({ event }) => event);
    expect(events.map(({ data }) => data.adjustment)).toEqual([...changed, ...refunded]);
    expect(refunded).toHaveLength(2);
    expect(events.map(({ data }) => data.call.currentVerdicts.buyer?.amountMicros)).toEqual([25_000_000, 0, 0]);
    expect(events.at(-1)?.data.call).toEqual(await store.queries.get(CALL));
  });

  it('is told of when a person bills it, or confirms a refund', async () => {
    const store = temporaryStore();
    const { id } = await addWebhook(store, { events: ['call.adjusted'] });
    await settleCall(store, CALL, { estimated: true });
    await store.ledger.billCall(CALL, { reason: 'sure', ...BY });
    expect((await detailsOf(store, id)).map(({ event }) => event.data.adjustment?.action)).toEqual(['bill', 'bill']);
  });

  it('is told of when its recording is ready, by whoever made it so', async () => {
    const store = temporaryStore();
    const { id } = await addWebhook(store);
    await settleCall(store, CALL);
    const recording = { id: 'rec_1' as RecordingId, durationMs: 120_000 };
    store.outbox.tell('recording.ready', CALL, { recording });
    const last = (await detailsOf(store, id)).at(-1);
    expect(last?.event).toMatchObject({ type: 'recording.ready', data: { call: { id: CALL }, recording } });
  });

  it('that a crash cut off is told of by the recovery', async () => {
    const dataDir = temporaryFolder();
    const dying = openStore({ dataDir, now: () => SAMPLE_INSTANT });
    const { id } = await addWebhook(dying, { events: ['call.ended', 'call.settled'] });
    await admitCall(dying, CALL);
    dying.close();

    const store = openStore({ dataDir, now: () => SAMPLE_INSTANT });
    await store.recover();
    await store.recover();
    const events = (await detailsOf(store, id)).map(({ event }) => event);
    expect(events.map(({ type, data }) => [type, data.call.outcome])).toEqual([
      ['call.ended', 'interrupted'],
      ['call.settled', 'interrupted'],
    ]);
    store.close();
  });

  it('is not told of where its settlement was undone, and once where it was repeated', async () => {
    const store = temporaryStore();
    const { id } = await addWebhook(store, { events: ['call.received', 'call.settled'] });
    await admitCall(store, CALL);
    const fail = (): never => {
      throw new Error('no verdict');
    };
    await expect(store.calls.settleCall(CALL, fail)).rejects.toThrow('no verdict');
    expect(await typesTo(store, id)).toEqual(['call.received']);
    await settleAdmitted(store, CALL);
    await settleAdmitted(store, CALL);
    expect(await typesTo(store, id)).toEqual(['call.received', 'call.settled']);
  });
});

describe('Who is told', () => {
  it('is each webhook that wants it and is switched on, of one event with one id', async () => {
    const store = temporaryStore();
    const [all, some, off, gone] = await Promise.all([
      addWebhook(store),
      addWebhook(store, { events: ['call.settled'] }),
      addWebhook(store, { enabled: false }),
      addWebhook(store),
    ]);
    await store.webhooks.remove(gone.id, () => undefined);
    await settleCall(store, CALL);
    expect(await typesTo(store, all.id)).toEqual(['call.received', 'call.connected', 'call.ended', 'call.settled']);
    expect(await typesTo(store, some.id)).toEqual(['call.settled']);
    expect(await typesTo(store, off.id)).toEqual([]);
    const [one, other] = [(await deliveriesTo(store, all.id)).at(-1), (await deliveriesTo(store, some.id)).at(-1)];
    expect(one?.eventId).toBe(other?.eventId);
    expect(one?.id).not.toBe(other?.id);
  });

  it('follows each change at once, in whatever order changes and calls are committed', async () => {
    const store = temporaryStore();
    await settleCall(store, 'call_before');
    const { id, ...fields } = await addWebhook(store, { events: ['call.received'] });
    const events = (...wanted: readonly WebhookEventType[]) =>
      store.webhooks.change(id, () => ({ ...fields, events: wanted }));
    // All of these share one commit.
    await Promise.all([
      admitCall(store, 'call_a'),
      events('call.connected'),
      admitCall(store, 'call_b'),
      events('call.received', 'call.settled'),
      admitCall(store, 'call_c'),
    ]);
    await settleAdmitted(store, 'call_c');
    await Promise.all([events('call.connected'), admitCall(store, 'call_x')]);
    await admitCall(store, 'call_y');
    await Promise.all([admitCall(store, 'call_z'), events('call.received'), admitCall(store, 'call_e')]);
    await store.webhooks.change(id, () => ({ ...fields, enabled: false }));
    await admitCall(store, 'call_d');
    const told = (await deliveriesTo(store, id)).map(({ type, callId }) => `${type} ${callId}`);
    expect(told).toEqual([
      'call.received call_a',
      'call.received call_c',
      'call.settled call_c',
      'call.received call_e',
    ]);
  });

  it('is nobody of a change that was undone, and again whoever it was before', async () => {
    const store = temporaryStore();
    const { id, ...fields } = await addWebhook(store, { events: ['call.received'] });
    const undone = store.changes.run(
      (work) => {
        work();
        throw new Error('no room for the audit entry');
      },
      () => store.webhooks.change(id, () => ({ ...fields, events: ['call.settled'] })),
    );
    const admitted = admitCall(store, 'call_a');
    await expect(undone).rejects.toThrow('no room');
    await admitted;
    await settleAdmitted(store, 'call_a');
    expect((await deliveriesTo(store, id)).map(({ type }) => type)).toEqual(['call.received']);
  });

  it('is whoever was told of by rows: another process’s webhooks count from the next start on', async () => {
    const dataDir = temporaryFolder();
    const first = openStore({ dataDir, now: () => SAMPLE_INSTANT });
    const { id } = await addWebhook(first, { events: ['call.received'] });
    first.close();
    const store = openStore({ dataDir, now: () => SAMPLE_INSTANT });
    await admitCall(store, CALL);
    expect(await typesTo(store, id)).toEqual(['call.received']);
    store.close();
  });

  it('costs a call nothing while nobody wants to know', async () => {
    const store = temporaryStore();
    let told = 0;
    store.deliveries.onDue(() => (told += 1));
    await settleCall(store, CALL);
    await addWebhook(store, { events: ['recording.ready'] });
    await settleCall(store, 'call_2');
    expect(told).toBe(0);
    await addWebhook(store);
    const draft = draftCdr('call_3');
    await store.calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve: [], draft }));
    expect(told).toBe(1);
  });
});
