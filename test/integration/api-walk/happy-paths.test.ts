import { describe, expect, it } from 'vitest';

import { ASKS } from './asks/all.ts';
import { judgeAnswer } from './judge-answer.ts';
import { readDescription, type Operation } from './operations.ts';
import { WalkStage, type Ask } from './walk-stage.ts';

describe('Every operation of the description', () => {
  it('has an entry here, one, and every entry an operation', async () => {
    const { api } = await WalkStage.set();
    const { operations } = await readDescription(api);
    const entries = Object.values(ASKS).flatMap((table) => Object.keys(table));
    expect(entries.toSorted()).toEqual(operations.map(({ name }) => name).toSorted());
  });

  it.each(Object.entries(ASKS))(
    'of %s succeeds in every way that is documented, and answers so',
    async (_, table) => {
      const stage = await WalkStage.set();
      const { document, operations } = await readDescription(stage.api);
      const wrong: string[] = [];
      for (const operation of operations.filter(({ name }) => name in table)) {
        const successes = new Set<string>();
        const taken = new Set<string>();
        for (const how of table[operation.name] ?? []) {
          const ask = await how(stage);
          const answer = await stage.send(operation, ask);
          const faults = judgeAnswer(operation, document, answer);
          if (answer.status >= 400) faults.push(`refused what it should do: ${answer.body}`);
          wrong.push(...faults.map((fault) => `${operation.name} ${fault}`));
          successes.add(`${answer.status} ${answer.type}`.trim());
          for (const type of contentTypeOf(ask)) taken.add(type);
        }
        wrong.push(...missing(operation, 'answer', operation.successes, successes));
        wrong.push(...missing(operation, 'body of', operation.takes, taken));
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );
});

function contentTypeOf({ body, headers = {} }: Ask): readonly string[] {
  if (body === undefined) return [];
  return [headers['content-type']?.split(';', 1)[0] ?? 'application/json'];
}

function missing({ name }: Operation, what: string, promised: readonly string[], seen: ReadonlySet<string>): string[] {
  return promised.filter((each) => !seen.has(each)).map((each) => `${name} never showed its ${what} ${each}`);
}
