import type { ResourceKind, Resources, Stored } from '../../store/resource-store.ts';
import type { InputProblem } from '../../domain/app-error.ts';
import { problemAt, type PlanItem } from './plan-file.ts';

/** A resource as it is kept, of any kind. */
export type AnyStored = Stored<Resources[ResourceKind]>;

/** Fields as a file or the store has them. */
export type Fields = Readonly<Record<string, unknown>>;

/** `merge` leaves what the file doesn't say; `replace` makes the file all there is of the collections it names. */
export type ImportMode = 'merge' | 'replace';

/** An item, and which resource it is about. */
export interface MatchedItem {
  readonly item: PlanItem;
  /** Made anew where the file gives none and there is nothing yet that it means. */
  readonly id: string;
  readonly existing: AnyStored | null;
  /** What it says, without its id, others named by their ids. */
  readonly given: Fields;
  /** JSON Pointers of fields of which a problem tells already. */
  readonly open: readonly string[];
}

/** Problems of an item, but for those of fields of which one tells already. */
export function problemsOf({ item, open }: MatchedItem, problems: readonly InputProblem[]): readonly InputProblem[] {
  const isTold = (path: string): boolean => open.some((field) => path === field || path.startsWith(`${field}/`));
  return problems.filter(({ path }) => !isTold(path)).map((problem) => problemAt(item, problem));
}
