import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { SAMPLE_INSTANT } from '../../test/support/sample-call.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import type { CallId } from '../domain/ids.ts';
import { openStore, type Store } from './open-store.ts';

const LOAD = fileURLToPath(new URL('../../test/support/store-load.ts', import.meta.url));

/** Lets a process run calls on the folder until it has said so many lines, and kills it in the middle of its work. */
async function runUntilKilled(dataDir: string, prefix: string, lines: number) {
  const child = spawn(process.execPath, [LOAD, dataDir, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    // What is in the pipe when the process dies was said before, and counts.
    if (said.push(line) === lines) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  const idsAfter = (word: string) =>
    said.filter((line) => line.startsWith(word)).map((line) => line.split(' ')[1] ?? '');
  return { admitted: idsAfter('admitted'), settled: idsAfter('settled') };
}

async function everyCall(store: Store) {
  const calls = [];
  let cursor: string | undefined;
  do {
    const page = await store.queries.list({ limit: 500, filters: {}, ...(cursor === undefined ? {} : { cursor }) });
    calls.push(...page.data);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return calls;
}

test('whatever the moment of kill -9, each admitted call is recorded once, what was settled is kept, the books agree', async () => {
  const dataDir = temporaryFolder();
  const admitted: string[] = [];
  const settled = new Set<string>();
  for (const [life, lines] of [37, 211, 400].entries()) {
    const said = await runUntilKilled(dataDir, `call_${life}`, lines);
    admitted.push(...said.admitted);
    for (const id of said.settled) settled.add(id);
  }

  const store = openStore({ dataDir, now: () => SAMPLE_INSTANT });
  const { dialogs } = await store.recover();
  const calls = await everyCall(store);
  const outcomes = new Map<string, string | null>(calls.map((call) => [call.id, call.outcome]));

  expect(outcomes.size).toBe(calls.length);
  expect(admitted.filter((id) => !outcomes.has(id))).toEqual([]);
  expect(Array.from(settled).filter((id) => outcomes.get(id) !== 'connected')).toEqual([]);
  const billed = calls.filter((call) => call.buyerVerdict?.billable);
  expect(billed.filter((call) => call.outcome !== 'connected')).toEqual([]);
  expect(calls.filter((call) => call.endedAt === null)).toEqual([]);
  const interrupted = new Set<string>(calls.filter((call) => call.outcome === 'interrupted').map((call) => call.id));
  expect(interrupted.size).toBeGreaterThan(0);
  expect(dialogs.filter(({ callId }: { callId: CallId }) => !interrupted.has(callId))).toEqual([]);
  expect(store.ledger.check()).toEqual({ postings: billed.length * 2, problems: [] });
  expect(store.reports.check().problems).toEqual([]);
  expect(await store.queries.verifyChain()).toMatchObject({ intact: true, length: calls.length });
  store.close();
});
