import { describe, expect, it, test } from 'vitest';

import type { InputProblem } from '../app-error.ts';
import type { PromptId } from '../ids.ts';
import { parseIvr, type UncheckedIvr, type UncheckedStep } from './parse-ivr.ts';

const prompt = 'prm_1' as PromptId;
const route = { type: 'route' } as const;

/** A flow of a menu that leads to `step`, which leads on to an end. */
function flowWith(step: UncheckedStep): UncheckedIvr {
  return {
    start: 'ask',
    steps: { ask: { type: 'menu', prompt, choices: { '1': 'it', '2': 'end' }, onFail: 'end' }, it: step, end: route },
  };
}

const collect = { type: 'collect', prompt, next: 'end', onFail: 'end' } as const;
const menu = { type: 'menu', prompt, choices: { '1': 'end' }, onFail: 'end' } as const;

describe('A flow', () => {
  it('is read with what its steps leave out', () => {
    expect(
      parseIvr({ start: 'zip', steps: { zip: { ...collect, onFail: 'bye' }, bye: { type: 'hangup' }, end: route } }),
    ).toEqual({
      start: 'zip',
      steps: {
        zip: {
          type: 'collect',
          prompt,
          as: 'zip',
          digits: 5,
          timeoutS: 5,
          attempts: 3,
          next: 'end',
          onFail: 'bye',
        },
        bye: { type: 'hangup' },
        end: route,
      },
    });
    expect(parseIvr(flowWith({ type: 'play', prompt, next: 'end' }))).toMatchObject({
      steps: { ask: { timeoutS: 5, attempts: 3 }, it: { type: 'play', prompt, next: 'end' } },
    });
  });

  it('keeps what its steps say, and may come back to a step by a key', () => {
    const flow = {
      start: 'ask',
      steps: {
        ask: {
          type: 'menu',
          prompt,
          invalidPrompt: prompt,
          choices: { '1': 'roof', '*': 'ask', '#': 'zip', '0': 'mail' },
          timeoutS: 30,
          attempts: 1,
          onFail: 'bye',
        },
        roof: { type: 'set', category: 'roofing', next: 'zip' },
        zip: {
          ...collect,
          as: 'zip',
          digits: 5,
          timeoutS: 1,
          attempts: 5,
          onFail: 'sorry',
        },
        sorry: { type: 'play', prompt, next: 'end' },
        mail: { type: 'voicemail', prompt },
        bye: { type: 'hangup', prompt },
        end: route,
      },
    } as const satisfies UncheckedIvr;
    expect(parseIvr(flow)).toEqual(flow);
  });
});

describe('A step is refused with where and why', () => {
  it.each<[string, UncheckedStep, string, RegExp]>([
    ['without its prompt', { type: 'play', next: 'end' }, '/prompt', /needs this/],
    ['without a way on', { type: 'set', category: 'x' }, '/next', /needs this/],
    ['without what follows failure', { type: 'menu', prompt, choices: { '1': 'end' } }, '/onFail', /needs this/],
    ['with a field of another type', { ...route, prompt }, '/prompt', /A route step has none/],
    ['that plays and waits', { type: 'play', prompt, next: 'end', timeoutS: 5 }, '/timeoutS', /play step has none/],
    ['with no patience', { ...menu, timeoutS: 0 }, '/timeoutS', /from 1 to 30/],
    ['with too much patience', { ...menu, timeoutS: 31 }, '/timeoutS', /from 1 to 30/],
    ['with part of a second', { ...menu, timeoutS: 1.5 }, '/timeoutS', /whole number/],
    ['that never asks', { ...menu, attempts: 0 }, '/attempts', /from 1 to 5/],
    ['that asks too often', { ...collect, attempts: 6 }, '/attempts', /from 1 to 5/],
    ['with a ZIP of four digits', { ...collect, digits: 4 }, '/digits', /A ZIP has 5 digits/],
    ['without a choice', { ...menu, choices: {} }, '/choices', /at least one choice/],
    ['with a key that no telephone has', { ...menu, choices: { A: 'end' } }, '/choices/A', /0 to 9, \* or #/],
    ['with two keys at once', { ...menu, choices: { '12': 'end' } }, '/choices/12', /one key/],
    ['with an odd key', { ...menu, choices: { '~/': 'end' } }, '/choices/~0~1', /one key/],
    ['that leads nowhere', { type: 'play', prompt, next: 'gone' }, '/next', /one of ask, it, end/],
    ['that leads to what objects inherit', { type: 'set', category: 'x', next: 'toString' }, '/next', /no step/],
    ['with a choice that leads nowhere', { ...menu, choices: { '*': 'gone' } }, '/choices/*', /no step/],
    ['whose failure leads nowhere', { ...collect, onFail: 'gone' }, '/onFail', /no step/],
  ])('%s', (_what, step, path, message) => {
    const problems = parseIvr(flowWith(step));
    expect(problems).toEqual([{ path: `/steps/it${path}`, message: expect.stringMatching(message) as string }]);
  });

  it('each, at once', () => {
    const problems = parseIvr({ start: 'a', steps: { a: { type: 'menu', digits: 11 }, b: { type: 'play' } } });
    expect((problems as readonly InputProblem[]).map(({ path }) => path)).toEqual([
      '/steps/a/prompt',
      '/steps/a/choices',
      '/steps/a/onFail',
      '/steps/a/digits',
      '/steps/b/prompt',
      '/steps/b/next',
    ]);
  });

  it.each(['', '__proto__', 'a/b', '~', 'n'.repeat(65), 'größe'])('by the name %j', (name) => {
    const steps = Object.fromEntries([
      [name, route],
      ['end', route],
    ]);
    const path = `/steps/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    expect(parseIvr({ start: 'end', steps })).toEqual([
      { path, message: expect.stringMatching(/^Name a step/) as string },
    ]);
  });
});

describe('Steps together are refused', () => {
  it('where there are none', () => {
    expect(parseIvr({ start: 'a', steps: {} })).toMatchObject([{ path: '/steps' }]);
  });

  it('where there are more than fifty, which are the most', () => {
    const chain = (length: number): UncheckedIvr => ({
      start: 's1',
      steps: Object.fromEntries(
        Array.from({ length }, (_, i) => [
          `s${i + 1}`,
          i + 1 === length ? route : ({ type: 'play', prompt, next: `s${i + 2}` } as const),
        ]),
      ),
    });
    expect(parseIvr(chain(50))).toHaveProperty('start');
    expect(parseIvr(chain(51))).toEqual([{ path: '/steps', message: 'These are 51 steps: 50 are the most.' }]);
  });

  it('where the start is none of them', () => {
    expect(parseIvr({ start: 'begin', steps: { end: route } })).toEqual([
      { path: '/start', message: 'There is no step of this name: write one of end.' },
    ]);
  });

  it('where nobody gets to one', () => {
    expect(parseIvr({ start: 'end', steps: { end: route, lost: { type: 'hangup' } } })).toEqual([
      { path: '/steps/lost', message: 'No other step leads here: let one do so, or take it out.' },
    ]);
  });
});

test('A circle that asks nothing is refused, once, with its way round', () => {
  const steps = {
    menu: { type: 'menu', prompt, choices: { '1': 'one', '2': 'two' }, onFail: 'end' },
    one: { type: 'play', prompt, next: 'two' },
    two: { type: 'set', category: 'x', next: 'one' },
    end: route,
  } as const;
  expect(parseIvr({ start: 'menu', steps })).toEqual([
    { path: '/steps/one/next', message: expect.stringContaining('asks nothing (one → two → one)') as string },
  ]);
});

test('A circle that a silent caller never leaves is refused, though it asks', () => {
  const steps = {
    menu: { type: 'menu', prompt, choices: { '1': 'end' }, onFail: 'sorry' },
    sorry: { type: 'play', prompt, next: 'menu' },
    end: route,
  } as const;
  expect(parseIvr({ start: 'menu', steps })).toEqual([
    { path: '/steps/menu/onFail', message: expect.stringContaining('(menu → sorry → menu)') as string },
  ]);
});
