import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { test } from 'vitest';

import {
  CapModel,
  figuresOf,
  hasRoom,
  HOUR,
  LINES,
  MIDNIGHT,
  ownersOf,
  PRICE,
  type Line,
  type ModelCall,
} from '../../../test/support/cap-model.ts';
import { draftCdr, endedCdr, openCallOf, SAMPLE_PLAN, samplePlace } from '../../../test/support/sample-call.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { Reservation, SettlementView } from '../../calls/ports/call-store.ts';
import { judgeCall } from '../../domain/billing/judge-call.ts';
import type { AttemptId, BuyerId, CallId, DestinationId, RouteId } from '../../domain/ids.ts';
import type { CapUsage } from '../../domain/routing/caps.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import { openStore, type Store } from '../open-store.ts';

/**
 * The call store against a model that shares nothing with it: plain arrays of open places and billed calls, counted anew
 * for each question. Whatever order calls are admitted, failed over, settled and killed in, every reading of the caps is
 * the model's, so no cap is passed and no place leaks; money and chain are checked at the end of each run.
 */

type Command =
  | { readonly type: 'admit'; readonly line: number; readonly hours: number; readonly fails: boolean }
  | { readonly type: 'next'; readonly call: number; readonly line: number }
  | { readonly type: 'settle'; readonly call: number; readonly talkMs: number; readonly twice: boolean };

const line = fc.nat({ max: LINES.length - 1 });
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('admit' as const),
      line,
      hours: fc.nat({ max: 60 }),
      fails: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('next' as const), call: fc.nat(), line }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('settle' as const),
      call: fc.nat(),
      talkMs: fc.constantFrom(0, 59_999, 60_000, 600_000),
      twice: fc.boolean(),
    }),
  },
);
/** Commands that are asked for at once, and whether the process is killed after them. */
const round = fc.record({ commands: fc.array(command, { maxLength: 25 }), killed: fc.boolean() });

/** One run of the store beside its model. */
class Run {
  readonly #model = new CapModel();
  readonly #folder: string;
  #lives = 0;
  #calls = 0;
  #store: Store;

  constructor(folder: string) {
    this.#folder = folder;
    this.#store = this.#open();
  }

  /** Asks for everything at once; the store answers in the order asked, which is how the model counts. */
  async perform(commands: readonly Command[]): Promise<void> {
    await Promise.all(commands.flatMap((one) => this.#ask(one)));
  }

  /** What `kill -9` leaves: the files as they are. A new process opens them. */
  async killAndRecover(): Promise<void> {
    const before = this.#fileOf(this.#lives);
    this.#lives += 1;
    const after = this.#fileOf(this.#lives);
    mkdirSync(join(after, '..'));
    for (const suffix of ['', '-wal']) if (existsSync(before + suffix)) copyFileSync(before + suffix, after + suffix);
    this.#store.close();
    this.#store = this.#open();
    const { closed } = await this.#store.recover();
    assert.deepEqual(closed.toSorted(), this.#model.open.map((call) => call.id).toSorted());
    this.#model.settled += closed.length;
    this.#model.open.length = 0;
  }

  async checkBooks(): Promise<void> {
    const { billed, settled } = this.#model;
    assert.partialDeepStrictEqual(await this.#store.queries.verifyChain(), { intact: true, length: settled });
    assert.deepEqual(this.#store.ledger.check(), { postings: billed.length * 2, problems: [] });
    assert.deepEqual(this.#store.reports.check(), { calls: settled, problems: [] });
    assert.equal(this.#store.ledger.balanceOf('house'), 0 - billed.length * PRICE);
  }

  close(): void {
    this.#store.close();
  }

  #fileOf(life: number): string {
    return join(this.#folder, `life-${life}`, 'tollgate.db');
  }

  #open(): Store {
    return openStore({ file: this.#fileOf(this.#lives), now: () => MIDNIGHT as EpochMs });
  }

  #ask(command: Command): Promise<unknown>[] {
    switch (command.type) {
      case 'admit':
        return [this.#admit(LINES[command.line] ?? LINES[0], MIDNIGHT + command.hours * HOUR, command.fails)];
      case 'next': {
        const call = this.#pick(command.call);
        return call ? [this.#reserveNext(call, LINES[command.line] ?? LINES[0])] : [];
      }
      case 'settle': {
        const call = this.#pick(command.call);
        if (!call) return [];
        const settlements = [this.#settle(call, command.talkMs)];
        if (command.twice) settlements.push(this.#settleAgain(call));
        return settlements;
      }
    }
  }

  #pick(n: number): ModelCall | undefined {
    return this.#model.open[n % this.#model.open.length];
  }

  /** Reads the caps as store and model see them, insists that they agree, and takes a place if there is room. */
  #placesFor(usage: CapUsage, call: ModelCall, line: Line): Reservation[] {
    const figures = ownersOf(line).map((owner) => figuresOf(usage, owner, call.receivedAt));
    assert.deepEqual(
      figures,
      ownersOf(line).map((owner) => this.#model.figures(owner, call.receivedAt)),
    );
    if (!figures.every(hasRoom)) return [];
    call.place = line;
    call.attempts += 1;
    return [
      samplePlace(`${call.id}.r${call.attempts}`, {
        routeId: line.route as RouteId,
        destinationId: line.destination as DestinationId,
        buyerId: line.buyer as BuyerId,
      }),
    ];
  }

  /** A batch of which one write fails is undone and runs again from its start: the model goes back with the store. */
  #inStep<View, Result>(work: (view: View) => Result): (view: View) => Result {
    let goBack: (() => void) | undefined;
    return (view) => {
      goBack?.();
      goBack = this.#model.bookmark();
      return work(view);
    };
  }

  async #admit(line: Line, receivedAt: number, fails: boolean): Promise<void> {
    const draft = draftCdr(`call_${(this.#calls += 1)}`, { receivedAt: toIso(receivedAt as EpochMs) });
    if (fails) {
      const failure = this.#store.calls.admitCall(openCallOf(draft), () => {
        throw new RangeError('a defect');
      });
      await assert.rejects(failure, /a defect/);
      return;
    }
    // The store decides when its turn comes; the model opens the call at the same moment.
    const decide = this.#inStep((view: CapUsage) => {
      const call: ModelCall = { id: draft.id, receivedAt, place: null, attempts: 0 };
      const reserve = this.#placesFor(view, call, line);
      this.#model.open.push(call);
      return { plan: SAMPLE_PLAN, reserve, draft };
    });
    await this.#store.calls.admitCall(openCallOf(draft), decide);
  }

  async #reserveNext(call: ModelCall, line: Line): Promise<void> {
    // All it may hold by the time its turn comes; releasing what is not held does nothing.
    const release = Array.from({ length: call.attempts + 30 }, (_, n) => `${call.id}.r${n}` as AttemptId);
    const choose = this.#inStep((view: CapUsage) => {
      call.place = null;
      return { reserve: this.#placesFor(view, call, line) };
    });
    const choice = await this.#store.calls.reserveAttempts(call.id as CallId, release, choose);
    if (choice === null) assert.ok(!this.#model.open.includes(call));
  }

  async #settle(call: ModelCall, talkMs: number): Promise<void> {
    const judge = this.#inStep((view: SettlementView) => {
      const { place, receivedAt } = call;
      this.#model.open.splice(this.#model.open.indexOf(call), 1);
      this.#model.settled += 1;
      if (place && talkMs >= 60_000) this.#model.billed.push({ line: place, receivedAt });
      const ended = endedCdr(call.id, {
        receivedAt: toIso(receivedAt as EpochMs),
        talkMs,
        ...(place ? {} : { connectedAt: null }),
        routeId: (place?.route ?? null) as RouteId | null,
        destinationId: (place?.destination ?? null) as DestinationId | null,
        buyerId: (place?.buyer ?? null) as BuyerId | null,
      });
      return judgeCall(ended, view, { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false });
    });
    await this.#store.calls.settleCall(call.id as CallId, judge);
  }

  async #settleAgain(call: ModelCall): Promise<void> {
    const again = await this.#store.calls.settleCall(call.id as CallId, () => {
      throw new Error('a settled call is not judged again');
    });
    assert.partialDeepStrictEqual(again, { id: call.id, estimated: false });
  }
}

/** Hundreds of databases are opened: seconds, but not where everything else uses the disk, too. */
const SLOW_DISK_MS = 60_000;

test(
  'no cap is passed, no place leaks and the books agree, whatever the order of events',
  { timeout: SLOW_DISK_MS },
  async () => {
    const folder = temporaryFolder();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 6 }), async (rounds) => {
        const run = new Run(join(folder, `run-${(runs += 1)}`));
        try {
          for (const { commands, killed } of rounds) {
            await run.perform(commands);
            if (killed) await run.killAndRecover();
          }
          await run.checkBooks();
        } finally {
          run.close();
        }
      }),
      { numRuns: 60 },
    );
  },
);
