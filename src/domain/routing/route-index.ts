import type { Ani } from '../numbers/e164.ts';
import type { CallerLocation } from '../numbers/location.ts';
import type { CompiledArea } from './area.ts';
import { areaIndexKeys, callIndexKeys, type AreaIndexKey } from './area-index.ts';

/** Finds, of a campaign's routes, those whose area may serve a caller. Routes go by their position in the campaign. */
export interface RouteIndex {
  /** Positions of routes without an area, or with one that no key can stand for. */
  readonly anywhere: readonly number[];
  readonly byKey: ReadonlyMap<AreaIndexKey, readonly number[]>;
}

/** Indexes areas by their positions; null stands for everywhere. */
export function buildRouteIndex(
  areas: Iterable<{ readonly position: number; readonly area: CompiledArea | null }>,
): RouteIndex {
  const anywhere: number[] = [];
  const byKey = new Map<AreaIndexKey, number[]>();
  // Routes often share an area, and its keys can be many.
  const keysByArea = new Map<CompiledArea, readonly AreaIndexKey[] | 'any'>();
  for (const { position, area } of areas) {
    const keys = area === null ? 'any' : (keysByArea.get(area) ?? areaIndexKeys(area));
    if (area !== null) keysByArea.set(area, keys);
    if (keys === 'any') anywhere.push(position);
    else for (const key of keys) addTo(byKey, key, position);
  }
  return { anywhere, byKey };
}

/** Positions of all routes that may serve the caller, ascending, each once; `matchArea` still decides on each. */
export function findPositions(index: RouteIndex, ani: Ani, location: CallerLocation): readonly number[] {
  const lists: (readonly number[])[] = index.anywhere.length > 0 ? [index.anywhere] : [];
  if (index.byKey.size > 0) {
    for (const key of callIndexKeys(ani, location)) {
      const positions = index.byKey.get(key);
      if (positions) lists.push(positions);
    }
  }
  const [only] = lists;
  if (lists.length < 2) return only ?? [];
  return Array.from(new Set(lists.flat())).sort((a, b) => a - b);
}

function addTo(byKey: Map<AreaIndexKey, number[]>, key: AreaIndexKey, position: number): void {
  const positions = byKey.get(key);
  if (positions) positions.push(position);
  else byKey.set(key, [position]);
}
