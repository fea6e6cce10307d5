import { describe, expect, it } from 'vitest';

import type { ErrorCode } from '../../../src/domain/app-error.ts';
import { ASKS } from './asks/all.ts';
import { judgeAnswer } from './judge-answer.ts';
import { codesOf, readDescription } from './operations.ts';
import { DERIVED } from './refusals/derived.ts';
import type { Scene } from './refusals/refusal-table.ts';
import { SPECIAL } from './refusals/special.ts';
import { WalkStage, type Answer } from './walk-stage.ts';

/** Of keys in haste a test of its own tells. */
const HASTE: ErrorCode = 'too-many-requests';

const DERIVED_CODES = Object.keys(DERIVED) as readonly ErrorCode[];

describe('Every operation of the description', () => {
  it.each(Object.entries(ASKS))(
    'of %s refuses with each code documented for it, and no other',
    async (_, table) => {
      const stage = await WalkStage.set();
      const { document, operations } = await readDescription(stage.api);
      const wrong: string[] = [];
      for (const operation of operations) {
        const [how] = table[operation.name] ?? [];
        if (how === undefined) continue;
        const documented = new Set(codesOf(operation).filter((code) => code !== HASTE || operation.roles.length === 0));
        // What is not documented is tried as well: whatever comes of it has to be.
        for (const code of new Set([...documented, ...DERIVED_CODES])) {
          const answers = await provoke({ operation, stage, how }, code);
          const faults = answers.flatMap((answer) => judgeAnswer(operation, document, answer));
          if (documented.has(code)) faults.push(...judgeCode(answers, code));
          wrong.push(...faults.map((fault) => `${operation.name} ${fault}`));
        }
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it('that needs a key refuses one in haste, and says how long to wait', async () => {
    const stage = await WalkStage.set({ requestsPerKeyPerMinute: 1 });
    const { document, operations } = await readDescription(stage.api);
    for (const operation of operations.filter(({ roles }) => roles.length > 0)) {
      const headers = await stage.keyOf('admin');
      await stage.send({ method: 'GET', path: '/v1/session' }, { headers });
      const answer = await stage.send(operation, { headers });
      const faults = [...judgeAnswer(operation, document, answer), ...judgeCode([answer], HASTE)];
      expect([operation.name, faults, answer.headers['retry-after']]).toEqual([operation.name, [], '60']);
    }
  });

  it('is told of here only with codes that it documents', async () => {
    const { operations } = await readDescription((await WalkStage.set()).api);
    const documented = new Map(operations.map((operation) => [operation.name, codesOf(operation)]));
    const stale = Object.entries(SPECIAL).flatMap(([name, codes]) =>
      (Object.keys(codes) as ErrorCode[])
        .filter((code) => !documented.get(name)?.includes(code))
        .map((code) => `${name} ${code}`),
    );
    expect(stale).toEqual([]);
  });
});

async function provoke(scene: Scene, code: ErrorCode): Promise<readonly Answer[]> {
  const { operation, stage } = scene;
  const special = SPECIAL[operation.name]?.[code];
  try {
    if (special !== undefined) return [await stage.send(operation, await special(stage))];
    return (await DERIVED[code]?.(scene)) ?? [];
  } finally {
    stage.deps.mend();
  }
}

/** What is wrong where all of these were to be answered with one code. */
function judgeCode(answers: readonly Answer[], code: ErrorCode): readonly string[] {
  if (answers.length === 0) return [`documents ${code}, and nothing here brings it about`];
  const others = answers.filter(({ type, body }) => !type.endsWith('json') || JSON.parse(body).code !== code);
  return others.map(({ status, body }) => `was to answer ${code}: ${status} ${body.slice(0, 300)}`);
}
