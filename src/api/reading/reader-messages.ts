import type { ErrorCode, InputProblem } from '../../domain/app-error.ts';
import type { Part } from './in-parts.ts';
import type { QuestionName, Questions } from './questions.ts';

/** What the thread that reads is started with. */
export interface ReaderData {
  /** The database. */
  readonly file: string;
}

/** To the thread: a question, whose answer's first part is wanted; another part of it; or none any more. */
export type ToReader =
  | { readonly [Name in QuestionName]: Asked<Name> }[QuestionName]
  | { readonly kind: 'more' | 'drop'; readonly id: number };

interface Asked<Name extends QuestionName> {
  readonly kind: 'ask';
  /** Of the answer, in everything that is said of it. */
  readonly id: number;
  readonly name: Name;
  readonly question: Questions[Name];
}

/** Why there is no answer, or no more of it. */
export interface ReadFault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly problems: readonly InputProblem[];
  /** Of a defect of ours, for the log; absent for what the question brings about. */
  readonly stack?: string | undefined;
}

/** From the thread. `trouble` is for the log alone. */
export type FromReader =
  | { readonly kind: 'part'; readonly id: number; readonly part: Part }
  | { readonly kind: 'fault'; readonly id: number; readonly fault: ReadFault }
  | { readonly kind: 'trouble'; readonly message: string };
