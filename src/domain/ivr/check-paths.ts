import type { InputProblem } from '../app-error.ts';
import { type IvrFlow, type IvrStep, stepOf } from './ivr-flow.ts';

/** A field of a step that names another. */
interface Exit {
  /** Its JSON Pointer within the step. */
  readonly field: string;
  readonly to: string;
}

/**
 * What is wrong with where steps lead: names of no step, steps nobody gets to, and circles that a caller who enters
 * nothing never leaves. From every step of a flow without these an end can be reached, by doing nothing at the least.
 */
export function checkPaths(flow: IvrFlow): InputProblem[] {
  const names = Object.keys(flow.steps);
  if (names.length === 0) return [{ path: '/steps', message: 'Give at least one step, such as {"type": "route"}.' }];
  const known = `There is no step of this name: write one of ${names.join(', ')}.`;
  const unknown: InputProblem[] = [];
  if (stepOf(flow, flow.start) === undefined) unknown.push({ path: '/start', message: known });
  for (const [name, step] of Object.entries(flow.steps)) {
    for (const { field, to } of exitsOf(step)) {
      if (stepOf(flow, to) === undefined) unknown.push({ path: `/steps/${name}${field}`, message: known });
    }
  }
  // Where names are wrong, what can't be reached is mostly what they meant.
  if (unknown.length > 0) return unknown;
  const reached = reachedFrom(flow);
  return [...findUnreached(names, reached), ...findCircles(flow, reached)];
}

/** Every way on from a step. */
function exitsOf(step: IvrStep): readonly Exit[] {
  const silent = silentExit(step);
  const spoken =
    step.type === 'menu'
      ? Object.entries(step.choices).map(([key, to]) => ({ field: `/choices/${key}`, to }))
      : step.type === 'collect'
        ? [{ field: '/next', to: step.next }]
        : [];
  return silent === null ? spoken : [...spoken, silent];
}

/** The one way on for a caller who enters nothing; null at an end. */
function silentExit(step: IvrStep): Exit | null {
  switch (step.type) {
    case 'play':
    case 'set':
      return { field: '/next', to: step.next };
    case 'menu':
    case 'collect':
      return { field: '/onFail', to: step.onFail };
    case 'route':
    case 'voicemail':
    case 'hangup':
      return null;
  }
}

function reachedFrom(flow: IvrFlow): ReadonlySet<string> {
  const reached = new Set([flow.start]);
  // A set goes on to what is added while it is walked.
  for (const name of reached) {
    const step = stepOf(flow, name);
    for (const { to } of step ? exitsOf(step) : []) reached.add(to);
  }
  return reached;
}

function findUnreached(names: readonly string[], reached: ReadonlySet<string>): InputProblem[] {
  const message = 'No other step leads here: let one do so, or take it out.';
  return names.filter((name) => !reached.has(name)).map((name) => ({ path: `/steps/${name}`, message }));
}

/** Each circle once, at the first of its steps that was come to. */
function findCircles(flow: IvrFlow, reached: ReadonlySet<string>): InputProblem[] {
  const done = new Set<string>();
  const problems: InputProblem[] = [];
  for (const from of reached) {
    const way: string[] = [];
    for (let name: string | undefined = from; name !== undefined && !done.has(name);) {
      done.add(name);
      way.push(name);
      const step = stepOf(flow, name);
      const exit: Exit | null = step ? silentExit(step) : null;
      const begins = exit === null ? -1 : way.indexOf(exit.to);
      if (begins >= 0) problems.push(describeCircle(flow, way.slice(begins)));
      name = exit?.to;
    }
  }
  return problems;
}

function describeCircle(flow: IvrFlow, circle: readonly string[]): InputProblem {
  const [first = ''] = circle;
  const round = [...circle, first].join(' → ');
  const steps = circle.map((name) => stepOf(flow, name));
  const asks = steps.some((step) => step?.type === 'menu' || step?.type === 'collect');
  const field = steps[0] ? (silentExit(steps[0])?.field ?? '') : '';
  const message = asks
    ? `A caller who enters nothing goes round for ever (${round}): lead one of these to an end. "attempts" says how often a caller is asked.`
    : `This goes round for ever and asks nothing (${round}): lead one of these to a question or an end.`;
  return { path: `/steps/${first}${field}`, message };
}
