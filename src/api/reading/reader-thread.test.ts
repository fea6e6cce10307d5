import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { servedFolder, settleCalls } from '../../../test/support/cli-store.ts';
import { addWebhook } from '../../../test/support/webhook-samples.ts';
import type { BuyerId, PublisherId } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { SummaryQuery } from '../../reporting/summarize.ts';
import { openDatabase } from '../../store/database.ts';
import { databaseFileIn, type Store } from '../../store/open-store.ts';
import type { KeyHolder } from '../holder.ts';
import { createReaderHere } from './read-here.ts';
import { ReaderThread, type ReaderThreadOptions } from './reader-thread.ts';
import type { QuestionName, Questions } from './questions.ts';
import type { Answer, Reader } from './reader.ts';

const ADMIN: KeyHolder = { id: 'key_1', name: 'admin', role: 'admin' };
const waits = new AbortController().signal;

/** A thread's program that does this for each question. */
const program = (does: string): URL =>
  new URL(`data:text/javascript,import{parentPort as port}from'node:worker_threads';port.on('message',(m)=>{${does}})`);

interface Started {
  readonly reader: ReaderThread;
  readonly store: Store;
  readonly file: string;
  readonly deaths: Error[];
  readonly passMs: (ms: number) => void;
}

/** A reader of a folder that is served, both gone when the test ends. */
function start(options: Partial<ReaderThreadOptions> = {}): Started {
  const { dataDir, store } = servedFolder();
  const file = databaseFileIn(dataDir);
  const deaths: Error[] = [];
  let nowMs = 0;
  const reader = new ReaderThread({
    file,
    nowMs: () => nowMs,
    onDeath: (error) => deaths.push(error),
    onTrouble: (message) => deaths.push(new Error(message)),
    ...options,
  });
  onTestFinished(() => reader.close());
  return { reader, store, file, deaths, passMs: (ms) => (nowMs += ms) };
}

async function textOf(answer: Promise<Answer>): Promise<string> {
  const given = await answer;
  return typeof given === 'string' ? given : text(given);
}

function askForCalls(reader: Reader, limit = 500, signal = waits): Promise<Answer> {
  return reader.ask('calls', { query: { limit, filters: {} }, holder: ADMIN }, signal);
}

/** Names of calls, so many. */
const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `call_${String(n).padStart(3, '0')}`);

describe('A thread that reads', () => {
  it('answers every question as it is answered without a thread', async () => {
    const { reader, store } = start();
    await settleCalls(store, ids(60));
    const { id: webhookId } = await addWebhook(store);
    const summary: SummaryQuery = { groupBy: 'day', timezone: 'UTC', from: null, to: null, filters: {}, side: 'house' };
    const account = { kind: 'buyer', id: 'byr_1', name: 'Zoë', party: `buyer:${'byr_1' as BuyerId}` } as const;
    const statement = { account, currency: 'USD', span: { timezone: 'UTC', from: null, to: null } } as const;
    const list = { limit: 55, filters: {} };
    const buyer: KeyHolder = { ...ADMIN, role: `buyer:${'byr_1' as BuyerId}` };
    const publisher: KeyHolder = { ...ADMIN, role: `publisher:${'pub_1' as PublisherId}` };
    const questions: { readonly [Name in QuestionName]: readonly Questions[Name][] } = {
      calls: [ADMIN, buyer, publisher].map((holder) => ({ query: list, holder })),
      'review-queue': [{ ...list, from: 0 as EpochMs }],
      summary: [
        { query: summary, holder: ADMIN, form: 'json' },
        { query: summary, holder: buyer, form: 'csv' },
      ],
      dispositions: [
        { query: { groupBy: 'buyer' }, form: 'json' },
        { query: { groupBy: 'buyer' }, form: 'csv' },
      ],
      ledger: [list],
      statement: (['json', 'csv', 'html'] as const).map((form) => ({ ...statement, form })),
      'audit-log': [list],
      deliveries: [{ webhookId, limit: 5 }],
      export: [
        { form: 'json', archived: true },
        { form: 'yaml', archived: false },
        { form: 'csv', collection: 'buyers', archived: false },
      ],
    };
    const here = createReaderHere(store);
    for (const [name, asked] of Object.entries(questions) as [QuestionName, Questions[QuestionName][]][]) {
      for (const question of asked) {
        const answer = await textOf(reader.ask(name, question, waits));
        expect([name, answer]).toEqual([name, await textOf(here.ask(name, question, waits))]);
        expect(answer.length).toBeGreaterThan(20);
      }
    }
  });

  it('reads whatever was written before it was asked', async () => {
    const { reader, store } = start();
    for (const [n, id] of ids(20).entries()) {
      await settleCalls(store, [id]);
      const { data } = JSON.parse(await textOf(askForCalls(reader))) as { data: { endedAt: string | null }[] };
      expect(data.map(({ endedAt }) => endedAt !== null)).toEqual(Array.from({ length: n + 1 }, () => true));
    }
  });

  it('refuses as its queries do, and goes on', async () => {
    const { reader, deaths } = start();
    const foreign = { query: { limit: 5, cursor: 'x', filters: {} }, holder: ADMIN };
    await expect(reader.ask('calls', foreign, waits)).rejects.toMatchObject({
      code: 'invalid',
      problems: [{ path: '/cursor' }],
    });
    expect(await askForCalls(reader)).toBe('{"data":[],"nextCursor":null}');
    expect(deaths).toEqual([]);
  });

  it('that is read slowly makes no more than is taken, holds no transaction, and stops when nobody reads on', async () => {
    const { reader, store, file } = start();
    await settleCalls(store, ids(400));
    const whole = await textOf(askForCalls(reader));
    const answer = (await askForCalls(reader)) as Readable;
    // The stream asks for what it has room for, and then for nothing.
    answer.read(0);
    for (let turns = 0; turns < 3; turns += 1) await textOf(askForCalls(reader));
    expect(answer.readableLength).toBeLessThanOrEqual(2);
    expect(whole.length).toBeGreaterThan(4 * 65_536);

    await settleCalls(store, ['call_later']);
    const writer = openDatabase(file, 'visit');
    onTestFinished(() => writer.close());
    // All of the log is copied and cut off: no reader needs any of it.
    expect(writer.sqlite.pragma('wal_checkpoint(TRUNCATE)')).toEqual([{ busy: 0, log: 0, checkpointed: 0 }]);
    expect(await text(answer)).toBe(whole);

    const left = (await askForCalls(reader)) as Readable;
    left.destroy();
    expect(await textOf(askForCalls(reader, 1))).toContain('call_later');
  });

  it('answers nothing to one who is gone, and the others as ever', async () => {
    const { reader } = start();
    const gone = new AbortController();
    const asked = askForCalls(reader, 5, gone.signal);
    gone.abort();
    expect(await asked).toBe('');
    expect(await askForCalls(reader, 5, gone.signal)).toBe('');
    expect(await askForCalls(reader)).toContain('"data"');
  });

  it('is asked by so many at a time, and no more', async () => {
    const { reader } = start({ program: program('') });
    const gone = new AbortController();
    const asked = Array.from({ length: 512 }, () => askForCalls(reader, 5, gone.signal));
    await expect(askForCalls(reader)).rejects.toMatchObject({ code: 'reads-unavailable', status: 503 });
    gone.abort();
    await Promise.all(asked);
    const again = new AbortController();
    const oneMore = askForCalls(reader, 5, again.signal);
    again.abort();
    await expect(oneMore).resolves.toBe('');
  });
});

describe('A thread that dies', () => {
  it('fails what it was asked, and is started again by the next question, a few times a minute', async () => {
    const { reader, deaths, passMs } = start({ program: program('process.exit(7)') });
    for (let death = 1; death <= 5; death += 1) {
      const asked = [askForCalls(reader), askForCalls(reader)];
      for (const { status } of await Promise.allSettled(asked)) expect(status).toBe('rejected');
      await vi.waitFor(() => expect(deaths).toHaveLength(death));
    }
    expect(deaths[0]?.message).toContain('code 7');
    await expect(askForCalls(reader)).rejects.toMatchObject({
      code: 'reads-unavailable',
      message: expect.stringContaining('too often') as string,
    });
    expect(deaths).toHaveLength(5);
    passMs(60_000);
    await expect(askForCalls(reader)).rejects.toMatchObject({ code: 'reads-unavailable' });
    expect(deaths).toHaveLength(6);
  });

  it('cuts off an answer that has begun', async () => {
    const part = "port.postMessage({kind:'part',id:m.id,part:{text:'{',isLast:false}})";
    const { reader } = start({ program: program(`if(m.kind==='ask')${part};else throw new Error('a defect')`) });
    const answer = (await askForCalls(reader)) as Readable;
    await expect(text(answer)).rejects.toMatchObject({ code: 'reads-unavailable' });
  });

  it('says why where it can not open the database', async () => {
    const { reader, deaths } = start({ file: '/nowhere/tollgate.db' });
    await expect(askForCalls(reader)).rejects.toMatchObject({ code: 'reads-unavailable' });
    expect(deaths.map(({ message }) => message)).toEqual([expect.stringMatching(/directory|opened/)]);
  });
});

describe('A thread that is closed', () => {
  it('refuses what it was asked and whatever comes, and is gone', async () => {
    const { reader, deaths } = start({ program: program('') });
    const [asked] = await Promise.allSettled([askForCalls(reader), reader.close()]);
    expect(asked).toMatchObject({ status: 'rejected', reason: { code: 'reads-unavailable' } });
    await reader.close();
    await expect(askForCalls(reader)).rejects.toMatchObject({ message: expect.stringContaining('stopping') as string });
    await nextTurn();
    expect(deaths).toEqual([]);
  });

  it('that was never asked was never started', async () => {
    const { reader } = start({ program: new URL('data:text/javascript,throw new Error("started")') });
    await reader.close();
  });
});
