import type { IvrFlow } from '../ivr/ivr-flow.ts';
import type { PromptId } from '../ids.ts';
import type { Termination } from './termination.ts';

/** What we do with a caller who is with us alone. */
export type Program =
  /** Before routing: prompts, one after the other, then the questions. */
  | {
      readonly kind: 'welcome';
      readonly prompts: readonly PromptId[];
      readonly ivr: IvrFlow | null;
      /** Longest message, where the questions lead to one, in seconds. */
      readonly messageMaxS: number;
    }
  /** Something to hear, then the end that was decided. */
  | { readonly kind: 'announcement'; readonly promptId: PromptId; readonly end: Termination }
  /** The caller speaks a message, after a prompt where there is one. */
  | { readonly kind: 'message'; readonly promptId: PromptId | null; readonly maxS: number };

/** What a program came to. */
export type ProgramResult =
  /** Go on to routing, with what the caller said of themselves. */
  | { readonly kind: 'route'; readonly zip: string | null; readonly category: string | null }
  | { readonly kind: 'message'; readonly promptId: PromptId | null }
  | { readonly kind: 'hangup' }
  /** It was played, or the message is taken. */
  | { readonly kind: 'done' };

/**
 * Whether the caller is answered before it begins. What is only played goes out as early media (RFC 3960): the caller
 * pays nothing for it. Keys and speech need an answer: before it, networks carry sound towards the caller alone.
 */
export function answersFirst(program: Program): boolean {
  return program.kind === 'message' || (program.kind === 'welcome' && program.ivr !== null);
}
