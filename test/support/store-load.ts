import { judgeCall } from '../../src/domain/billing/judge-call.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { openStore } from '../../src/store/open-store.ts';
import { draftCdr, endedCdr, openCallOf, SAMPLE_INSTANT, SAMPLE_PLAN, samplePlace } from './sample-call.ts';

/**
 * A process that admits, connects and settles calls as fast as it can until it is killed, and says on stdout what it was
 * told is kept: `admitted <id>`, `settled <id>`. One call in ten is never hung up, so that some are up whenever it dies.
 * Arguments: data folder, prefix of its call ids, calls at once.
 */
const [dataDir = '', prefix = '', atOnce = '16'] = process.argv.slice(2);
const store = openStore({ dataDir, now: () => Date.now() as EpochMs });
await store.recover();

let calls = 0;

async function runCalls(): Promise<never> {
  for (;;) {
    calls += 1;
    const id = `${prefix}_${calls}`;
    const draft = draftCdr(id);
    await store.calls.admitCall(openCallOf(draft), () => ({
      plan: SAMPLE_PLAN,
      reserve: [samplePlace(`${id}.r1`)],
      draft,
    }));
    process.stdout.write(`admitted ${id}\n`);
    await store.calls.recordConnected({
      callId: draft.id,
      reservationId: `${id}.r1` as AttemptId,
      callerDialogId: `${id}-caller`,
      buyerDialogId: `${id}-buyer`,
      draft: { ...draft, connectedAt: draft.receivedAt, answeredAt: draft.receivedAt },
    });
    if (calls % 10 === 0) continue;
    await store.calls.recordAlive((SAMPLE_INSTANT + 1_000) as EpochMs);
    const facts = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };
    await store.calls.settleCall(draft.id, (view) => judgeCall(endedCdr(id), view, facts));
    process.stdout.write(`settled ${id}\n`);
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, runCalls));
