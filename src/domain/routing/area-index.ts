import type { Ani } from '../numbers/e164.ts';
import type { CallerLocation } from '../numbers/location.ts';
import { npaNxxOf, npaOf } from '../numbers/nanp.ts';
import type { CompiledArea } from './area.ts';
import { NO_ENTRIES, type PrefixTable } from './area-entries.ts';

/** A fact of a call that an area may ask for, `state:CA` or `zipPrefix:941`. */
export type AreaIndexKey = string;

/**
 * The keys to file an area under, so that the areas which may serve a call are found without visiting each: they are
 * those filed under one of its `callIndexKeys`, and those that give `any` here (everywhere, or within a radius). All
 * others don't serve it; of the found ones, `matchArea` still decides.
 */
export function areaIndexKeys({ everywhere, include }: CompiledArea): readonly AreaIndexKey[] | 'any' {
  if (everywhere || include.radii.length > 0) return 'any';
  return [
    ...keysOf('country', include.country),
    ...keysOf('state', include.state),
    ...keysOf('npa', include.npa),
    ...keysOf('npaNxx', include.npaNxx),
    ...keysOf('zip', include.zip),
    ...prefixKeysOf('zipPrefix', include.zipPrefix),
    ...prefixKeysOf('prefix', include.prefix),
  ];
}

/**
 * Whether every call that has one of an area's keys is served, so that of those the keys find nothing is left to ask.
 * Otherwise the area may still shut a call out, or take no state or country that is known from the number alone.
 */
export function isDecidedByKeys({ include, exclude, acceptInferred }: CompiledArea): boolean {
  return exclude === NO_ENTRIES && (acceptInferred || (include.country.size === 0 && include.state.size === 0));
}

/** Every key an area that serves this call could be filed under; about thirty. */
export function callIndexKeys(ani: Ani, location: CallerLocation): readonly AreaIndexKey[] {
  const keys: AreaIndexKey[] = [];
  const npa = npaOf(ani);
  if (location.country !== null) keys.push(`country:${location.country}`);
  if (location.state !== null) keys.push(`state:${location.state}`);
  if (npa !== null) keys.push(`npa:${npa}`, `npaNxx:${npaNxxOf(ani)}`);
  if (location.zip !== null) {
    keys.push(`zip:${location.zip}`);
    for (let length = 1; length <= location.zip.length; length++)
      keys.push(`zipPrefix:${location.zip.slice(0, length)}`);
  }
  if (ani !== 'anonymous') {
    for (let length = 2; length <= ani.length; length++) keys.push(`prefix:${ani.slice(0, length)}`);
  }
  return keys;
}

function keysOf(kind: string, table: ReadonlyMap<string, unknown>): AreaIndexKey[] {
  return Array.from(table.keys(), (key) => `${kind}:${key}`);
}

function prefixKeysOf(kind: string, table: PrefixTable): AreaIndexKey[] {
  return Array.from(table.values()).flatMap((ofLength) => keysOf(kind, ofLength));
}
