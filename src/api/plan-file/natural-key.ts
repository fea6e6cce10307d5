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

/** The part of the key that must be there; undefined where it is not. */
export function keyOf(kind: ResourceKind, fields: Fields): string | undefined {
  const values = KEYS[kind].must.map((name) => valueOf(name, fields[name]));
  return values.includes(null) ? undefined : JSON.stringify(values);
}

/** The whole key; what may be absent and isn't there counts as absent. */
export function wholeKeyOf(kind: ResourceKind, fields: Fields): string | undefined {
  const key = keyOf(kind, fields);
  return key === undefined ? undefined : JSON.stringify([key, ...optionalValues(kind, fields)]);
}

/**
 * Of those with the same `keyOf`, the ones that the fields mean: all that agree in what the fields tell; where those are
 * several, those that also have nothing of what the fields don't tell.
 */
export function narrowByKey<Other extends Fields>(
  kind: ResourceKind,
  fields: Fields,
  others: readonly Other[],
): readonly Other[] {
  const { may = [] } = KEYS[kind];
  const told = may.filter((name) => Object.hasOwn(fields, name));
  const agreeing = others.filter((other) =>
    told.every((name) => valueOf(name, other[name]) === valueOf(name, fields[name])),
  );
  if (agreeing.length <= 1) return agreeing;
  const exact = agreeing.filter((other) => wholeKeyOf(kind, other) === wholeKeyOf(kind, fields));
  return exact.length > 0 ? exact : agreeing;
}

function optionalValues(kind: ResourceKind, fields: Fields): readonly (string | null)[] {
  return (KEYS[kind].may ?? []).map((name) => valueOf(name, fields[name]));
}

function valueOf(name: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return NUMBERS.has(name) ? (normalizeNumber(text) ?? text) : text;
}
