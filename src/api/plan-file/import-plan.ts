import { AppError, type InputProblem } from '../../domain/app-error.ts';
import type { EpochMs } from '../../domain/time.ts';
import type {
  BatchOutcome,
  ChangeMade,
  Configuration,
  ResourceKind,
  ResourceStore,
} from '../../store/resource-store.ts';
import { KIND_NAMES } from '../../store/resources/resource-kinds.ts';
import type { ParseContext } from '../routes/collection.ts';
import { invalid } from '../validation/validator.ts';
import { checkTogether, findRemovals } from './check-together.ts';
import { changeFor, judgeItems, type JudgedItem } from './judge-items.ts';
import { findLocalPrompts } from './local-prompts.ts';
import { matchItems } from './match-items.ts';
import type { ImportMode } from './matched-item.ts';
import { MOST_PROBLEMS, type PlanFile } from './plan-file.ts';

/** What becomes of a resource in an import. */
export const IMPORT_ACTIONS = ['created', 'updated', 'unchanged', 'archived', 'deleted'] as const;
export type ImportAction = (typeof IMPORT_ACTIONS)[number];

/** What an import came to, or would come to. */
export interface ImportResult {
  readonly dryRun: boolean;
  readonly mode: ImportMode;
  readonly counts: Readonly<Record<ImportAction, number>>;
  /** Ids, by collection: those that the file names. */
  readonly collections: Readonly<Partial<Record<ResourceKind, Readonly<Record<ImportAction, readonly string[]>>>>>;
}

export interface ImportOptions {
  readonly mode: ImportMode;
  readonly dryRun: boolean;
  /** Hears of each change inside the transaction. */
  readonly note?: (made: ChangeMade) => void;
  /** Hears how many of the file's entries have been looked at. */
  readonly tell?: (done: number, total: number) => void;
}

export interface ImportParts extends ParseContext {
  readonly resources: Pick<ResourceStore, 'readAll' | 'changeAll' | 'newId'>;
  readonly now: () => EpochMs;
}

/** How often an import is worked out anew on what someone else has changed meanwhile. */
const TRIES = 5;

/**
 * Imports all that a file says, in one transaction that raises the plan's version once, or nothing of it. A dry run does
 * the same and takes it back: what it answers is what an import would, but for the ids of new things.
 *
 * @throws AppError `invalid` with everything that is wrong (the first hundred), by path and line; `in-use`,
 *   `duplicate`; `version-conflict` where others don't stop changing the configuration
 */
export async function importPlan(
  { resources, ...context }: ImportParts,
  file: PlanFile,
  options: ImportOptions,
): Promise<ImportResult> {
  for (let tries = 1; ; tries += 1) {
    const configuration = await resources.readAll();
    const work = await workOut(file, configuration, context, resources, options);
    const changes = [...work.judged.filter(({ changes }) => changes).map(changeFor), ...work.removals];
    const { dryRun, note } = options;
    try {
      const batch = { changes, expectedVersion: configuration.version, dryRun, ...(note ? { note } : {}) };
      return describe(file, work, await resources.changeAll(batch), options);
    } catch (error) {
      const lostRace = error instanceof AppError && error.code === 'version-conflict';
      if (!lostRace || tries === TRIES) throw error;
    }
  }
}

/** What a file asks for, held against what there is. */
interface WorkedOut {
  readonly judged: readonly JudgedItem[];
  readonly removals: ReturnType<typeof findRemovals>;
}

async function workOut(
  file: PlanFile,
  configuration: Configuration,
  { now, ...context }: Omit<ImportParts, 'resources'>,
  resources: Pick<ResourceStore, 'newId'>,
  { mode, tell }: ImportOptions,
): Promise<WorkedOut> {
  const { matched, problems } = await matchItems(file, configuration, mode, (kind) => resources.newId(kind));
  const removals = findRemovals(file, configuration, matched, mode);
  const total = file.items.length;
  const judging = { ...context, localPrompts: findLocalPrompts(file, configuration.prompts) };
  const found = await judgeItems(matched, mode, judging, (done) => tell?.(done, total));
  const { judged } = found;
  const alone = [...problems, ...found.problems];
  if (alone.length > MOST_PROBLEMS) throw invalid(inFileOrder(alone, file).slice(0, MOST_PROBLEMS));
  const together = await checkTogether({ configuration, matched, judged, removals, now });
  const wrong = [...alone, ...together.problems];
  if (wrong.length > 0) throw invalid([...inFileOrder(wrong, file), ...together.inUse].slice(0, MOST_PROBLEMS));
  const [first] = together.inUse;
  if (first !== undefined) {
    throw new AppError('in-use', first.message, { problems: together.inUse.slice(0, MOST_PROBLEMS) });
  }
  return { judged, removals };
}

/** Problems as their items come in the file. */
function inFileOrder(problems: readonly InputProblem[], { items }: PlanFile): readonly InputProblem[] {
  const placeOf = new Map(items.map(({ path }, place) => [path, place]));
  const place = ({ path }: InputProblem): number => placeOf.get(path.split('/', 3).join('/')) ?? 0;
  return problems.toSorted((a, b) => place(a) - place(b));
}

function describe(
  { kinds }: PlanFile,
  { judged, removals }: WorkedOut,
  { archived }: BatchOutcome,
  { mode, dryRun }: ImportOptions,
): ImportResult {
  const kept = new Set(archived);
  const told = [
    ...judged.map((item) => ({ kind: item.item.kind, id: item.id, action: actionOf(item) })),
    ...removals.map(({ kind, id }) => ({
      kind,
      id,
      action: kept.has(id) ? ('archived' as const) : ('deleted' as const),
    })),
  ];
  const idsOf = (kind: ResourceKind, action: ImportAction): readonly string[] =>
    told.filter((one) => one.kind === kind && one.action === action).map(({ id }) => id);
  const named = KIND_NAMES.filter((kind) => kinds.includes(kind));
  return {
    dryRun,
    mode,
    counts: byAction((action) => told.filter((one) => one.action === action).length),
    collections: Object.fromEntries(named.map((kind) => [kind, byAction((action) => idsOf(kind, action))])),
  };
}

function actionOf({ existing, changes, archived }: JudgedItem): ImportAction {
  if (existing === null) return 'created';
  if (!changes) return 'unchanged';
  return archived && !existing.archived ? 'archived' : 'updated';
}

function byAction<Value>(make: (action: ImportAction) => Value): Readonly<Record<ImportAction, Value>> {
  return Object.fromEntries(IMPORT_ACTIONS.map((action) => [action, make(action)])) as Record<ImportAction, Value>;
}
