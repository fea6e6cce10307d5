import type { PromptId } from '../ids.ts';
import { type CollectStep, type IvrFlow, type MenuStep, stepOf } from './ivr-flow.ts';

/** Most steps one caller is led through: who goes in circles is routed then, with what is known of them. */
export const MAX_STEPS_OF_A_RUN = 100;

/** What came of an action. Whatever comes, the run goes on: what doesn't fit the action counts as the next best thing. */
export type IvrEvent =
  /** It was heard to its end, and nothing was entered. */
  | { readonly type: 'played' }
  /** Keys that were pressed, without the `#` that ends an entry. */
  | { readonly type: 'digits'; readonly digits: string }
  /** Nothing was entered in time. */
  | { readonly type: 'silence' }
  /** It could not be played or asked. */
  | { readonly type: 'failed' };

/** Where a run comes to its end. */
export type IvrEnd =
  /** Nulls for what was not asked, or not answered. */
  | { readonly kind: 'route'; readonly zip: string | null; readonly category: string | null }
  | { readonly kind: 'voicemail'; readonly promptId: PromptId }
  | { readonly kind: 'hangup'; readonly promptId: PromptId | null };

/** What is to be done now; `step` is the name of the step that wants it. */
export type IvrAction =
  | { readonly kind: 'play'; readonly step: string; readonly promptId: PromptId }
  | {
      readonly kind: 'ask';
      readonly step: string;
      readonly promptId: PromptId;
      /** Played before the prompt: what was wrong with the entry before. */
      readonly invalidPromptId: PromptId | null;
      /** As many keys as this end the entry at once. */
      readonly maxDigits: number;
      readonly timeoutS: number;
      /** 1 to `attempts`. */
      readonly attempt: number;
      readonly attempts: number;
    }
  | { readonly kind: 'end'; readonly end: IvrEnd };

/** A caller on the way through a flow. Plain data: each event makes a new one. */
export interface IvrRun {
  readonly flow: IvrFlow;
  readonly zip: string | null;
  readonly category: string | null;
  /** Steps entered so far. */
  readonly entered: number;
  readonly action: IvrAction;
}

/** Whether a ZIP is one: five digits that are none count as a wrong entry. */
export type IsKnownZip = (zip: string) => boolean;

/** Begins a run: its `action` is the first thing to do. */
export function startIvr(flow: IvrFlow): IvrRun {
  return enter({ flow, zip: null, category: null, entered: 0 }, flow.start);
}

/**
 * The run after an event. A wrong entry and none count as attempts alike, and after the last the run goes on at `onFail`;
 * what could not be asked goes there at once. Keys pressed while something is only played cut it short. Once ended, a run
 * stays as it is.
 *
 * It ends after `MAX_STEPS_OF_A_RUN` steps at the latest, and where a step leads to none (no flow that was accepted has
 * one): as `route`, with what is known.
 */
export function advanceIvr(run: IvrRun, event: IvrEvent, isKnownZip: IsKnownZip): IvrRun {
  const { action } = run;
  if (action.kind === 'end') return run;
  const step = stepOf(run.flow, action.step);
  if (action.kind === 'play') return step?.type === 'play' ? enter(run, step.next) : route(run);
  if (step?.type !== 'menu' && step?.type !== 'collect') return route(run);
  if (event.type === 'failed') return enter(run, step.onFail);
  if (event.type === 'digits') {
    const next = accept(step, event.digits, isKnownZip);
    if (next !== undefined) return enter(step.type === 'collect' ? { ...run, zip: event.digits } : run, next);
  }
  if (action.attempt >= step.attempts) return enter(run, step.onFail);
  const isWrong = event.type === 'digits' && event.digits !== '';
  return { ...run, action: ask(action.step, step, action.attempt + 1, isWrong) };
}

/** Goes on at a step, through all that need nobody: the first that does, or an end, is the next action. */
function enter(run: Omit<IvrRun, 'action'>, name: string): IvrRun {
  const step = stepOf(run.flow, name);
  if (step === undefined || run.entered >= MAX_STEPS_OF_A_RUN) return route(run);
  const entered = { ...run, entered: run.entered + 1 };
  switch (step.type) {
    case 'play':
      return { ...entered, action: { kind: 'play', step: name, promptId: step.prompt } };
    case 'menu':
    case 'collect':
      return { ...entered, action: ask(name, step, 1, false) };
    case 'set':
      return enter({ ...entered, category: step.category }, step.next);
    case 'route':
      return route(entered);
    case 'voicemail':
      return { ...entered, action: { kind: 'end', end: { kind: 'voicemail', promptId: step.prompt } } };
    case 'hangup':
      return { ...entered, action: { kind: 'end', end: { kind: 'hangup', promptId: step.prompt ?? null } } };
  }
}

function route(run: Omit<IvrRun, 'action'>): IvrRun {
  const { zip, category } = run;
  return { ...run, action: { kind: 'end', end: { kind: 'route', zip, category } } };
}

function ask(name: string, step: MenuStep | CollectStep, attempt: number, afterWrongEntry: boolean): IvrAction {
  return {
    kind: 'ask',
    step: name,
    promptId: step.prompt,
    invalidPromptId: (afterWrongEntry ? step.invalidPrompt : undefined) ?? null,
    maxDigits: step.type === 'menu' ? 1 : step.digits,
    timeoutS: step.timeoutS,
    attempt,
    attempts: step.attempts,
  };
}

/** The step that an entry leads to; undefined for a wrong one. */
function accept(step: MenuStep | CollectStep, digits: string, isKnownZip: IsKnownZip): string | undefined {
  if (step.type === 'menu') return Object.hasOwn(step.choices, digits) ? step.choices[digits] : undefined;
  const isWhole = digits.length === step.digits && /^\d+$/.test(digits);
  return isWhole && isKnownZip(digits) ? step.next : undefined;
}
