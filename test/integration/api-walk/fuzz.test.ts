import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Json } from '../../support/api.ts';
import { anything, spoilt } from '../../support/spoilt.ts';
import { ASKS } from './asks/all.ts';
import type { HowToAsk } from './asks/ask-table.ts';
import { judgeAnswer } from './judge-answer.ts';
import { readDescription, resolve, type Operation } from './operations.ts';
import { WalkStage, type Ask } from './walk-stage.ts';

/** Of each body that an operation takes. */
const RUNS = 30;

describe('Whatever body is sent', () => {
  it.each(Object.entries(ASKS))(
    'to each operation of %s that takes one, about what there is, is taken or refused with reasons, never a 500',
    async (_, table) => {
      const stage = await WalkStage.set();
      const { document, operations } = await readDescription(stage.api);
      for (const operation of operations.filter(({ name, takes }) => name in table && takes.length > 0)) {
        for (const type of operation.takes) {
          const { how, ask } = await askOf(operation, type, table[operation.name] ?? [], stage);
          const property = fc.asyncProperty(bodies(operation, document, ask), async (body) => {
            // Anew each time: what was asked of before may be done with.
            const fresh = await how(stage);
            const answer = await stage.send(operation, { ...fresh, headers: typed(fresh, type), body });
            const faults = judgeAnswer(operation, document, answer);
            expect([operation.name, answer.status < 500, faults]).toEqual([operation.name, true, []]);
          });
          await fc.assert(property, { numRuns: RUNS });
        }
      }
    },
    120_000,
  );

  it('is sent to every operation that takes one', async () => {
    const { operations } = await readDescription((await WalkStage.set()).api);
    const entries = new Set(Object.values(ASKS).flatMap((table) => Object.keys(table)));
    const taking = operations.filter(({ takes }) => takes.length > 0);
    expect(taking.filter(({ name }) => !entries.has(name))).toEqual([]);
    expect(taking.length).toBeGreaterThan(30);
  });
});

/** An ask with a body of this type, and how it came about. */
async function askOf(
  { name }: Operation,
  type: string,
  hows: readonly HowToAsk[],
  stage: WalkStage,
): Promise<{ how: HowToAsk; ask: Ask }> {
  for (const how of hows) {
    const ask = await how(stage);
    if (ask.body !== undefined && typeOf(ask) === type) return { how, ask };
  }
  throw new Error(`${name} takes ${type}, and no entry of ${name} sends such a body`);
}

/** Its body spoilt: one of JSON with all the fields that its schema has, or something else; any other in its bytes. */
function bodies({ doc }: Operation, document: Json, ask: Ask): fc.Arbitrary<unknown> {
  if (typeof ask.body === 'string' || Buffer.isBuffer(ask.body)) return spoiltBytes(Buffer.from(ask.body));
  const { properties = {} } = resolve(doc.requestBody.content[typeOf(ask)].schema, document);
  const examples = Object.entries<Json>(properties).flatMap(([field, { examples: [example] = [] }]) =>
    example === undefined ? [] : [[field, example]],
  );
  const whole = { ...Object.fromEntries(examples), ...(ask.body as object) };
  const spoiltOnes = [ask.body as object, whole].filter((body) => Object.keys(body).length > 0).map(spoilt);
  return fc.oneof(...spoiltOnes, anything).map((body: unknown) => JSON.stringify(body));
}

/** The same with some of its bytes changed, or its end missing. */
function spoiltBytes(whole: Buffer): fc.Arbitrary<Buffer> {
  const changes = fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), { maxLength: 8 });
  return fc.tuple(changes, fc.integer({ min: 1, max: whole.length })).map(([bytes, end]) => {
    const sent = Buffer.from(whole.subarray(0, end));
    for (const [at, byte] of bytes) if (at < end) sent[at] = byte;
    return sent;
  });
}

function typeOf({ headers = {} }: Ask): string {
  return headers['content-type']?.split(';', 1)[0] ?? 'application/json';
}

function typed({ headers = {} }: Ask, type: string): Readonly<Record<string, string>> {
  return { 'content-type': type, ...headers };
}
