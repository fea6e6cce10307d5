import { AppError, type InputProblem } from '../../domain/app-error.ts';
import type { ResourceKind } from '../../store/resource-store.ts';

/** How a file is written. CSV holds one collection, the others hold any of them. */
export const PLAN_FORMATS = ['json', 'yaml', 'csv'] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

/** What a file says of one resource. */
export interface PlanItem {
  readonly kind: ResourceKind;
  /** JSON Pointer: `/routes/17`. */
  readonly path: string;
  /** Where it begins in the file, and where each of its fields does, counted from 1; nothing where that isn't known. */
  readonly line?: number;
  readonly fieldLines?: Readonly<Record<string, number>>;
  /** As written; null removes a field. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** What a file says. */
export interface PlanFile {
  /** The collections that it names, those of which it has nothing too. */
  readonly kinds: readonly ResourceKind[];
  readonly items: readonly PlanItem[];
  /** What prompts are called where the file comes from: no sound is in it, so one of the name must be here. */
  readonly prompts: readonly { readonly id: string; readonly name: string }[];
}

/** A text to read, and how it is written. */
export interface PlanText {
  readonly format: PlanFormat;
  readonly text: string;
  /** Of a CSV, which collection it holds. */
  readonly kind?: ResourceKind;
}

/** Problems told of at once. A file with more is wrong in its kind, and the first will do to see how. */
export const MOST_PROBLEMS = 100;

/** Entries that a file may have: an import is one transaction, during which nothing else is written. */
const MOST_ITEMS = 100_000;

/** @throws AppError `invalid` for more entries than a file may have */
export function refuseTooMany(items: number): void {
  if (items <= MOST_ITEMS) return;
  const message = `A file may have ${MOST_ITEMS} entries: send it in parts.`;
  throw new AppError('invalid', message, { problems: [{ path: '', message }] });
}

/** A problem at or below an item, with the line it stands in. */
export function problemAt(item: PlanItem, { path, message }: InputProblem): InputProblem {
  const [, field = ''] = path.split('/');
  const line = item.fieldLines?.[field.replaceAll('~1', '/').replaceAll('~0', '~')] ?? item.line;
  return { path: item.path + path, message, ...(line === undefined ? {} : { line }) };
}

/** The file can't be read at all. */
export function unreadable(message: string, line?: number): AppError {
  const where = line === undefined ? '' : `Line ${line}: `;
  const problem = { path: '', message, ...(line === undefined ? {} : { line }) };
  return new AppError('malformed-request', `${where}${message}`, { problems: [problem] });
}
