import { setImmediate as nextTurn } from 'node:timers/promises';

import type { InputProblem } from '../../domain/app-error.ts';
import { promptsNamedIn } from '../../domain/plan/prompts-named.ts';
import type { Configuration, ResourceKind } from '../../store/resource-store.ts';
import { referencesIn } from '../../store/resources/resource-kinds.ts';
import type { Surroundings } from '../routes/surroundings.ts';
import { collectionOf } from './collections.ts';
import { EndState, type Removal, type WholePlan } from './end-state.ts';
import { ownFields, type JudgedItem } from './judge-items.ts';
import { problemsOf, type AnyStored, type ImportMode, type MatchedItem } from './matched-item.ts';
import { MOST_PROBLEMS, type PlanFile } from './plan-file.ts';

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
  for (const [done, item] of plan.judged.toSorted(byTelling).entries()) {
    const found = [
      ...checkReferences(item, end),
      ...checkPrompts(item, prompts),
      ...(item.changes ? [...checkNumber(item, numbers), ...(await checkRules(item, end))] : []),
    ];
    if (found.length > 0) end.tellOf(item.id);
    problems.push(...problemsOf(item, found));
    if (problems.length > MOST_PROBLEMS) break;
    if (done % STRIDE === STRIDE - 1) await nextTurn();
  }
  return { problems, inUse: plan.removals.length === 0 ? [] : findUses(plan, end) };
}

/** Routes and DIDs first: what is told of them need not be told again of all that they rest on. */
function byTelling(a: JudgedItem, b: JudgedItem): number {
  return Number(isTelling(b)) - Number(isTelling(a));
}

function isTelling({ item: { kind } }: JudgedItem): boolean {
  return kind === 'routes' || kind === 'dids';
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
async function checkRules({ item: { kind }, id, resource, existing, archived }: JudgedItem, around: Surroundings) {
  if (archived) return [];
  const before = existing === null || existing.archived ? undefined : ownFields(existing);
  return (await collectionOf(kind).check?.({ id, resource, before }, around)) ?? [];
}
