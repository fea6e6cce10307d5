import { describe, expect, it } from 'vitest';

import type { PromptId } from '../ids.ts';
import type { IvrFlow } from './ivr-flow.ts';
import { advanceIvr, type IvrEvent, type IvrRun, MAX_STEPS_OF_A_RUN, startIvr } from './run-ivr.ts';

const id = (name: string): PromptId => `prm_${name}` as PromptId;

/** Greets, asks what it is about and then for the ZIP; `*` hears the menu again, `0` leaves a message. */
const FLOW: IvrFlow = {
  start: 'hello',
  steps: {
    hello: { type: 'play', prompt: id('hello'), next: 'menu' },
    menu: {
      type: 'menu',
      prompt: id('menu'),
      invalidPrompt: id('invalid'),
      choices: { '1': 'roofing', '0': 'mail', '*': 'menu' },
      timeoutS: 5,
      attempts: 2,
      onFail: 'zip',
    },
    roofing: { type: 'set', category: 'roofing', next: 'zip' },
    zip: {
      type: 'collect',
      prompt: id('zip'),
      as: 'zip',
      digits: 5,
      timeoutS: 7,
      attempts: 3,
      next: 'end',
      onFail: 'bye',
    },
    end: { type: 'route' },
    mail: { type: 'voicemail', prompt: id('mail') },
    bye: { type: 'hangup', prompt: id('bye') },
  },
};

const played: IvrEvent = { type: 'played' };
const silence: IvrEvent = { type: 'silence' };
const failed: IvrEvent = { type: 'failed' };
const keys = (digits: string): IvrEvent => ({ type: 'digits', digits });
const isKnownZip = (zip: string): boolean => zip === '94107';

function run(events: readonly IvrEvent[], flow: IvrFlow = FLOW): IvrRun {
  return events.reduce((at, event) => advanceIvr(at, event, isKnownZip), startIvr(flow));
}

describe('A caller', () => {
  it('hears what is played, is asked, and is routed with what they said', () => {
    expect(run([]).action).toEqual({ kind: 'play', step: 'hello', promptId: id('hello') });
    expect(run([played]).action).toEqual({
      kind: 'ask',
      step: 'menu',
      promptId: id('menu'),
      invalidPromptId: null,
      maxDigits: 1,
      timeoutS: 5,
      attempt: 1,
      attempts: 2,
    });
    expect(run([played, keys('1')]).action).toMatchObject({ kind: 'ask', step: 'zip', maxDigits: 5, timeoutS: 7 });
    expect(run([played, keys('1'), keys('94107')]).action).toEqual({
      kind: 'end',
      end: { kind: 'route', zip: '94107', category: 'roofing' },
    });
  });

  it('who enters what is no choice is told so and asked again, then goes where failure leads', () => {
    expect(run([played, keys('7')]).action).toMatchObject({
      step: 'menu',
      attempt: 2,
      promptId: id('menu'),
      invalidPromptId: id('invalid'),
    });
    expect(run([played, keys('7'), keys('9')]).action).toMatchObject({ step: 'zip', attempt: 1 });
  });

  it('who enters nothing is asked again without a word about it', () => {
    for (const nothing of [silence, keys(''), played]) {
      expect(run([played, nothing]).action).toMatchObject({ step: 'menu', attempt: 2, invalidPromptId: null });
    }
    expect(run([played, silence, silence, silence, silence, silence]).action).toEqual({
      kind: 'end',
      end: { kind: 'hangup', promptId: id('bye') },
    });
  });

  it('may hear a menu again, with all attempts anew', () => {
    expect(run([played, silence, keys('*')]).action).toMatchObject({ step: 'menu', attempt: 1 });
  });

  it('may leave a message', () => {
    expect(run([played, keys('0')]).action).toEqual({ kind: 'end', end: { kind: 'voicemail', promptId: id('mail') } });
  });

  it('who could not be asked goes where failure leads at once, and what could not be played is passed over', () => {
    expect(run([failed]).action).toMatchObject({ kind: 'ask', step: 'menu' });
    expect(run([played, failed]).action).toMatchObject({ step: 'zip', attempt: 1 });
    expect(run([played, failed, failed]).action).toMatchObject({ kind: 'end', end: { kind: 'hangup' } });
  });

  it('cuts short what is played by any key', () => {
    expect(run([keys('1')]).action).toMatchObject({ kind: 'ask', step: 'menu' });
  });
});

describe('A ZIP', () => {
  it.each(['9410', '941070', '9410*', '00000', 'M5V2T6', '94 07'])('entered as %j is a wrong entry', (digits) => {
    const { action, zip } = run([played, keys('1'), keys(digits)]);
    expect(action).toMatchObject({ kind: 'ask', step: 'zip', attempt: 2 });
    expect(zip).toBeNull();
  });

  it('that is right at the last attempt counts', () => {
    expect(run([played, keys('1'), keys('1'), silence, keys('94107')])).toMatchObject({ zip: '94107' });
  });
});

describe('A run', () => {
  it('once ended stays as it is', () => {
    const ended = run([played, keys('0')]);
    for (const event of [played, silence, failed, keys('1')]) expect(advanceIvr(ended, event, isKnownZip)).toBe(ended);
  });

  it('ends by routing with what is known after so many steps, however often a caller goes round', () => {
    const round = {
      ...FLOW,
      start: 'again',
      steps: { ...FLOW.steps, again: { ...FLOW.steps['roofing'], next: 'menu' } },
    };
    const events = Array.from({ length: MAX_STEPS_OF_A_RUN }, () => keys('*'));
    // One for the category, then the menu so often as is left.
    expect(run(events.slice(0, MAX_STEPS_OF_A_RUN - 2), round as IvrFlow).action.kind).toBe('ask');
    expect(run(events.slice(0, MAX_STEPS_OF_A_RUN - 1), round as IvrFlow)).toMatchObject({
      entered: MAX_STEPS_OF_A_RUN,
      action: { kind: 'end', end: { kind: 'route', zip: null, category: 'roofing' } },
    });
  });

  it('of a flow that nothing checked ends by routing where a step is missing or asks nothing for ever', () => {
    const lost: IvrFlow = { start: 'a', steps: { a: { type: 'set', category: 'x', next: 'gone' } } };
    expect(startIvr(lost).action).toMatchObject({ end: { kind: 'route', category: 'x' } });
    expect(startIvr({ start: 'toString', steps: {} }).action).toMatchObject({ end: { kind: 'route' } });
    const circle: IvrFlow = { start: 'a', steps: { a: { type: 'set', category: 'x', next: 'a' } } };
    expect(startIvr(circle)).toMatchObject({ entered: MAX_STEPS_OF_A_RUN, action: { kind: 'end' } });
  });
});
