import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test, vi } from 'vitest';

import type { CallId, RecordingId } from '../../src/domain/ids.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { RecordingFiles } from '../../src/recordings/recording-files.ts';
import { startRetention } from '../../src/start-retention.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { sample } from '../support/sample-plan.ts';
import { settleCall } from '../support/settle-call.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { temporaryStore } from '../support/temporary-store.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Campaigns that keep recordings for these many days, or for ever, with one recorded call each. */
async function setUp(retentions: readonly (number | undefined)[]) {
  const clock = new ManualClock();
  const dataDir = temporaryFolder();
  const store = temporaryStore(() => clock.now().wall);
  const troubles: unknown[] = [];
  const recordings = new RecordingFiles({
    dataDir,
    register: store.recordings,
    onTrouble: (_callId, error) => troubles.push(error),
  });
  const files: string[] = [];
  for (const [index, days] of retentions.entries()) {
    const campaign = await store.resources.create(
      'campaigns',
      sample.campaign({ name: `Campaign ${index}`, ...(days === undefined ? {} : { recordingRetentionDays: days }) }),
    );
    const callId = `call_${index}` as CallId;
    await settleCall(store, callId, { campaignId: campaign.id });
    const path = `recordings/2026/11/21/${callId}.wav`;
    mkdirSync(dirname(join(dataDir, path)), { recursive: true });
    writeFileSync(join(dataDir, path), 'a conversation');
    await store.recordings.keep({ id: `rec_${index}` as RecordingId, callId, path, sizeBytes: 14, durationMs: 1_000 });
    files.push(join(dataDir, path));
  }
  const registry = new Registry();
  const log = createLogger('silent', 'full');
  const retention = startRetention({ recordings, store, clock, log, registry, draw: () => 0.5 });
  onTestFinished(() => retention.stop());
  const expired = async (): Promise<number> =>
    Number(/^tollgate_recordings_expired_total (\d+)$/m.exec(await registry.metrics())?.[1]);
  /** Lets time pass, and the look that is due then take place. */
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await vi.waitFor(() => expect(clock.running).toBe(1));
  };
  return { pass, store, recordings, files, troubles, expired };
}

test('recordings go when their campaign keeps them no longer, each with its entry in the audit log, and no others', async () => {
  const { pass, store, recordings, files, troubles, expired } = await setUp([30, 90, undefined]);
  await pass(HOUR_MS);
  expect(files.map(existsSync)).toEqual([true, true, true]);

  await pass(30 * DAY_MS);
  await pass(HOUR_MS);
  expect(await expired()).toBe(1);
  expect(files.map(existsSync)).toEqual([false, true, true]);
  expect(recordings.fileOf('call_0' as CallId)).toBeUndefined();
  const entries = await store.audit.list({ limit: 10, filters: { role: 'system' } });
  expect(entries.data).toMatchObject([
    {
      actor: { keyId: 'system', role: 'system' },
      action: 'expire-recording',
      resource: 'calls',
      resourceId: 'call_0',
      before: { recording: { id: 'rec_0', durationMs: 1_000 } },
      after: null,
    },
  ]);

  await pass(60 * DAY_MS);
  await pass(HOUR_MS);
  expect(await expired()).toBe(2);
  expect(files.map(existsSync)).toEqual([false, false, true]);
  expect(await store.queries.verifyChain()).toMatchObject({ intact: true, length: 3 });
  expect(troubles).toEqual([]);
});
