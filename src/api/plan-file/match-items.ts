import { setImmediate as nextTurn } from 'node:timers/promises';

import type { InputProblem } from '../../domain/app-error.ts';
import type { Configuration, ResourceKind } from '../../store/resource-store.ts';
import { KIND_NAMES } from '../../store/resources/resource-kinds.ts';
import type { AnyStored, Fields, ImportMode, MatchedItem } from './matched-item.ts';
import { describeKey, KeyIndex, wholeKeyOf } from './natural-key.ts';
import { MOST_PROBLEMS, problemAt, type PlanFile, type PlanItem } from './plan-file.ts';
import { PlanNames } from './plan-names.ts';
import { isIdOf, nameById } from './references.ts';

/**
 * Finds out which resource each item is about: the one with its id; without one, the one in service that its natural
 * key names; else a new one. Where other resources are named by their names, their ids are put in place.
 */
export async function matchItems(
  { kinds, items }: PlanFile,
  { resources }: Configuration,
  mode: ImportMode,
  newId: (kind: ResourceKind) => string,
): Promise<{ readonly matched: readonly MatchedItem[]; readonly problems: readonly InputProblem[] }> {
  const problems: InputProblem[] = [];
  const matched: MatchedItem[] = [];
  const names = new PlanNames();
  for (const kind of KIND_NAMES) {
    const matcher = new Matcher(kind, resources[kind], items, { mode, newId, names, problems });
    const found: MatchedItem[] = [];
    for (const [done, item] of items.entries()) {
      const match = item.kind === kind ? matcher.match(item) : null;
      if (match) found.push(match);
      if (problems.length > MOST_PROBLEMS) return { matched, problems };
      if (done % STRIDE === STRIDE - 1) await nextTurn();
    }
    const replaced = mode === 'replace' && kinds.includes(kind);
    names.add(kind, replaced ? [] : resources[kind], found, mode);
    for (const match of found) matched.push(match);
  }
  return { matched, problems };
}

/** How many are looked at between two looks at the rest of the world. */
const STRIDE = 1_000;

interface MatchContext {
  readonly mode: ImportMode;
  readonly newId: (kind: ResourceKind) => string;
  readonly names: PlanNames;
  readonly problems: InputProblem[];
}

/** Matches items of one kind with what there is of it, one after the other. */
class Matcher {
  readonly #kind: ResourceKind;
  readonly #context: MatchContext;
  readonly #byId: ReadonlyMap<string, AnyStored>;
  readonly #byKey: KeyIndex<AnyStored>;
  /** Ids that the file gives. */
  readonly #given: ReadonlySet<unknown>;
  /** Which item is about which id; and the whole keys of what is new and has no id in the file. */
  readonly #taken = new Map<string, PlanItem>();

  constructor(kind: ResourceKind, existing: readonly AnyStored[], items: readonly PlanItem[], context: MatchContext) {
    this.#kind = kind;
    this.#context = context;
    this.#byId = new Map(existing.map((stored) => [stored.id, stored]));
    const inService = existing.filter(({ archived }) => !archived);
    this.#byKey = new KeyIndex(kind, inService, asFields);
    this.#given = new Set(items.filter((item) => item.kind === kind).map(({ given }) => given['id']));
  }

  /** Null where a problem tells why not. */
  match(item: PlanItem): MatchedItem | null {
    const { names, problems } = this.#context;
    const named = nameById(this.#kind, item.given, (kind, name) => names.find(kind, name));
    problems.push(...named.problems.map((problem) => problemAt(item, problem)));
    const { id, ...given } = named.fields;
    const target = id === undefined || id === null ? this.#byNature(item, given) : this.#withId(item, id, given);
    return target && { item, ...target, given, open: named.open };
  }

  #withId(item: PlanItem, id: unknown, given: Fields): Target | null {
    const { mode } = this.#context;
    if (typeof id !== 'string') return this.#refuse(item, '/id', 'Write an id as text, or leave it out.');
    if (!this.#claim(id, item)) return null;
    const existing = this.#byId.get(id);
    if (existing) return { id, existing };
    if (!isIdOf(this.#kind, id)) {
      return this.#refuse(
        item,
        '/id',
        `There is no such id among the ${this.#kind}, nor could there be: leave it out.`,
      );
    }
    // Whoever names the other one too knows that there are two.
    const alike = this.#alike(given).find((other) => !this.#given.has(other.id));
    if (alike === undefined || mode === 'replace') return { id, existing: null };
    const key = describeKey(this.#kind);
    const message = `There is no ${id} here, but ${alike.id} has the same ${key}: leave the id out to change that one, or write its id.`;
    return this.#refuse(item, '/id', message);
  }

  #byNature(item: PlanItem, given: Fields): Target | null {
    const alike = this.#alike(given).filter((other) => !this.#given.has(other.id));
    const [existing] = alike;
    if (existing === undefined) {
      const key = wholeKeyOf(this.#kind, given);
      if (key !== undefined && !this.#claim(key, item)) return null;
      return { id: this.#context.newId(this.#kind), existing: null };
    }
    if (alike.length > 1) {
      const ids = alike.map(({ id }) => id).slice(0, 5);
      const message = `Several of the ${this.#kind} are what this says: give the id of one, ${ids.join(' or ')}.`;
      return this.#refuse(item, '', message);
    }
    return this.#claim(existing.id, item) ? { id: existing.id, existing } : null;
  }

  #alike(given: Fields): readonly AnyStored[] {
    // A whole item has nothing of what it doesn't tell.
    return this.#byKey.find(given, this.#context.mode === 'replace');
  }

  #claim(name: string, item: PlanItem): boolean {
    const other = this.#taken.get(name);
    this.#taken.set(name, other ?? item);
    if (other === undefined) return true;
    const where = other.line === undefined ? other.path : `line ${other.line}`;
    this.#refuse(item, '', `This is the same of the ${this.#kind} as ${where}: make one of both, or give each its id.`);
    return false;
  }

  #refuse(item: PlanItem, path: string, message: string): null {
    this.#context.problems.push(problemAt(item, { path, message }));
    return null;
  }
}

type Target = Pick<MatchedItem, 'id' | 'existing'>;

function asFields(stored: AnyStored): Fields {
  return stored as unknown as Fields;
}
