import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { PromptId } from '../ids.ts';
import { type IvrFlow, IVR_LIMITS, type IvrStep, stepOf } from './ivr-flow.ts';
import { parseIvr } from './parse-ivr.ts';
import { advanceIvr, type IvrEvent, type IvrRun, MAX_STEPS_OF_A_RUN, startIvr } from './run-ivr.ts';

const prompt = 'prm_1' as PromptId;
const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;
const KEYS = ['1', '2', '#'] as const;

/** Mostly names of steps there are; `gone` never is one. */
const to = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.constant('gone') },
);
const asking = { prompt: fc.constant(prompt), timeoutS: fc.constant(5), attempts: fc.integer({ min: 1, max: 5 }) };

const steps: fc.Arbitrary<IvrStep> = fc.oneof(
  fc.record({ type: fc.constant('play' as const), prompt: fc.constant(prompt), next: to }),
  fc.record({ type: fc.constant('set' as const), category: fc.constantFrom('x', 'y'), next: to }),
  fc.record({
    type: fc.constant('menu' as const),
    ...asking,
    choices: fc.dictionary(fc.constantFrom(...KEYS), to, { minKeys: 1 }),
    onFail: to,
  }),
  fc.record({
    type: fc.constant('collect' as const),
    ...asking,
    as: fc.constant('zip' as const),
    digits: fc.constant(5),
    next: to,
    onFail: to,
  }),
  fc.constant({ type: 'route' } as const),
  fc.constant({ type: 'voicemail', prompt } as const),
  fc.constant({ type: 'hangup' } as const),
);
const flows: fc.Arbitrary<IvrFlow> = fc.record({
  start: to,
  steps: fc.dictionary(fc.constantFrom(...NAMES), steps, { minKeys: 1, maxKeys: NAMES.length }),
});

const events: fc.Arbitrary<IvrEvent> = fc.oneof(
  fc.constantFrom<IvrEvent>({ type: 'played' }, { type: 'silence' }, { type: 'failed' }),
  fc.constantFrom('', ...KEYS, '9', '94107', '00000', '941').map((digits) => ({ type: 'digits', digits }) as const),
);

const isKnownZip = (zip: string): boolean => zip === '94107';
const advance = (run: IvrRun, event: IvrEvent): IvrRun => advanceIvr(run, event, isKnownZip);

/** Every attempt of every step. */
const MAX_EVENTS = MAX_STEPS_OF_A_RUN * IVR_LIMITS.attempts[1];

describe('Any flow', () => {
  it('ends within its bound, whatever happens, accepted or not', () => {
    fc.assert(
      fc.property(flows, fc.array(events, { minLength: 1, maxLength: 12 }), (flow, some) => {
        let run = startIvr(flow);
        for (let count = 0; run.action.kind !== 'end'; count += 1) {
          expect(count).toBeLessThan(MAX_EVENTS);
          run = advance(run, some[count % some.length]!);
        }
        expect(run.entered).toBeLessThanOrEqual(MAX_STEPS_OF_A_RUN);
      }),
    );
  });

  it('is accepted exactly where the run gets to all of its steps, and a silent caller from each of them to an end', () => {
    let accepted = 0;
    fc.assert(
      fc.property(flows, (flow) => {
        const isAccepted = !Array.isArray(parseIvr(flow));
        expect(isAccepted).toBe(isFinished(flow));
        if (isAccepted) accepted += 1;
      }),
      { numRuns: 5_000 },
    );
    // A model that agrees on refusals alone would prove little.
    expect(accepted).toBeGreaterThan(100);
  });
});

/** The model: tries the flow out, and looks at no field of its steps but their names. */
function isFinished(flow: IvrFlow): boolean {
  const names = Object.keys(flow.steps);
  return (
    hasNoLooseEnd(flow) &&
    stepsSeen(flow).size === names.length &&
    names.every((start) => isLeftBySilence({ ...flow, start }))
  );
}

/** Whether every name in it is that of a step: taken from its text, as no run tells a missing step from a route. */
function hasNoLooseEnd(flow: IvrFlow): boolean {
  const named = JSON.stringify(flow).match(/"gone"|"[a-e]"(?!:)/g) ?? [];
  return named.every((name) => stepOf(flow, name.slice(1, -1)) !== undefined);
}

/** The steps that some caller comes to, found by entering all there is to enter at each question. */
function stepsSeen(flow: IvrFlow): ReadonlySet<string> {
  const seen = new Set<string>();
  const entries = [...KEYS, '94107'].map((digits): IvrEvent => ({ type: 'digits', digits }));
  const probes: readonly IvrEvent[] = [{ type: 'failed' }, ...entries];
  const waiting = [flow.start];
  for (let start = waiting.pop(); start !== undefined; start = waiting.pop()) {
    if (seen.has(start)) continue;
    seen.add(start);
    // A flow that is cut off after one step tells by the step it comes to where that one leads.
    for (const event of probes) {
      const next = landing(flow, start, event);
      if (next !== undefined) waiting.push(next);
    }
  }
  return seen;
}

/** Where one event leads from a step: every other step is made a prompt of its own, so that the run halts there. */
function landing(flow: IvrFlow, start: string, event: IvrEvent): string | undefined {
  const halts = Object.fromEntries(
    NAMES.map((name) => [name, { type: 'play', prompt: `prm_at_${name}` as PromptId, next: name } as const]),
  );
  // The step itself may lead to itself, so it is walked under another name.
  const step = stepOf(flow, start);
  if (step === undefined) return undefined;
  const first = startIvr({ start: 'self', steps: { ...halts, self: step } });
  const isThere = first.action.kind === 'play' && first.action.promptId.startsWith('prm_at_');
  const { action } = isThere ? first : advance(first, event);
  return action.kind === 'play' ? action.promptId.slice('prm_at_'.length) : undefined;
}

/** Whether a caller who enters nothing comes to an end before any step comes twice. */
function isLeftBySilence(flow: IvrFlow): boolean {
  let run = startIvr(flow);
  while (run.action.kind !== 'end') run = advance(run, { type: 'silence' });
  return run.entered <= Object.keys(flow.steps).length;
}
