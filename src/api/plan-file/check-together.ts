import { setImmediate as nextTurn } from 'node:timers/promises';

import { AppError, type InputProblem } from '../../domain/app-error.ts';
import { promptsNamedIn } from '../../domain/plan/prompts-named.ts';
import type { Configuration, ResourceChange, ResourceKind, Resources, Stored } from '../../store/resource-store.ts';
import { referencesIn } from '../../store/resources/resource-kinds.ts';
import { collectionOf } from './collections.ts';
import { ownFields, type JudgedItem } from './judge-items.ts';
import { problemsOf, type AnyStored, type ImportMode, type MatchedItem } from './matched-item.ts';
import { MOST_PROBLEMS, type PlanFile } from './plan-file.ts';

type Removal = Extract<ResourceChange, { action: 'remove' }>;

/** What is to be held against each other: how all of it stands when everything is done. */
export interface WholePlan {
  readonly configuration: Configuration;
  readonly matched: readonly MatchedItem[];
  readonly judged: readonly JudgedItem[];
  readonly removals: readonly Removal[];
}

/** What is wrong with a plan as a whole. */
export interface Disagreements {
  readonly problems: readonly InputProblem[];
  /** What can't be removed, since something in service that the file says nothing of still names it. */
  readonly inUse: readonly InputProblem[];
}

/** What of the collections that a file replaces is in service and not in it. */
export function findRemovals(
  { kinds }: PlanFile,
  { resources }: Configuration,
  matched: readonly MatchedItem[],
  mode: ImportMode,
): readonly Removal[] {
  if (mode === 'merge') return [];
  const named = new Set(matched.map(({ id }) => id));
  return kinds.flatMap((kind) =>
    resources[kind]
      .filter(({ id, archived }) => !archived && !named.has(id))
      .map(({ id }): Removal => ({ action: 'remove', kind, id })),
  );
}

/** How many are looked at between two looks at the rest of the world. */
const STRIDE = 200;

/**
 * What is wrong with the plan as a whole: references that lead nowhere, a DID's number twice, and whatever a collection
 * holds against other resources. What stays as it is, is not held against anything new.
 */
export async function checkTogether(plan: WholePlan): Promise<Disagreements> {
  const end = new EndState(plan);
  const problems: InputProblem[] = [];
  const prompts = new Set<string>(plan.configuration.prompts.map(({ id }) => id));
  const numbers = new Map<unknown, string>();
  for (const [id, { number, archived }] of end.of('dids')) if (!archived) numbers.set(number, id);
  for (const [done, item] of plan.judged.entries()) {
    const found = [
      ...checkReferences(item, end),
      ...checkPrompts(item, prompts),
      ...(item.changes ? [...checkNumber(item, numbers), ...(await checkRules(item, end))] : []),
    ];
    problems.push(...problemsOf(item, found));
    if (problems.length > MOST_PROBLEMS) break;
    if (done % STRIDE === STRIDE - 1) await nextTurn();
  }
  return { problems, inUse: plan.removals.length === 0 ? [] : findUses(plan, end) };
}

/** Removals that leave a reference of something in service, which no item is about, without an end. */
function findUses({ configuration, judged }: WholePlan, end: EndState): readonly InputProblem[] {
  const told = new Set(judged.map(({ id }) => id));
  const all = Object.entries(configuration.resources) as [ResourceKind, readonly AnyStored[]][];
  const uses = all.flatMap(([kind, ofKind]) =>
    ofKind
      .filter(({ id, archived }) => !archived && !told.has(id) && end.stateOf(kind, id) === 'there')
      .flatMap((stored) =>
        referencesIn(kind, ownFields(stored)).map(({ to, id }) => ({ kind, user: stored.id, to, id })),
      )
      .filter(({ to, id }) => end.stateOf(to, id) === 'removed'),
  );
  return Array.from(Map.groupBy(uses, ({ id }) => id).values(), (ofOne) => {
    const { to, id } = ofOne[0] ?? { to: '', id: '' };
    const users = ofOne.map(({ kind, user }) => `${kind} ${user}`);
    const named = `${users.slice(0, MOST_NAMED).join(', ')}${users.length > MOST_NAMED ? ' …' : ''}`;
    const message = `${id} is not in the file, and ${named} still refer to it: add it, or let the file replace those, too.`;
    return { path: `/${to}`, message };
  });
}

const MOST_NAMED = 3;

/** New references must lead to what is in service; what was named before may be archived since. */
function checkReferences({ item: { kind }, resource, existing }: JudgedItem, end: EndState): InputProblem[] {
  const before = existing === null ? [] : referencesIn(kind, ownFields(existing));
  const namedBefore = new Set(before.map(({ id }) => id));
  return referencesIn(kind, resource).flatMap(({ path, to, id }) => {
    const state = end.stateOf(to, id);
    if (state === 'removed') return [{ path, message: `${id} is not in the file, which replaces all ${to}: add it.` }];
    if (namedBefore.has(id)) return [];
    if (state === 'unknown') return [{ path, message: `There is no ${id} among the ${to}.` }];
    if (state === 'archived') {
      return [{ path, message: `${id} is archived: bring it back first, or name another.` }];
    }
    return [];
  });
}

function checkNumber({ id, resource, archived }: JudgedItem, numbers: ReadonlyMap<unknown, string>): InputProblem[] {
  if (archived || !('number' in resource)) return [];
  const holder = numbers.get(resource.number);
  if (holder === undefined || holder === id) return [];
  const message = `${String(resource.number)} is the number of ${holder}, too: only one that is not archived may have it.`;
  return [{ path: '/number', message }];
}

/** Prompts are never archived. */
function checkPrompts({ item: { kind }, resource, existing }: JudgedItem, prompts: ReadonlySet<string>) {
  const before = existing === null ? [] : promptsNamedIn(kind, ownFields(existing));
  const namedBefore = new Set(before.map(({ id }) => id));
  return promptsNamedIn(kind, resource)
    .filter(({ id }) => !prompts.has(id) && !namedBefore.has(id))
    .map(({ path, id }) => {
      const message = `There is no ${id} among the prompts: upload its WAV first, under the name it has in the file.`;
      return { path, message };
    });
}

/** What is archived takes part in nothing, and may have gone out of service with what it names. */
async function checkRules({ item: { kind }, resource, existing, archived }: JudgedItem, end: EndState) {
  if (archived) return [];
  const before = existing === null ? undefined : ownFields(existing);
  return (await collectionOf(kind).check?.(resource, end, before)) ?? [];
}

/** What is known of an id when all is done. `broken` is what the file has wrong: of that its own problems tell. */
type State = 'there' | 'archived' | 'removed' | 'broken' | 'unknown';

/** Every resource as it stands when all is done. */
class EndState {
  readonly #byKind = new Map<ResourceKind, Map<string, EndResource>>();
  readonly #removed: ReadonlySet<string>;
  readonly #broken: ReadonlySet<string>;
  /** Archived before anything is done. */
  readonly #archived = new Set<string>();

  constructor({ configuration, matched, judged, removals }: WholePlan) {
    for (const [kind, all] of Object.entries(configuration.resources) as [ResourceKind, readonly AnyStored[]][]) {
      this.#byKind.set(kind, new Map(all.map((stored) => [stored.id, stored])));
      for (const { id, archived } of all) if (archived) this.#archived.add(id);
    }
    const known = new Set(judged.map(({ id }) => id));
    this.#broken = new Set(matched.map(({ id }) => id).filter((id) => !known.has(id)));
    for (const { item, id, resource, archived } of judged) {
      this.of(item.kind).set(id, { ...resource, id, archived });
    }
    this.#removed = new Set(removals.map(({ id }) => id));
    for (const { kind, id } of removals) this.of(kind).delete(id);
  }

  of(kind: ResourceKind): Map<string, EndResource> {
    return this.#byKind.get(kind) ?? new Map<string, EndResource>();
  }

  stateOf(kind: ResourceKind, id: string): State {
    const found = this.of(kind).get(id);
    // What the file itself archives was in service when it was named.
    if (found) return found.archived && this.#archived.has(id) ? 'archived' : 'there';
    if (this.#broken.has(id)) return 'broken';
    return this.#removed.has(id) ? 'removed' : 'unknown';
  }

  /** As the resource store answers, so that rules can ask it. */
  async get<Kind extends ResourceKind>(kind: Kind, id: string): Promise<Stored<Resources[Kind]>> {
    const found = this.of(kind).get(id);
    if (found === undefined) throw new AppError('not-found', `There is no ${id} among the ${kind}`);
    return found as unknown as Stored<Resources[Kind]>;
  }
}

interface EndResource {
  readonly id: string;
  readonly archived: boolean;
  readonly number?: unknown;
}
