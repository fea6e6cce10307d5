import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { draftCdr, endedCdr, openCallOf, SAMPLE_INSTANT, SAMPLE_PLAN } from '../../../test/support/sample-call.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { temporaryStore } from '../../../test/support/temporary-store.ts';
import { judgeCall } from '../../domain/billing/judge-call.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { BuyerId, CallId, CampaignId, DestinationId, PublisherId, RouteId, TrunkId } from '../../domain/ids.ts';
import type { Ani } from '../../domain/numbers/e164.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import { openStore, type Store } from '../open-store.ts';
import { commitTo, sealRecord, spellRecord, type LinkedCdr } from './cdr-chain.ts';

async function admit(store: Store, draft: Cdr): Promise<void> {
  await store.calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve: [], draft }));
}

async function settle(store: Store, ended: Cdr): Promise<Cdr> {
  await admit(store, { ...ended, endedAt: null, outcome: null, connectedAt: null });
  const facts = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };
  return store.calls.settleCall(ended.id, (view) => judgeCall(ended, view, facts));
}

function receivedAt(minute: number): Pick<Cdr, 'receivedAt'> {
  return { receivedAt: toIso((SAMPLE_INSTANT + minute * 60_000) as EpochMs) };
}

describe('the list of calls', () => {
  test('is newest first, drafts of open calls among the rest, and stays in place while calls arrive', async () => {
    const store = temporaryStore();
    for (const minute of [0, 1, 2]) await settle(store, endedCdr(`call_${minute}`, receivedAt(minute)));
    await admit(store, draftCdr('call_3', receivedAt(3)));

    const first = await store.queries.list({ limit: 2, filters: {} });
    await admit(store, draftCdr('call_4', receivedAt(4)));
    const second = await store.queries.list({ limit: 2, filters: {}, cursor: first.nextCursor ?? '' });

    expect(first.data.map(({ id, endedAt }) => [id, endedAt !== null])).toEqual([
      ['call_3', false],
      ['call_2', true],
    ]);
    expect(second.data.map((call) => call.id)).toEqual(['call_1', 'call_0']);
    expect(second.nextCursor).toBeNull();
  });

  test('has a place for each of many calls received at the same millisecond', async () => {
    const store = temporaryStore();
    for (let n = 0; n < 5; n++) await admit(store, draftCdr(`call_${n}`));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof store.queries.list>> = await store.queries.list({
        limit: 2,
        filters: {},
        ...(cursor === null ? {} : { cursor }),
      });
      seen.push(...page.data.map((call) => call.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['call_4', 'call_3', 'call_2', 'call_1', 'call_0']);
  });

  test('finds calls by each of its filters', async () => {
    const store = temporaryStore();
    await settle(
      store,
      endedCdr('call_other', { connectedAt: null, routeId: null, destinationId: null, buyerId: null }),
    );
    await settle(
      store,
      endedCdr('call_this', {
        ...receivedAt(7),
        campaignId: 'cmp_2' as CampaignId,
        buyerId: 'byr_2' as BuyerId,
        destinationId: 'dst_2' as DestinationId,
        publisherId: 'pub_2' as PublisherId,
        routeId: 'rte_2' as RouteId,
        trunkId: 'trk_2' as TrunkId,
        did: '+14155550199' as never,
        ani: '+12125550199' as Ani,
      }),
    );
    await admit(store, draftCdr('call_open'));

    const filters = [
      { campaignId: 'cmp_2' as CampaignId },
      { buyerId: 'byr_2' as BuyerId },
      { destinationId: 'dst_2' as DestinationId },
      { publisherId: 'pub_2' as PublisherId },
      { routeId: 'rte_2' as RouteId },
      { trunkId: 'trk_2' as TrunkId },
      { did: '+14155550199' },
      { ani: '+12125550199' },
      { outcome: 'connected' as const },
      { billable: true },
      { from: (SAMPLE_INSTANT + 7 * 60_000) as EpochMs },
    ];
    for (const filter of filters) {
      const { data } = await store.queries.list({ limit: 10, filters: filter });
      expect([filter, data.map((call) => call.id)]).toEqual([filter, ['call_this']]);
    }
    const before = await store.queries.list({ limit: 10, filters: { to: (SAMPLE_INSTANT + 7 * 60_000) as EpochMs } });
    expect(before.data.map((call) => call.id)).toEqual(['call_open', 'call_other']);
    const unbilled = await store.queries.list({ limit: 10, filters: { billable: false } });
    expect(unbilled.data.map((call) => call.id)).toEqual(['call_other']);
  });

  test('refuses a cursor that belongs to other filters', async () => {
    const store = temporaryStore();
    for (let n = 0; n < 2; n++) await admit(store, draftCdr(`call_${n}`));
    const { nextCursor } = await store.queries.list({ limit: 1, filters: {} });
    const query = { limit: 1, filters: { outcome: 'busy' as const }, cursor: nextCursor ?? '' };
    await expect(store.queries.list(query)).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('a disposition', () => {
  test('is read with the call, its latest word alone, and leaves the chain intact', async () => {
    const store = temporaryStore();
    await settle(store, endedCdr('call_1'));
    await store.dispositions.set('call_1' as CallId, { value: 'spam', note: null, keyId: 'key_1' });
    await store.dispositions.set('call_1' as CallId, { value: 'booked', note: 'came back', keyId: 'key_1' });
    expect(await store.queries.get('call_1' as CallId)).toMatchObject({ disposition: 'booked' });
    expect(await store.queries.verifyChain()).toMatchObject({ intact: true });
    await expect(
      store.dispositions.set('call_2' as CallId, { value: 'spam', note: null, keyId: 'key_1' }),
    ).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('what a record of a call refers to', () => {
  test('can not be removed: trunk, number, campaign, publisher, buyer, destination and route', async () => {
    const store = temporaryStore();
    const { resources } = store;
    const trunk = await resources.create('trunks', sample.trunk());
    const campaign = await resources.create('campaigns', sample.campaign());
    const publisher = await resources.create('publishers', sample.publisher());
    const buyer = await resources.create('buyers', sample.buyer());
    const destination = await resources.create('destinations', sample.destination(buyer.id));
    const tried = await resources.create('destinations', sample.destination(buyer.id));
    const route = await resources.create('routes', sample.route(campaign.id, destination.id));
    const did = await resources.create('dids', sample.did(campaign.id));
    const attempt = {
      seq: 1,
      routeId: route.id,
      destinationId: tried.id,
      gateway: null,
      startedAt: toIso(SAMPLE_INSTANT),
      ringingAt: null,
      answeredAt: null,
      endedAt: null,
      pddMs: null,
      sipStatus: 486,
      hangupCause: null,
      reason: 'busy',
    };
    const ids = { trunkId: trunk.id, campaignId: campaign.id, publisherId: publisher.id };
    const places = { buyerId: buyer.id, destinationId: destination.id, routeId: route.id };
    await settle(store, endedCdr('call_1', { ...ids, ...places, did: did.number, attempts: [attempt] }));

    const named = [
      ['routes', route.id],
      ['dids', did.id],
      ['destinations', tried.id],
      ['trunks', trunk.id],
      ['publishers', publisher.id],
    ] as const;
    for (const [kind, id] of named) {
      await expect(resources.remove(kind, id)).rejects.toMatchObject({
        code: 'in-use',
        message: expect.stringContaining('call_1') as string,
      });
    }
    await expect(resources.remove('buyers', buyer.id)).rejects.toThrow('ledger postings');
    await resources.replace('routes', route.id, { ...sample.route(campaign.id, destination.id), archived: true });
    expect((await resources.readPlan()).routes).toEqual([]);
  });
});

describe('the chain of records', () => {
  /** Settles three calls and closes the store; `tamper` then changes the file behind its back. */
  async function verifyAfter(tamper: (sqlite: Database.Database) => void) {
    const dataDir = temporaryFolder();
    const now = () => SAMPLE_INSTANT;
    const store = openStore({ dataDir, now });
    for (const minute of [1, 2, 3]) await settle(store, endedCdr(`call_${minute}`, receivedAt(minute)));
    store.close();
    const sqlite = new Database(join(dataDir, 'tollgate.db'));
    sqlite.pragma('foreign_keys = OFF');
    for (const trigger of ['calls_settled_stay', 'calls_are_kept', 'records_settled_stay', 'records_are_kept']) {
      sqlite.exec(`DROP TRIGGER ${trigger}`);
    }
    tamper(sqlite);
    sqlite.close();
    const reopened = openStore({ dataDir, now });
    const report = await reopened.queries.verifyChain();
    reopened.close();
    return report;
  }

  test('is intact over what was settled', async () => {
    expect(await verifyAfter(() => undefined)).toMatchObject({ intact: true, length: 3 });
  });

  const amount = `UPDATE call_records SET record = replace(record, '"amountMicros":30000000', '"amountMicros":10000000')`;
  test.each([
    ['a changed record', `${amount} WHERE call_seq = 2`, { at: 2, callId: 'call_2', problem: /text .* changed/ }],
    [
      'a record changed together with its hash',
      `UPDATE call_records SET record = replace(record, '"dnis":"4155550100"', '"dnis":"4155550101"') WHERE call_seq = 2;
        UPDATE call_records SET commitment = commitment_to(record, salt) WHERE call_seq = 2;
        UPDATE calls SET hash = (SELECT sealed(record, commitment) FROM call_records WHERE call_seq = 2) WHERE seq = 2`,
      { at: 3, callId: 'call_3', problem: /does not follow/ },
    ],
    [
      'a record taken out of the middle',
      'DELETE FROM calls WHERE seq = 2',
      { at: 2, callId: null, problem: /missing.*number 3/ },
    ],
    ['a record taken from the end', 'DELETE FROM calls WHERE seq = 3', { at: 3, callId: null, problem: /removed/ }],
    [
      'a column that says something else',
      'UPDATE calls SET charge_micros = 1 WHERE seq = 3',
      { at: 3, callId: 'call_3', problem: /charge_micros says 1, the record 30000000/ },
    ],
    ['a record without text', 'DELETE FROM call_records WHERE call_seq = 1', { at: 1, problem: /text .* missing/ }],
  ])('breaks at %s, and the report says where', async (_what, sql, { problem, ...place }) => {
    const report = await verifyAfter((sqlite) => {
      sqlite.function('commitment_to', (text: string, salt: string) => commitTo(text, salt));
      sqlite.function('sealed', (text: string, commitment: string) =>
        sealRecord(spellRecord(JSON.parse(text) as LinkedCdr).redacted, commitment),
      );
      sqlite.exec(sql);
    });
    expect(report).toMatchObject({ intact: false, ...place, problem: expect.stringMatching(problem) as string });
  });

  test('can not be changed through the database as it is', async () => {
    const dataDir = temporaryFolder();
    const store = openStore({ dataDir, now: () => SAMPLE_INSTANT });
    await settle(store, endedCdr('call_1'));
    const sqlite = new Database(join(dataDir, 'tollgate.db'));
    for (const sql of [
      'UPDATE calls SET charge_micros = 1',
      'DELETE FROM calls',
      "UPDATE call_records SET record = ''",
      'DELETE FROM call_records',
      'UPDATE postings SET amount_micros = 0',
      'DELETE FROM postings',
    ]) {
      expect(() => sqlite.exec(sql)).toThrow(/never (changed|removed)/);
    }
    sqlite.close();
    store.close();
  });
});
