import { setImmediate as nextTurn } from 'node:timers/promises';

import { Admission } from '../../src/calls/admission.ts';
import { judgeCall } from '../../src/domain/billing/judge-call.ts';
import { newFacts, type CallFacts, type CallOrigin } from '../../src/domain/call/call-facts.ts';
import type { Cdr } from '../../src/domain/call/cdr.ts';
import type { DialTarget } from '../../src/domain/call/dial-target.ts';
import type { AttemptId, CallId, TrunkId } from '../../src/domain/ids.ts';
import type { Ani, E164 } from '../../src/domain/numbers/e164.ts';
import { buildRoutingSnapshot } from '../../src/domain/routing/routing-snapshot.ts';
import { seededRandom } from '../../src/domain/routing/seeded-random.ts';
import { toIso, type EpochMs, type MonoMs } from '../../src/domain/time.ts';
import { openStore } from '../../src/store/open-store.ts';
import { locationOf, noPlaces } from '../support/routing-plan.ts';
import { draftCdr, endedCdr, openCallOf } from '../support/sample-call.ts';
import { receivedAtMs, tightPlan } from './caps-plan.ts';

/**
 * A process that admits, fails over, connects and settles calls as the product does, many at once, until it has made the
 * last of them or is killed. It says on stdout what is so: `admitted <call>`, once the store has said so; `held <call>
 * <route>`, once a place is taken; `over <call>`, before the place is given back. So whatever lies between `held` and
 * `over` was really held. Arguments: data folder, prefix of its call ids, number of its first call and of the one after
 * its last, seed, calls at once.
 */
const [dataDir = '', prefix = '', first = '0', end = '0', seed = '0', atOnce = '64'] = process.argv.slice(2);

const DID = '+14155550100' as E164;
const LONGEST_TALK_TURNS = 4;

const plan = tightPlan();
const snapshot = buildRoutingSnapshot(plan, noPlaces);
const campaignId = plan.campaigns[0]?.id ?? null;
const store = openStore({ dataDir, now: () => Date.now() as EpochMs });
await store.recover();

let next = Number(first);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function makeCalls(): Promise<void> {
  while (next < Number(end)) {
    const n = next;
    next += 1;
    await makeCall(n, seededRandom(Number(seed) ^ Math.imul(n, 0x9e3779b1)));
  }
}

async function makeCall(n: number, random: () => number): Promise<void> {
  const origin = originOf(n);
  const { callId } = origin;
  const input = { origin, snapshot, seed: Math.floor(random() * 2 ** 32), trunkLimit: null, isDown: () => false };
  const admission = new Admission(input);
  const draft = draftCdr(callId, { receivedAt: toIso(origin.receivedAt.wall), campaignId, ani: origin.ani });
  const admitted = await store.calls.admitCall(openCallOf(draft), (view) => admission.decide(view));
  say(`admitted ${callId}`);
  let target = admitted.kind === 'dial' ? admitted.targets[0] : undefined;
  const failed: CallFacts['attempts'][number][] = [];
  while (target) {
    say(`held ${callId} ${target.routeId}`);
    if (random() >= FAILS) break;
    // The destination fails: its place is given back and the next one's taken in one transaction.
    await turns(random, 2);
    say(`over ${callId}`);
    failed.push(failedAttempt(target));
    const facts: CallFacts = { ...newFacts(origin), attempts: failed };
    const release: readonly AttemptId[] = [target.reservationId];
    const chosen = await store.calls.reserveAttempts(callId, release, admission.chooseNext(facts));
    target = chosen?.targets[0];
  }
  if (target === undefined || random() < ABANDONED) {
    await settle(endedCdr(callId, { receivedAt: draft.receivedAt, connectedAt: null, campaignId, ...NOBODY }));
    return;
  }
  await talk(draft, target, random);
}

/** Shares of the calls whose destination fails, and whose caller gives up; of those who talk, a third is too short. */
const FAILS = 0.15;
const ABANDONED = 0.15;
const NOBODY = { buyerId: null, destinationId: null, routeId: null };

async function talk(draft: Cdr, target: DialTarget, random: () => number): Promise<void> {
  const connectedAt = toIso((Date.parse(draft.receivedAt) + 5_000) as EpochMs);
  await store.calls.recordConnected({
    callId: draft.id,
    reservationId: target.reservationId,
    callerDialogId: `${draft.id}-caller`,
    buyerDialogId: `${draft.id}-buyer`,
    draft: { ...draft, connectedAt, answeredAt: connectedAt },
  });
  await turns(random, LONGEST_TALK_TURNS);
  const { routeId, destinationId, buyerId, terms } = target;
  const talkMs = random() < 1 / 3 ? 59_999 : 60_000;
  const { receivedAt } = draft;
  await settle(
    endedCdr(draft.id, { receivedAt, connectedAt, campaignId, routeId, destinationId, buyerId, terms, talkMs }),
  );
}

async function settle(ended: Cdr): Promise<void> {
  say(`over ${ended.id}`);
  const facts = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };
  await store.calls.settleCall(ended.id, (view) => judgeCall(ended, view, facts));
}

/** Lets so many rounds of the event loop pass, at most: other calls come and go meanwhile. */
async function turns(random: () => number, most: number): Promise<void> {
  for (let left = Math.floor(random() * most); left > 0; left -= 1) await nextTurn();
}

function originOf(n: number): CallOrigin {
  return {
    callId: `${prefix}_${n}` as CallId,
    trunkId: 'trk_1' as TrunkId,
    did: DID,
    dnis: DID,
    ani: `+1212555${String(n % 10_000).padStart(4, '0')}` as Ani,
    callerName: null,
    campaignId,
    publisherId: null,
    location: locationOf(),
    attestation: null,
    receivedAt: { wall: receivedAtMs(n) as EpochMs, mono: 0 as MonoMs },
  };
}

/** As much of a failed attempt as choosing the next one looks at. */
function failedAttempt(target: DialTarget): CallFacts['attempts'][number] {
  return { target } as CallFacts['attempts'][number];
}

await Promise.all(Array.from({ length: Number(atOnce) }, makeCalls));
store.close();
