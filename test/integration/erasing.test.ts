import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Registry } from 'prom-client';
import { expect, onTestFinished, test, vi } from 'vitest';

import type { CallId, RecordingId } from '../../src/domain/ids.ts';
import { toIso, type EpochMs } from '../../src/domain/time.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { RecordingFiles } from '../../src/recordings/recording-files.ts';
import { startErasing } from '../../src/start-erasing.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { settleCall } from '../support/settle-call.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { temporaryStore } from '../support/temporary-store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A recorded call of each of these ages, in days, in a product that keeps callers for so long. */
async function setUp(days: number, ages: readonly number[]) {
  const clock = new ManualClock();
  const dataDir = temporaryFolder();
  const store = temporaryStore(() => clock.now().wall);
  const recordings = new RecordingFiles({ dataDir, register: store.recordings, onTrouble: () => undefined });
  const files: string[] = [];
  for (const age of ages) {
    const callId = `call_${age}` as CallId;
    const receivedAt = toIso((clock.now().wall - age * DAY_MS) as EpochMs);
    await settleCall(store, callId, { receivedAt });
    const path = `recordings/${receivedAt.slice(0, 10).replaceAll('-', '/')}/${callId}.wav`;
    mkdirSync(dirname(join(dataDir, path)), { recursive: true });
    writeFileSync(join(dataDir, path), 'a conversation');
    await store.recordings.keep({ id: `rec_${age}` as RecordingId, callId, path, sizeBytes: 14, durationMs: 1_000 });
    files.push(join(dataDir, path));
  }
  const registry = new Registry();
  const log = createLogger('silent', 'full');
  const erasing = startErasing({ days, recordings, store, clock, log, registry, draw: () => 0.5 });
  onTestFinished(() => erasing.stop());
  const erased = async (): Promise<number> =>
    Number(/^tollgate_calls_erased_total (\d+)$/m.exec(await registry.metrics())?.[1]);
  /** Lets time pass, and the look that is due then take place. */
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await vi.waitFor(() => expect(clock.running).toBe(1));
  };
  return { store, files, erased, pass };
}

test('callers are erased when their calls are older than is kept, recordings with them, and no others', async () => {
  const { store, files, erased, pass } = await setUp(30, [31, 29.5, 1]);
  await pass(HOUR_MS);
  expect([await erased(), files.map(existsSync)]).toEqual([1, [false, true, true]]);
  expect(await store.queries.get('call_31' as CallId)).toMatchObject({ ani: 'erased', talkMs: 120_000 });
  await pass(DAY_MS);
  await pass(HOUR_MS);
  expect([await erased(), files.map(existsSync)]).toEqual([2, [false, false, true]]);
  expect(store.erasures.list({ limit: 10 }).data).toMatchObject([
    { about: 'age', callsErased: 1, recordingsDeleted: 1 },
    { about: 'age', callsErased: 1, recordingsDeleted: 1 },
  ]);
  expect(await store.queries.verifyChain()).toMatchObject({ intact: true, length: 3, erased: 2 });
  expect(store.ledger.check().problems).toEqual([]);
});

test('callers are kept for ever where nothing else is said', async () => {
  const { store, files, erased, pass } = await setUp(0, [5_000]);
  await pass(HOUR_MS);
  expect([await erased(), files.map(existsSync)]).toEqual([0, [true]]);
  expect(store.erasures.list({ limit: 10 }).data).toEqual([]);
});
