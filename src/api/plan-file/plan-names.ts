import type { ResourceKind } from '../../store/resource-store.ts';
import type { AnyStored, ImportMode, MatchedItem } from './matched-item.ts';

/** What is in service under which name when all is done. */
export class PlanNames {
  readonly #ids = new Map<string, string[]>();
  readonly #buyerNames = new Map<string, string>();

  /**
   * Takes in the resources of one kind, after those of all that it refers to.
   *
   * @param staying those there are, of which an item may change some
   */
  add(kind: ResourceKind, staying: readonly AnyStored[], items: readonly MatchedItem[], mode: ImportMode): void {
    const changed = new Set(items.map(({ id }) => id));
    for (const stored of staying) if (!changed.has(stored.id)) this.#note(kind, stored.id, stored);
    for (const { id, existing, given } of items) {
      this.#note(kind, id, { ...(mode === 'merge' ? existing : {}), ...given });
    }
  }

  /** Ids of what has the name; of a destination also `buyer > destination`. */
  find(kind: ResourceKind, name: string): readonly string[] {
    return this.#ids.get(`${kind} ${name}`) ?? [];
  }

  #note(kind: ResourceKind, id: string, { name, buyerId, archived }: Named): void {
    if (typeof name !== 'string' || archived === true) return;
    this.#noteName(kind, name, id);
    if (kind === 'buyers') this.#buyerNames.set(id, name);
    const buyer = kind === 'destinations' ? this.#buyerNames.get(String(buyerId)) : undefined;
    if (buyer !== undefined) this.#noteName(kind, `${buyer} > ${name}`, id);
  }

  #noteName(kind: ResourceKind, name: string, id: string): void {
    const ids = this.#ids.get(`${kind} ${name}`);
    if (ids === undefined) this.#ids.set(`${kind} ${name}`, [id]);
    else ids.push(id);
  }
}

interface Named {
  readonly name?: unknown;
  readonly buyerId?: unknown;
  readonly archived?: unknown;
}
