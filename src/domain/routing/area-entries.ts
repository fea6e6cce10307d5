import type { Gazetteer } from '../numbers/location.ts';
import { countryOfState } from '../numbers/states.ts';
import { foldZip } from '../numbers/zip.ts';
import type { AreaEntry } from '../plan/area.ts';
import { squaredChordOfMiles, toUnitVector, type UnitVector } from './area-radius.ts';

/** Entries that match text beginning with their key, by the key's length: one look-up per length in use. */
export type PrefixTable = ReadonlyMap<number, ReadonlyMap<string, AreaEntry>>;

/** A circle round a ZIP's centroid; no centre where the gazetteer doesn't know one. */
interface CompiledRadius {
  readonly entry: AreaEntry;
  readonly centre: UnitVector | null;
  readonly squaredChord: number;
}

/** An area's include or exclude list, each kind of entry by what it compares. Values are the entries as written. */
export interface CompiledEntries {
  readonly country: ReadonlyMap<string, AreaEntry>;
  readonly state: ReadonlyMap<string, AreaEntry>;
  /** The countries those states lie in. */
  readonly stateCountries: ReadonlySet<string>;
  readonly npa: ReadonlyMap<string, AreaEntry>;
  readonly npaNxx: ReadonlyMap<string, AreaEntry>;
  readonly zip: ReadonlyMap<string, AreaEntry>;
  readonly zipPrefix: PrefixTable;
  readonly prefix: PrefixTable;
  readonly radii: readonly CompiledRadius[];
}

/** Stands for tables without entries. Most of an area's are, and of thousands of areas one table stays in the cache. */
const NO_TABLE: ReadonlyMap<never, never> = new Map<never, never>();

/** An empty list; `compileEntries` makes no other. */
export const NO_ENTRIES: CompiledEntries = {
  country: NO_TABLE,
  state: NO_TABLE,
  stateCountries: new Set(),
  npa: NO_TABLE,
  npaNxx: NO_TABLE,
  zip: NO_TABLE,
  zipPrefix: NO_TABLE,
  prefix: NO_TABLE,
  radii: [],
};

/** Sorts a list of entries, already checked by `validateArea`, into tables that answer in constant time. */
export function compileEntries(entries: readonly AreaEntry[], gazetteer: Gazetteer): CompiledEntries {
  if (entries.length === 0) return NO_ENTRIES;
  const country = new Map<string, AreaEntry>();
  const state = new Map<string, AreaEntry>();
  const stateCountries = new Set<string>();
  const npa = new Map<string, AreaEntry>();
  const npaNxx = new Map<string, AreaEntry>();
  const zip = new Map<string, AreaEntry>();
  const zipPrefix = new Map<number, Map<string, AreaEntry>>();
  const prefix = new Map<number, Map<string, AreaEntry>>();
  const radii: CompiledRadius[] = [];
  for (const entry of entries) {
    if ('country' in entry) country.set(entry.country.toUpperCase(), entry);
    else if ('state' in entry) {
      const name = entry.state.toUpperCase();
      const itsCountry = countryOfState(name);
      state.set(name, entry);
      if (itsCountry !== undefined) stateCountries.add(itsCountry);
    } else if ('npa' in entry) npa.set(entry.npa, entry);
    else if ('npaNxx' in entry) npaNxx.set(entry.npaNxx, entry);
    else if ('zip' in entry) zip.set(foldZip(entry.zip), entry);
    else if ('zipPrefix' in entry) addPrefix(zipPrefix, foldZip(entry.zipPrefix), entry);
    else if ('prefix' in entry) addPrefix(prefix, entry.prefix, entry);
    else radii.push(compileRadius(entry, gazetteer));
  }
  return {
    country: orNone(country),
    state: orNone(state),
    stateCountries,
    npa: orNone(npa),
    npaNxx: orNone(npaNxx),
    zip: orNone(zip),
    zipPrefix: orNone(zipPrefix),
    prefix: orNone(prefix),
    radii,
  };
}

function orNone<Key, Value>(table: ReadonlyMap<Key, Value>): ReadonlyMap<Key, Value> {
  return table.size === 0 ? NO_TABLE : table;
}

/** The entry whose key begins the text; with several of different lengths, any of them. */
export function findPrefix(table: PrefixTable, text: string): AreaEntry | undefined {
  for (const [length, entries] of table) {
    const found = text.length >= length ? entries.get(text.slice(0, length)) : undefined;
    if (found) return found;
  }
  return undefined;
}

function addPrefix(table: Map<number, Map<string, AreaEntry>>, key: string, entry: AreaEntry): void {
  const ofLength = table.get(key.length);
  if (ofLength) ofLength.set(key, entry);
  else table.set(key.length, new Map([[key, entry]]));
}

function compileRadius(entry: Extract<AreaEntry, { radius: unknown }>, gazetteer: Gazetteer): CompiledRadius {
  const centroid = gazetteer.byZip(foldZip(entry.radius.zip))?.centroid;
  return {
    entry,
    centre: centroid ? toUnitVector(centroid) : null,
    squaredChord: squaredChordOfMiles(entry.radius.miles),
  };
}
