import type { Ani } from '../numbers/e164.ts';
import type { CallerLocation, Gazetteer } from '../numbers/location.ts';
import { npaNxxOf, npaOf } from '../numbers/nanp.ts';
import type { Area, AreaEntry } from '../plan/area.ts';
import { type CompiledEntries, compileEntries, findPrefix } from './area-entries.ts';
import { squaredChord, toUnitVector, type UnitVector } from './area-radius.ts';
import type { ReasonValues } from './route-decision.ts';

/** An area made ready for matching: tens of thousands of ZIPs cost one look-up. Made once per change of plan. */
export interface CompiledArea {
  /** The include list was empty. */
  readonly everywhere: boolean;
  readonly include: CompiledEntries;
  readonly exclude: CompiledEntries;
  readonly acceptInferred: boolean;
}

/** Whether a caller is served. `values` says what was compared. */
export type AreaMatch =
  | { readonly result: 'in' }
  /** Nothing included matches, or `matchedExclude`, as its author wrote it, shuts the caller out. */
  | { readonly result: 'out'; readonly matchedExclude?: AreaEntry; readonly values: ReasonValues }
  /** `values.undecided` is the kind of entry that asks for more than is known of the caller. */
  | { readonly result: 'unknown'; readonly values: ReasonValues };

/** Compiles an area that `validateArea` found nothing wrong with. */
export function compileArea(area: Area, gazetteer: Gazetteer): CompiledArea {
  return {
    everywhere: area.include.length === 0,
    include: compileEntries(area.include, gazetteer),
    exclude: compileEntries(area.exclude, gazetteer),
    acceptInferred: area.acceptInferred,
  };
}

/**
 * Whether the area serves this caller.
 *
 * `npa`, `npaNxx` and `prefix` look at the number, the others at the best location, where:
 * - a state is decided by a known state, and by a known country that has no such state (a Jamaican is not in Texas);
 * - a ZIP entry is decided by a ZIP alone, so a caller known by number only is `unknown` to it, never out;
 * - a radius needs the centroid of the caller's own ZIP: inferred locations have none, and are `unknown` to it;
 * - with `acceptInferred: false`, state and country known from the number are as if not known.
 *
 * An exclude that matches shuts out whatever is included; one that can't be decided shuts nobody out.
 */
export function matchArea(area: CompiledArea, ani: Ani, location: CallerLocation, gazetteer: Gazetteer): AreaMatch {
  const facts = gatherFacts(area, ani, location, gazetteer);
  const matchedExclude = findMatch(area.exclude, facts);
  if (matchedExclude) return { result: 'out', matchedExclude, values: valuesOf(location) };
  if (area.everywhere || findMatch(area.include, facts)) return { result: 'in' };
  const undecided = findUndecided(area.include, facts);
  if (undecided === undefined) return { result: 'out', values: valuesOf(location) };
  return { result: 'unknown', values: { undecided, ...valuesOf(location) } };
}

/** What an area may go by: the caller's number, and as much of the location as it accepts. Unknown is null. */
interface Facts {
  readonly ani: Ani;
  readonly country: string | null;
  readonly state: string | null;
  readonly zip: string | null;
  readonly point: UnitVector | null;
}

function gatherFacts(area: CompiledArea, ani: Ani, location: CallerLocation, gazetteer: Gazetteer): Facts {
  const inferred = location.source === 'number';
  const accepted = area.acceptInferred || !inferred;
  const usesPoint = area.include.radii.length > 0 || area.exclude.radii.length > 0;
  const centroid = usesPoint && !inferred && location.zip !== null ? gazetteer.byZip(location.zip)?.centroid : null;
  return {
    ani,
    country: accepted ? location.country : null,
    state: accepted ? location.state : null,
    zip: location.zip,
    point: centroid ? toUnitVector(centroid) : null,
  };
}

function findMatch(entries: CompiledEntries, facts: Facts): AreaEntry | undefined {
  return findByNumber(entries, facts.ani) ?? findByPlace(entries, facts);
}

function findByNumber(entries: CompiledEntries, ani: Ani): AreaEntry | undefined {
  if (ani === 'anonymous') return undefined;
  if (entries.npa.size > 0) {
    const found = entries.npa.get(npaOf(ani) ?? '');
    if (found) return found;
  }
  if (entries.npaNxx.size > 0) {
    const found = entries.npaNxx.get(npaNxxOf(ani) ?? '');
    if (found) return found;
  }
  return findPrefix(entries.prefix, ani);
}

function findByPlace(entries: CompiledEntries, { country, state, zip, point }: Facts): AreaEntry | undefined {
  return (
    (country === null ? undefined : entries.country.get(country)) ??
    (state === null ? undefined : entries.state.get(state)) ??
    (zip === null ? undefined : (entries.zip.get(zip) ?? findPrefix(entries.zipPrefix, zip))) ??
    (point === null ? undefined : findRadius(entries, point))
  );
}

function findRadius(entries: CompiledEntries, point: UnitVector): AreaEntry | undefined {
  for (const { centre, squaredChord: limit, entry } of entries.radii) {
    if (centre !== null && squaredChord(centre, point) <= limit) return entry;
  }
  return undefined;
}

/** The first kind of entry, in the order of domain words, of which one can't be decided from the facts. */
function findUndecided(entries: CompiledEntries, facts: Facts): string | undefined {
  const { ani, country, state, zip, point } = facts;
  if (entries.country.size > 0 && country === null) return 'country';
  if (entries.state.size > 0 && state === null && (country === null || entries.stateCountries.has(country))) {
    return 'state';
  }
  if (ani === 'anonymous') {
    if (entries.npa.size > 0) return 'npa';
    if (entries.npaNxx.size > 0) return 'npaNxx';
    if (entries.prefix.size > 0) return 'prefix';
  }
  if (entries.zip.size > 0 && zip === null) return 'zip';
  if (entries.zipPrefix.size > 0 && zip === null) return 'zipPrefix';
  if (entries.radii.length > 0 && (point === null || entries.radii.some(({ centre }) => centre === null))) {
    return 'radius';
  }
  return undefined;
}

function valuesOf(location: CallerLocation): ReasonValues {
  return {
    locationSource: location.source,
    country: location.country,
    state: location.state,
    zip: location.zip,
    npa: location.npa,
  };
}
