import Fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';

import { registerReadTurns } from './read-turns.ts';

describe('Reads that come together', () => {
  it('begin in turns of the event loop of their own, in their order, one that fails among them', async () => {
    const app = Fastify();
    onTestFinished(() => app.close());
    registerReadTurns(app);
    let turn = 0;
    let begun: { n: string; turn: number }[] = [];
    app.get<{ Params: { n: string } }>('/:n', ({ params: { n } }) => {
      begun = [...begun, { n, turn }];
      if (n === '2') throw new Error('no');
      return n;
    });
    await app.ready();
    const count = (): void => {
      turn += 1;
      if (begun.length < 4) setImmediate(count);
    };
    setImmediate(count);
    const answers = await Promise.all(['1', '2', '3', '4'].map((n) => app.inject({ url: `/${n}` })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 500, 200, 200]);
    expect(begun.map(({ n }) => n)).toEqual(['1', '2', '3', '4']);
    expect(new Set(begun.map((each) => each.turn)).size).toBe(4);
  });
});
