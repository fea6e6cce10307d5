import { onTestFinished } from 'vitest';

import { judgeCall } from '../../src/domain/billing/judge-call.ts';
import type { CallId } from '../../src/domain/ids.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { openDatabase } from '../../src/store/database.ts';
import { databaseFileIn, openStore, type Store } from '../../src/store/open-store.ts';
import { draftCdr, endedCdr, openCallOf, SAMPLE_PLAN } from './sample-call.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A data folder with a store that serves it until the running test ends: as beside a running server. */
export function servedFolder(): { readonly dataDir: string; readonly store: Store } {
  const dataDir = temporaryFolder();
  const store = openStore({ dataDir, now: () => Date.now() as EpochMs });
  onTestFinished(() => store.close());
  return { dataDir, store };
}

/** Writes so many settled, billed calls. */
export async function settleCalls({ calls }: Pick<Store, 'calls'>, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const draft = draftCdr(id);
    await calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve: [], draft }));
    const ended = endedCdr(id);
    const circumstances = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };
    await calls.settleCall(id as CallId, (view) => judgeCall(ended, view, circumstances));
  }
}

/** Does to a database what nobody should, as someone would who can write its file: its triggers are taken away first. */
export function tamper(dataDir: string, sql: string): void {
  const database = openDatabase(databaseFileIn(dataDir), 'visit');
  const { sqlite } = database;
  const triggers = sqlite.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
  for (const trigger of triggers) sqlite.exec(`DROP TRIGGER ${trigger}`);
  sqlite.exec(sql);
  database.close();
}
