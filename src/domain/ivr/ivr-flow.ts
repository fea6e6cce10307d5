import type { PromptId } from '../ids.ts';

/** What steps may ask of a caller's patience, `[least, most]`; and how large a flow may be. */
export const IVR_LIMITS = {
  steps: 50,
  timeoutS: [1, 30],
  attempts: [1, 5],
  digits: [1, 10],
} as const;

/** How many digits a ZIP has. Canadian postal codes have letters, which no telephone sends: their callers go to `onFail`. */
export const ZIP_DIGITS = 5;

/** What all steps that wait for keys have. */
interface Asking {
  readonly prompt: PromptId;
  /** Played before the prompt is repeated, where what was entered was none of the choices, or no ZIP. */
  readonly invalidPrompt?: PromptId;
  /** Silence after the prompt, or after the last key, that ends an attempt. */
  readonly timeoutS: number;
  /** How often the caller is asked, the first time included. */
  readonly attempts: number;
  /** The step after the last attempt came to nothing. */
  readonly onFail: string;
}

/** Plays a prompt. */
export interface PlayStep {
  readonly type: 'play';
  readonly prompt: PromptId;
  readonly next: string;
}

/** Asks for one key; `choices` has the step for each key, `0` to `9`, `*` or `#`. */
export interface MenuStep extends Asking {
  readonly type: 'menu';
  readonly choices: Readonly<Record<string, string>>;
}

/** Asks for digits. A ZIP decides where the caller is, whatever their number says. */
export interface CollectStep extends Asking {
  readonly type: 'collect';
  readonly as: 'zip';
  readonly digits: number;
  readonly next: string;
}

/** Notes what the caller wants; of two, the later stands. Only routes that take the category get the call then. */
export interface SetStep {
  readonly type: 'set';
  readonly category: string;
  readonly next: string;
}

/** One step of a flow; the last three are ends. */
export type IvrStep =
  | PlayStep
  | MenuStep
  | CollectStep
  | SetStep
  | { readonly type: 'route' }
  | { readonly type: 'voicemail'; readonly prompt: PromptId }
  | { readonly type: 'hangup'; readonly prompt?: PromptId };

/** What a campaign asks its callers before routing: steps by name, and the name of the first. */
export interface IvrFlow {
  readonly start: string;
  readonly steps: Readonly<Record<string, IvrStep>>;
}

/** The step of that name; undefined where there is none, whatever objects inherit. */
export function stepOf({ steps }: IvrFlow, name: string): IvrStep | undefined {
  return Object.hasOwn(steps, name) ? steps[name] : undefined;
}
