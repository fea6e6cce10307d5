import assert from 'node:assert/strict';

import * as fc from 'fast-check';
import { test } from 'vitest';

import { SAMPLE_INSTANT } from '../../../test/support/sample-call.ts';
import { sample } from '../../../test/support/sample-plan.ts';
import { admitCall, settleAdmitted } from '../../../test/support/settle-call.ts';
import { AppError } from '../../domain/app-error.ts';
import type { BuyerId, CallId, PublisherId } from '../../domain/ids.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import { openStore, type Store } from '../open-store.ts';

/**
 * The books against a model that shares nothing with them: two numbers for each call and one for what was paid in.
 * Whatever order calls are settled, changed, refunded, billed and periods closed in, at once or one by one, every answer
 * and every balance is the model's, everything sums to zero, and what a closed period's statement said it says for ever.
 */

const CALLS = 4;
const CHARGE = 30_000_000;
const PAYOUT = 15_000_000;
const PUBLISHER = 'publisher:pub_1' as `publisher:${PublisherId}`;

const call = fc.nat({ max: CALLS - 1 });
const command = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('settle' as const),
      call,
      agoMs: fc.nat({ max: 400_000 }),
      estimated: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('change' as const),
      call,
      party: fc.constantFrom('buyer' as const, 'publisher' as const),
      amountMicros: fc.oneof(fc.constantFrom(-CHARGE, -PAYOUT, -1, 1), fc.integer({ min: -CHARGE, max: CHARGE })),
      twice: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('refund' as const), call }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('bill' as const), call }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('pay' as const), amountMicros: fc.integer({ min: 1, max: CHARGE }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('close' as const), agoMs: fc.integer({ min: -1_000, max: 200_000 }) }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

interface ModelCall {
  buyer: number;
  publisher: number;
  /** What was last done to its money by a person. */
  last: 'nothing' | 'change' | 'refund' | 'bill';
  readonly waits: boolean;
}

type Answer = 'made' | 'made before' | AppError['code'];

class Run {
  readonly #calls = new Map<number, ModelCall>();
  readonly #closed: { readonly before: EpochMs; readonly statements: readonly unknown[] }[] = [];
  readonly #store: Store = openStore({ file: ':memory:', now: () => this.#nowMs as EpochMs });
  #buyerId = '' as BuyerId;
  #paid = 0;
  #nowMs = SAMPLE_INSTANT + 1_000_000;
  #asked = 0;

  async start(): Promise<void> {
    this.#buyerId = (await this.#store.resources.create('buyers', sample.buyer())).id;
    for (let number = 0; number < CALLS; number += 1) await admitCall(this.#store, `call_${number}`);
  }

  /** Asks for everything at once; the store answers in the order asked, which is the order the model thinks in. */
  async perform(commands: readonly Command[], laterMs: number): Promise<void> {
    const closings: EpochMs[] = [];
    const asked = commands.flatMap((one) => this.#ask(one, closings));
    for (const [expected, answer] of asked) assert.equal(await answer, expected);
    await this.#compare();
    for (const before of closings) this.#closed.push({ before, statements: await this.#statements(before) });
    this.#nowMs += laterMs;
  }

  get #parties() {
    return [`buyer:${this.#buyerId}`, PUBLISHER] as const;
  }

  async #compare(): Promise<void> {
    const calls = [...this.#calls.values()];
    const owed = calls.reduce((sum, { buyer }) => sum + buyer, 0) - this.#paid;
    const earned = calls.reduce((sum, { publisher }) => sum + publisher, 0);
    const balances = [...this.#parties, 'house' as const].map((party) => this.#store.ledger.balanceOf(party));
    assert.deepEqual(balances, [owed, 0 - earned, earned - owed]);
    assert.deepEqual(this.#store.ledger.check().problems, []);
    assert.deepEqual(this.#store.reports.check().problems, []);
    assert.partialDeepStrictEqual(await this.#store.queries.verifyChain(), { intact: true, length: this.#calls.size });
    for (const [number, { buyer, publisher }] of this.#calls) {
      const record = await this.#store.queries.get(`call_${number}` as CallId);
      const { currentVerdicts } = record ?? {};
      assert.deepEqual(
        [currentVerdicts?.buyer?.amountMicros, currentVerdicts?.publisher?.amountMicros],
        [buyer, publisher],
      );
    }
    for (const { before, statements } of this.#closed) assert.deepEqual(await this.#statements(before), statements);
  }

  #statements(to: EpochMs): Promise<unknown[]> {
    return Promise.all(this.#parties.map((party) => this.#store.ledger.statement({ party, from: null, to })));
  }

  #ask(one: Command, closings: EpochMs[]): (readonly [Answer, Promise<Answer>])[] {
    const { ledger } = this.#store;
    const decision = { reason: `reason ${(this.#asked += 1)}`, keyId: 'key_1' };
    if (one.type === 'pay') {
      this.#paid += one.amountMicros;
      const paid = ledger.recordPayment({ buyerId: this.#buyerId, amountMicros: one.amountMicros, note: null });
      return [['made', answerOf(paid.then(() => ({ made: true })))]];
    }
    if (one.type === 'close') {
      const before = (this.#nowMs - one.agoMs) as EpochMs;
      return [[this.#expectClose(before, closings), answerOf(ledger.close(before, 'key_1'))]];
    }
    const callId = `call_${one.call}` as CallId;
    const model = this.#calls.get(one.call);
    switch (one.type) {
      case 'settle':
        return model ? [] : [['made', answerOf(this.#settle(one.call, one.estimated, one.agoMs))]];
      case 'change': {
        const change = { ...decision, party: one.party, amountMicros: one.amountMicros };
        const expected = expectChange(model, one.party, one.amountMicros);
        const first = [expected, answerOf(ledger.changeCall(callId, change))] as const;
        const again = expected === 'made' ? 'made before' : expected;
        return one.twice ? [first, [again, answerOf(ledger.changeCall(callId, change))]] : [first];
      }
      case 'refund':
        return [[expectRefund(model), answerOf(ledger.refundCall(callId, decision))]];
      case 'bill':
        return [[expectBill(model), answerOf(ledger.billCall(callId, decision))]];
    }
  }

  async #settle(number: number, estimated: boolean, agoMs: number): Promise<{ made: boolean }> {
    const worth = estimated ? { buyer: 0, publisher: 0 } : { buyer: CHARGE, publisher: PAYOUT };
    this.#calls.set(number, { ...worth, last: 'nothing', waits: estimated });
    const endedAt = toIso((this.#nowMs - agoMs) as EpochMs);
    await settleAdmitted(this.#store, `call_${number}`, { endedAt, estimated, buyerId: this.#buyerId });
    return { made: true };
  }

  #expectClose(before: EpochMs, closings: EpochMs[]): Answer {
    const latest = closings.at(-1) ?? this.#closed.at(-1)?.before;
    if (before === latest) return 'made before';
    if (before > this.#nowMs || (latest !== undefined && before < latest)) return 'invalid';
    closings.push(before);
    return 'made';
  }

  close(): void {
    this.#store.close();
  }
}

function expectChange(model: ModelCall | undefined, party: 'buyer' | 'publisher', amountMicros: number): Answer {
  if (model === undefined) return 'wrong-state';
  if (amountMicros === 0 || model[party] + amountMicros < 0) return 'invalid';
  model[party] += amountMicros;
  model.last = 'change';
  return 'made';
}

function expectRefund(model: ModelCall | undefined): Answer {
  if (model === undefined) return 'wrong-state';
  if (model.buyer + model.publisher === 0) return model.last === 'refund' ? 'made before' : 'wrong-state';
  Object.assign(model, { buyer: 0, publisher: 0, last: 'refund' });
  return 'made';
}

function expectBill(model: ModelCall | undefined): Answer {
  if (model === undefined) return 'wrong-state';
  if (model.last === 'bill') return 'made before';
  if (!model.waits || model.last !== 'nothing') return 'wrong-state';
  Object.assign(model, { buyer: CHARGE, publisher: PAYOUT, last: 'bill' });
  return 'made';
}

async function answerOf(outcome: Promise<{ readonly made: boolean }>): Promise<Answer> {
  try {
    return (await outcome).made ? 'made' : 'made before';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

/** Hundreds of databases are opened: seconds, but not where everything else uses the disk, too. */
const SLOW_DISK_MS = 60_000;

test('the books are the model’s, whatever is decided in whatever order', { timeout: SLOW_DISK_MS }, async () => {
  const round = fc.tuple(fc.array(command, { maxLength: 12 }), fc.nat({ max: 100_000 }));
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 6 }), async (rounds) => {
      const run = new Run();
      try {
        await run.start();
        for (const [commands, laterMs] of rounds) await run.perform(commands, laterMs);
      } finally {
        run.close();
      }
    }),
    { numRuns: 80 },
  );
});
