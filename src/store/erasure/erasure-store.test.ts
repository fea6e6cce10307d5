import { describe, expect, test } from 'vitest';

import { servedFolder } from '../../../test/support/cli-store.ts';
import { eraseCaller, eraseCalls, noFiles, tablesWith } from '../../../test/support/erasures.ts';
import { draftCdr, openCallOf, SAMPLE_INSTANT, SAMPLE_PLAN } from '../../../test/support/sample-call.ts';
import { admitCall, settleAdmitted, settleCall } from '../../../test/support/settle-call.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import { addWebhook, detailsOf } from '../../../test/support/webhook-samples.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { CallId, RecordingId } from '../../domain/ids.ts';
import type { Ani, E164 } from '../../domain/numbers/e164.ts';
import type { CallerLocation } from '../../domain/numbers/location.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { Store } from '../open-store.ts';

const CALLER = '+14158670199' as E164;
const OTHER = '+12125550123' as E164;
const CALL = 'call_1' as CallId;
const DAY_MS = 86_400_000;

const LOCATION: CallerLocation = {
  source: 'entered',
  country: 'US',
  state: 'CA',
  zip: '94107',
  npa: '415',
  npaNxx: '415867',
  timezone: 'America/Los_Angeles',
};

const FIELDS: Partial<Cdr> = {
  ani: CALLER,
  callerName: 'Ada Lovelace',
  location: LOCATION,
  hangupCause: `SIP;cause=200;text="${CALLER} hung up"`,
  decision: { seed: 1, snapshotVersion: 1, at: toIso(SAMPLE_INSTANT), location: LOCATION, candidates: [] },
};

/** Does what somebody asked for, with its entry in the audit log. */
function audited<Result>(
  store: Store,
  resource: string,
  id: string | null,
  work: () => Promise<Result>,
): Promise<Result> {
  const action = { actor: { keyId: 'key_1', role: 'admin' }, action: 'update', resource, resourceId: id } as const;
  return store.changes.run((inside) => store.audit.watch(action, inside), work);
}

/** A call of the caller's with everything that can be kept of one, and the number in every text that takes it. */
async function keepEverything(store: Store): Promise<string> {
  const webhook = await addWebhook(store);
  const draft = draftCdr(CALL, FIELDS);
  const basis = { excludedDestinations: [], excludedBuyers: [], category: 'leak', readings: {} };
  await store.calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve: [], draft, basis }));
  await settleAdmitted(store, CALL, FIELDS);
  const recording = { id: 'rec_1' as RecordingId, path: 'recordings/call_1.wav', sizeBytes: 1, durationMs: 1 };
  await store.recordings.keep({ ...recording, callId: CALL });
  const note = 'Mrs Lovelace, (415) 867-0199';
  const word = { value: 'booked', note, keyId: 'key_1' } as const;
  for (const _ of ['said', 'said again']) await audited(store, 'calls', CALL, () => store.dispositions.set(CALL, word));
  const change = { party: 'buyer', amountMicros: -1_000_000, reason: `agreed with ${CALLER}`, keyId: 'key_1' } as const;
  await audited(store, 'calls', CALL, () => store.ledger.changeCall(CALL, change));
  const report = { callId: CALL, externalId: '4158670199', kind: 'sale', valueMicros: 5, occurredAt: null } as const;
  await audited(store, 'conversions', null, () => store.conversions.report({ ...report, reporter: 'house' }));
  const request = { keyId: 'key_1', path: '/v1/blocklist', key: 'k' };
  await store.idempotency.keep(request, 'hash', { status: 201, headers: {}, body: `{"match":"${CALLER}"}` });
  return webhook.id;
}

describe('an erased caller', () => {
  test('is in no table any more, by number, name, ZIP or in words', async () => {
    const { store, dataDir } = servedFolder();
    await keepEverything(store);
    const before = tablesWith(dataDir, '4158670199');
    expect(before).toEqual([
      'calls',
      'call_records',
      'adjustments',
      'idempotency_keys',
      'audit_log',
      'webhook_events',
      'conversions',
    ]);
    expect(await eraseCaller(store, CALLER)).toMatchObject({ callsErased: 1, recordingsDeleted: 1, openCalls: 0 });
    for (const trace of ['4158670199', '867-0199', 'Lovelace', '94107', '415867', 'leak']) {
      expect([trace, tablesWith(dataDir, trace)]).toEqual([trace, []]);
    }
  });

  test('leaves money, times, verdicts and figures as they were', async () => {
    const { store } = servedFolder();
    await keepEverything(store);
    const was = await store.queries.get(CALL);
    await eraseCaller(store, CALLER);
    const is = await store.queries.get(CALL);
    expect(is).toEqual({
      ...was,
      ani: 'erased',
      callerName: null,
      hangupCause: 'SIP;cause=200;text="[erased] hung up"',
      location: { ...LOCATION, zip: null, npa: null, npaNxx: null },
      decision: { ...was?.decision, location: { ...LOCATION, zip: null, npa: null, npaNxx: null } },
      adjustments: was?.adjustments.map((adjustment) => ({ ...adjustment, reason: 'agreed with [erased]' })),
      conversions: was?.conversions.map((each) => ({ ...each, externalId: `erased-${each.id}` })),
      erasedAt: is?.erasedAt,
    });
    expect(is?.erasedAt).toMatch(/Z$/);
    expect((await store.dispositions.get(CALL)).history).toMatchObject([{ value: 'booked', note: null }]);
    expect(store.ledger.check().problems).toEqual([]);
    expect(store.reports.check().problems).toEqual([]);
    expect(await store.queries.verifyChain()).toMatchObject({ intact: true, length: 1, erased: 1, unproven: 0 });
    expect(store.decisions.find(CALL)?.basis).toBeUndefined();
  });

  test('is told to webhooks without a name, of what waits as of what can be replayed', async () => {
    const { store } = servedFolder();
    const webhook = await keepEverything(store);
    await eraseCaller(store, CALLER);
    const events = (await detailsOf(store, webhook)).map(({ event }) => event);
    expect(events.length).toBeGreaterThan(4);
    expect(new Set(events.map(({ data }) => data.call.ani))).toEqual(new Set(['erased']));
    expect(JSON.stringify(events)).not.toMatch(/4158670199|Lovelace|94107/);
  });

  test('has no recording kept that is completed only afterwards', async () => {
    const store = temporaryStore();
    await settleCall(store, CALL, { ani: CALLER });
    await eraseCaller(store, CALLER);
    const late = { id: 'rec_1' as RecordingId, callId: CALL, path: 'p', sizeBytes: 1, durationMs: 1 };
    expect(await store.recordings.keep(late)).toBe(false);
    expect(store.recordings.find(CALL)).toBeUndefined();
  });

  test('is found no second time, and can call again', async () => {
    const store = temporaryStore();
    await settleCall(store, CALL, { ani: CALLER });
    await eraseCaller(store, CALLER);
    expect(await eraseCaller(store, CALLER)).toMatchObject({ callsErased: 0, recordingsDeleted: 0 });
    const again = await settleCall(store, 'call_2', { ani: CALLER });
    expect(again.ani).toBe(CALLER);
    expect(await eraseCaller(store, CALLER)).toMatchObject({ callsErased: 1 });
  });
});

describe('an erasure', () => {
  test('takes all calls of the caller, however many, and nobody else’s', async () => {
    const store = temporaryStore();
    for (let n = 0; n < 25; n++) await settleCall(store, `call_${n}`, { ani: n % 5 === 4 ? OTHER : CALLER });
    const files: string[] = [];
    const order = { subject: { about: 'caller', ani: CALLER }, note: 'ticket 7', keyId: 'key_7' } as const;
    const erasure = await store.erasures.erase(order, ({ callId }) => Promise.resolve(void files.push(callId)));
    expect(erasure).toMatchObject({ callsErased: 20, about: 'caller', note: 'ticket 7', keyId: 'key_7' });
    expect(files).toHaveLength(20);
    const { data } = await store.queries.list({ limit: 50, filters: {} });
    expect(data.map(({ ani }) => ani).toSorted()).toEqual([...Array(5).fill(OTHER), ...Array(20).fill('erased')]);
    expect([...store.erasures.erasedCalls()]).toHaveLength(20);
  });

  test('leaves calls in progress and says how many there are', async () => {
    const store = temporaryStore();
    await settleCall(store, CALL, { ani: CALLER });
    await admitCall(store, 'call_2', { ani: CALLER });
    expect(await eraseCaller(store, CALLER)).toMatchObject({ callsErased: 1, openCalls: 1 });
    expect((await store.queries.get('call_2' as CallId))?.ani).toBe(CALLER);
    await settleAdmitted(store, 'call_2', { ani: CALLER });
    expect(await eraseCaller(store, CALLER)).toMatchObject({ callsErased: 1, openCalls: 0 });
  });

  test('by calls takes anonymous ones, too', async () => {
    const store = temporaryStore();
    for (const id of ['call_1', 'call_2']) await settleCall(store, id, { ani: 'anonymous', callerName: 'Ada' });
    expect(await eraseCalls(store, 'call_1')).toMatchObject({ about: 'calls', callsErased: 1 });
    expect(await store.queries.get(CALL)).toMatchObject({ ani: 'erased', callerName: null });
    expect(await store.queries.get('call_2' as CallId)).toMatchObject({ ani: 'anonymous', callerName: 'Ada' });
    await expect(eraseCalls(store, 'call_1', 'call_9')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('says whether the number is blocked, and keeps that', async () => {
    const store = temporaryStore();
    await store.resources.create('blocklist', { match: '+1415867', reason: 'nuisance' });
    const subject = { about: 'caller', ani: CALLER } as const;
    expect(store.erasures.count(subject)).toEqual({ calls: 0, recordings: 0, openCalls: 0, blocklisted: true });
    expect(await eraseCaller(store, CALLER)).toMatchObject({ blocklisted: true });
    expect(await eraseCaller(store, OTHER)).toMatchObject({ blocklisted: false });
  });

  test('is refused with the number in its note, which stays', async () => {
    const store = temporaryStore();
    const refused = eraseCaller(store, CALLER, { note: 'asked from 415 867 0199' });
    await expect(refused).rejects.toMatchObject({ code: 'invalid', problems: [{ path: '/note' }] });
  });

  test('counts beforehand what it will find', async () => {
    const store = temporaryStore();
    for (const id of ['call_1', 'call_2']) await settleCall(store, id, { ani: CALLER });
    await store.recordings.keep({ id: 'rec_1' as RecordingId, callId: CALL, path: 'p', sizeBytes: 1, durationMs: 1 });
    await admitCall(store, 'call_3', { ani: CALLER });
    const findings = { calls: 2, recordings: 1, openCalls: 1, blocklisted: false };
    expect(store.erasures.count({ about: 'caller', ani: CALLER })).toEqual(findings);
    const callIds = ['call_1', 'call_2', 'call_3'] as CallId[];
    expect(store.erasures.count({ about: 'calls', callIds })).toEqual(findings);
    expect((await store.queries.get(CALL))?.ani).toBe(CALLER);
  });

  test('is listed, the latest first, a page at a time', async () => {
    const store = temporaryStore();
    const made = [await eraseCaller(store, CALLER), await eraseCaller(store, OTHER)];
    const first = store.erasures.list({ limit: 1 });
    expect(first.data).toEqual([made[1]]);
    expect(store.erasures.list({ limit: 1, cursor: first.nextCursor ?? '' })).toEqual({
      data: [made[0]],
      nextCursor: null,
    });
    expect(store.erasures.get(made[0]?.id ?? '')).toEqual(made[0]);
  });
});

describe('callers of calls that are too old', () => {
  async function setUp() {
    let now = SAMPLE_INSTANT + 30 * DAY_MS;
    const store = temporaryStore(() => now as EpochMs);
    const aged = (days: number) => ({ ani: CALLER as Ani, receivedAt: toIso((now - days * DAY_MS) as EpochMs) });
    const anis = async () =>
      Object.fromEntries((await store.queries.list({ limit: 500, filters: {} })).data.map(({ id, ani }) => [id, ani]));
    return { store, aged, anis, pass: (days: number) => void (now += days * DAY_MS) };
  }

  test('are erased, each when its time has come, in one erasure a day', async () => {
    const { store, aged, anis, pass } = await setUp();
    for (const days of [11, 10.5, 9.5, 1]) await settleCall(store, `call_${days}`, aged(days));
    expect(await store.erasures.eraseOlder(10, noFiles)).toBe(2);
    expect(await anis()).toEqual({ call_11: 'erased', 'call_10.5': 'erased', 'call_9.5': CALLER, call_1: CALLER });
    expect(await store.erasures.eraseOlder(10, noFiles)).toBe(0);
    pass(1);
    expect(await store.erasures.eraseOlder(10, noFiles)).toBe(1);
    const erasures = store.erasures.list({ limit: 10 }).data;
    expect(erasures.map(({ about, keyId, callsErased }) => [about, keyId, callsErased])).toEqual([
      ['age', 'system', 1],
      ['age', 'system', 2],
    ]);
    const entries = await store.audit.list({ limit: 10, filters: {} });
    expect(entries.data).toMatchObject(
      erasures.map(({ id }) => ({ action: 'expire', resourceId: id, after: { days: 10 } })),
    );
    expect(await store.queries.verifyChain()).toMatchObject({ intact: true, erased: 3 });
  });

  test('are erased some at a time where there are many', async () => {
    const { store, aged } = await setUp();
    for (let n = 0; n < 510; n++) await settleCall(store, `call_${n}`, aged(20));
    expect(await store.erasures.eraseOlder(10, noFiles)).toBe(500);
    expect(await store.erasures.eraseOlder(10, noFiles)).toBe(10);
    expect(store.erasures.list({ limit: 10 }).data).toMatchObject([{ callsErased: 510 }]);
  });

  test('are not forgotten where a call went on while younger ones were erased', async () => {
    const { store, aged, anis } = await setUp();
    const old = aged(20);
    await admitCall(store, 'call_long', old);
    await settleCall(store, 'call_older', aged(21));
    await settleCall(store, 'call_younger', aged(19));
    expect(await store.erasures.eraseOlder(10, noFiles)).toBe(1);
    await settleAdmitted(store, 'call_long', old);
    expect(await store.erasures.eraseOlder(10, noFiles)).toBe(2);
    expect(new Set(Object.values(await anis()))).toEqual(new Set(['erased']));
  });
});
