import { normalizeNumber } from '../../domain/numbers/normalize-number.ts';
import type { ResourceKind } from '../../store/resource-store.ts';

/**
 * What tells one resource of a kind from another where a file gives no ids: fields that must be there, and such as may
 * be absent. A route is whose calls it takes, where they go, and for whom and when.
 */
const KEYS: Readonly<Record<ResourceKind, { readonly must: readonly string[]; readonly may?: readonly string[] }>> = {
  trunks: { must: ['name'] },
  publishers: { must: ['name'] },
  buyers: { must: ['name'] },
  areas: { must: ['name'] },
  schedules: { must: ['name'] },
  blocklist: { must: ['match'] },
  destinations: { must: ['buyerId', 'name'] },
  campaigns: { must: ['name'] },
  dids: { must: ['number'] },
  routes: {
    must: ['campaignId', 'destinationId'],
    may: ['areaId', 'scheduleId', 'acceptedPublisherIds', 'categories'],
  },
};

/** Fields that hold telephone numbers, or beginnings of them. */
const NUMBERS: ReadonlySet<string> = new Set(['number', 'match']);

type Fields = Readonly<Record<string, unknown>>;

/** The fields that make up a kind's key, for messages: `buyerId and name`. */
export function describeKey(kind: ResourceKind): string {
  const { must, may = [] } = KEYS[kind];
  return [...must, ...may].join(', ').replace(/, ([^,]*)$/, ' and $1');
}

/** The whole key; what may be absent and isn't there counts as absent. Undefined where a part that must be there is not. */
export function wholeKeyOf(kind: ResourceKind, fields: Fields): string | undefined {
  return partOf(kind, fields, KEYS[kind].may ?? []);
}

/** Finds resources by natural keys that may be told in part. */
export class KeyIndex<Item> {
  readonly #kind: ResourceKind;
  readonly #items: readonly { readonly item: Item; readonly fields: Fields }[];
  /** By which optional parts are told; each made when first asked for. */
  readonly #maps = new Map<string, ReadonlyMap<string, readonly Item[]>>();

  constructor(kind: ResourceKind, items: readonly Item[], fieldsOf: (item: Item) => Fields) {
    this.#kind = kind;
    this.#items = items.map((item) => ({ item, fields: fieldsOf(item) }));
  }

  /**
   * The ones that the fields mean: those that have nothing of what the fields don't tell, and where there are none, all
   * that agree in what the fields do tell.
   *
   * @param isWhole whether what the fields don't tell is not there
   */
  find(fields: Fields, isWhole: boolean): readonly Item[] {
    const { may = [] } = KEYS[this.#kind];
    const exact = this.#lookUp(fields, may);
    if (exact.length > 0 || isWhole) return exact;
    return this.#lookUp(
      fields,
      may.filter((name) => Object.hasOwn(fields, name)),
    );
  }

  #lookUp(fields: Fields, told: readonly string[]): readonly Item[] {
    const key = partOf(this.#kind, fields, told);
    if (key === undefined) return [];
    const known = this.#maps.get(told.join()) ?? this.#mapBy(told);
    this.#maps.set(told.join(), known);
    return known.get(key) ?? [];
  }

  #mapBy(told: readonly string[]): ReadonlyMap<string, readonly Item[]> {
    const map = new Map<string, Item[]>();
    for (const { item, fields } of this.#items) {
      const key = partOf(this.#kind, fields, told);
      if (key === undefined) continue;
      const others = map.get(key);
      if (others === undefined) map.set(key, [item]);
      else others.push(item);
    }
    return map;
  }
}

/** The parts of the key that must be there, and those named of the others; undefined where one of the first is not. */
function partOf(kind: ResourceKind, fields: Fields, told: readonly string[]): string | undefined {
  const must = KEYS[kind].must.map((name) => valueOf(name, fields[name]));
  return must.includes(null)
    ? undefined
    : JSON.stringify([...must, ...told.map((name) => valueOf(name, fields[name]))]);
}

function valueOf(name: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return NUMBERS.has(name) ? (normalizeNumber(text) ?? text) : text;
}
