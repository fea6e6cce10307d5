import type { InputProblem } from '../app-error.ts';
import type { PromptId } from '../ids.ts';
import { checkPaths } from './check-paths.ts';
import { type IvrFlow, IVR_LIMITS, type IvrStep, ZIP_DIGITS } from './ivr-flow.ts';

/** What each type of step has. Its own type apart, a step has these fields and no others. */
const FIELDS = {
  play: { needs: ['prompt', 'next'], takes: [] },
  menu: { needs: ['prompt', 'choices', 'onFail'], takes: ['invalidPrompt', 'timeoutS', 'attempts'] },
  collect: { needs: ['prompt', 'next', 'onFail'], takes: ['as', 'digits', 'invalidPrompt', 'timeoutS', 'attempts'] },
  set: { needs: ['category', 'next'], takes: [] },
  route: { needs: [], takes: [] },
  voicemail: { needs: ['prompt'], takes: [] },
  hangup: { needs: [], takes: ['prompt'] },
} as const satisfies Readonly<Record<IvrStep['type'], { needs: readonly Field[]; takes: readonly Field[] }>>;

/** The types of steps there are. */
export const IVR_STEP_TYPES = Object.keys(FIELDS) as readonly IvrStep['type'][];

/** What a step has where it doesn't say. */
export const IVR_DEFAULTS = { timeoutS: 5, attempts: 3, digits: ZIP_DIGITS, as: 'zip' } as const;

/** A step as it arrives: of a known type, each field of the right sort, but not yet known to be a field of its type. */
export interface UncheckedStep {
  readonly type: IvrStep['type'];
  readonly prompt?: PromptId;
  readonly invalidPrompt?: PromptId;
  readonly next?: string;
  readonly onFail?: string;
  readonly choices?: Readonly<Record<string, string>>;
  readonly as?: 'zip';
  readonly digits?: number;
  readonly timeoutS?: number;
  readonly attempts?: number;
  readonly category?: string;
}
type Field = Exclude<keyof UncheckedStep, 'type'>;

/** A flow as it arrives. */
export interface UncheckedIvr {
  readonly start: string;
  readonly steps: Readonly<Record<string, UncheckedStep>>;
}

/** Names that need no escape in a JSON Pointer, and are no property of objects. */
const STEP_NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/;
const KEY = /^[0-9*#]$/;

/**
 * Reads a flow, with what its steps leave out filled in; or tells everything that is wrong with it, paths being JSON
 * Pointers (RFC 6901) into it. Where the steps lead is looked at once each of them is right by itself.
 */
export function parseIvr({ start, steps }: UncheckedIvr): IvrFlow | readonly InputProblem[] {
  const problems: InputProblem[] = [];
  const count = Object.keys(steps).length;
  if (count > IVR_LIMITS.steps) {
    problems.push({ path: '/steps', message: `These are ${count} steps: ${IVR_LIMITS.steps} are the most.` });
  }
  const read: [string, IvrStep][] = [];
  for (const [name, step] of Object.entries(steps)) {
    const path = `/steps/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!STEP_NAME.test(name)) problems.push({ path, message: NAME_EXPECTED });
    const ofStep = checkStep(step, path);
    problems.push(...ofStep);
    if (ofStep.length === 0) read.push([name, fillIn(step)]);
  }
  if (problems.length > 0) return problems;
  const flow = { start, steps: Object.fromEntries(read) };
  const ofPaths = checkPaths(flow);
  return ofPaths.length > 0 ? ofPaths : flow;
}

const NAME_EXPECTED =
  'Name a step with 1 to 64 letters of A to Z, digits, spaces, dots, hyphens and underscores, a letter or digit first.';

function checkStep(step: UncheckedStep, path: string): InputProblem[] {
  const { needs, takes }: { needs: readonly Field[]; takes: readonly Field[] } = FIELDS[step.type];
  const known = new Set<Field>([...needs, ...takes]);
  const given = (Object.keys(step) as (keyof UncheckedStep)[]).filter((field) => step[field] !== undefined);
  return [
    ...needs
      .filter((field) => step[field] === undefined)
      .map((field) => ({ path: `${path}/${field}`, message: `A ${step.type} step needs this.` })),
    ...given
      .filter((field): field is Field => field !== 'type' && !known.has(field))
      .map((field) => ({ path: `${path}/${field}`, message: `A ${step.type} step has none: leave it out.` })),
    ...(['timeoutS', 'attempts'] as const).flatMap((field) => checkRange(step[field], field, path)),
    ...checkChoices(step.choices, `${path}/choices`),
    ...checkZip(step, path),
  ];
}

function checkRange(value: number | undefined, field: 'timeoutS' | 'attempts', path: string): InputProblem[] {
  const [least, most] = IVR_LIMITS[field];
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return [];
  return [{ path: `${path}/${field}`, message: `Write a whole number from ${least} to ${most}.` }];
}

function checkChoices(choices: UncheckedStep['choices'], path: string): InputProblem[] {
  if (choices === undefined) return [];
  const keys = Object.keys(choices);
  if (keys.length === 0) return [{ path, message: 'Give at least one choice, such as {"1": "roofing"}.' }];
  return keys
    .filter((key) => !KEY.test(key))
    .map((key) => ({
      path: `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      message: 'A choice is one key of a telephone: 0 to 9, * or #.',
    }));
}

function checkZip({ type, digits }: UncheckedStep, path: string): InputProblem[] {
  if (type !== 'collect' || digits === undefined || digits === ZIP_DIGITS) return [];
  return [{ path: `${path}/digits`, message: `A ZIP has ${ZIP_DIGITS} digits: write ${ZIP_DIGITS}, or leave it out.` }];
}

/** The step with what it left out; `checkStep` found nothing wrong with it, which the types can't tell. */
function fillIn(step: UncheckedStep): IvrStep {
  const takes: readonly string[] = FIELDS[step.type].takes;
  const filled = Object.entries(IVR_DEFAULTS).filter(([field]) => takes.includes(field));
  return { ...Object.fromEntries(filled), ...step } as IvrStep;
}
