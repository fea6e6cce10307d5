import type { Ani } from '../numbers/e164.ts';
import type { CallerLocation } from '../numbers/location.ts';
import { npaNxxOf, npaOf } from '../numbers/nanp.ts';
import type { CompiledArea } from './area.ts';
import { areaIndexKeys, type AreaIndexKey, isDecidedByKeys } from './area-index.ts';

/** Finds, of a campaign's routes, those whose area may serve a caller. Routes go by their position in the campaign. */
export interface RouteIndex {
  /** Positions of routes without an area, or with one that no key can stand for. */
  readonly anywhere: readonly number[];
  /** By position, 1 for a route that serves every caller it is found for, so that `matchArea` needn't be asked. */
  readonly serving: Uint8Array;
  /** One table for each kind of key in use. */
  readonly tables: readonly KeyTable[];
}

/** Positions by the values of one kind of key. Prefixes are looked up by length, and only lengths in use are tried. */
interface KeyTable {
  readonly kind: string;
  readonly positions: Map<string, number[]>;
  readonly lengths: number[];
}

/** Indexes areas by their positions, which ascend; null stands for everywhere. */
export function buildRouteIndex(
  areas: readonly { readonly position: number; readonly area: CompiledArea | null }[],
): RouteIndex {
  const anywhere: number[] = [];
  const serving = new Uint8Array((areas.at(-1)?.position ?? -1) + 1);
  const tables = new Map<string, KeyTable>();
  // Routes often share an area, and its keys can be many.
  const keysByArea = new Map<CompiledArea, readonly AreaIndexKey[] | 'any'>();
  for (const { position, area } of areas) {
    const keys = area === null ? 'any' : (keysByArea.get(area) ?? areaIndexKeys(area));
    if (area !== null) keysByArea.set(area, keys);
    if (keys === 'any') anywhere.push(position);
    else for (const key of keys) addKey(tables, key, position);
    if (area === null || (keys !== 'any' && isDecidedByKeys(area))) serving[position] = 1;
  }
  return { anywhere, serving, tables: Array.from(tables.values()) };
}

/** Positions of all routes that may serve the caller, ascending, each once; not all need do so, as `serving` says. */
export function findPositions(index: RouteIndex, ani: Ani, location: CallerLocation): readonly number[] {
  let found = index.anywhere;
  let merged = false;
  for (const { kind, positions, lengths } of index.tables) {
    const text = textOf(kind, ani, location);
    if (text === null) continue;
    for (const length of lengths) {
      const ofKey = length <= text.length ? positions.get(text.slice(0, length)) : undefined;
      if (ofKey === undefined) continue;
      merged ||= found.length > 0;
      found = merged ? found.concat(ofKey) : ofKey;
    }
  }
  return merged ? Array.from(new Set(found)).sort((a, b) => a - b) : found;
}

/** What of a call the keys of a kind begin. */
function textOf(kind: string, ani: Ani, location: CallerLocation): string | null {
  switch (kind) {
    case 'country':
      return location.country;
    case 'state':
      return location.state;
    case 'zip':
    case 'zipPrefix':
      return location.zip;
    case 'npa':
      return npaOf(ani);
    case 'npaNxx':
      return npaNxxOf(ani);
    case 'prefix':
      return ani;
    default:
      throw new Error(`areas are filed under an unknown kind of key, ${kind}`);
  }
}

function addKey(tables: Map<string, KeyTable>, key: AreaIndexKey, position: number): void {
  const colon = key.indexOf(':');
  const kind = key.slice(0, colon);
  const value = key.slice(colon + 1);
  const table: KeyTable = tables.get(kind) ?? { kind, positions: new Map(), lengths: [] };
  tables.set(kind, table);
  const positions = table.positions.get(value);
  if (positions) positions.push(position);
  else table.positions.set(value, [position]);
  if (!table.lengths.includes(value.length)) table.lengths.push(value.length);
}
