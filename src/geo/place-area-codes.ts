import type { Gazetteer } from '../domain/numbers/location.ts';
import type { ImportedAreaCodes } from './imported-area-codes.ts';
import type { NanpaPlace } from './nanpa-places.ts';
import type { Place } from './place-list.ts';
import type { ReportedAreaCode } from './read-nanpa-report.ts';

/** What the tables lack of a report, or contradict. */
export interface PlacedAreaCodes {
  /** Those without a place until now. */
  readonly added: ImportedAreaCodes;
  /** Those that lie elsewhere by the report. */
  readonly moved: ImportedAreaCodes;
}

/**
 * Which area codes of a report are to be imported. One that the tables place where the report does, or partly there, is
 * left alone: they know its exchanges too, of which the report says nothing. The zone of a new one is that of a code it
 * shares its ground with, else the one that all of its state keeps, else unknown.
 */
export function placeAreaCodes(reported: readonly ReportedAreaCode[], tables: Gazetteer): PlacedAreaCodes {
  const zoneOfState = zonesOfStates(tables);
  const added = new Map<string, Place>();
  const moved = new Map<string, Place>();
  for (const { npa, place, neighbours } of reported) {
    const known = placesOf(npa, tables);
    if (known.some((one) => isSame(one, place))) continue;
    const shared = neighbours.flatMap((other) => placesOf(other, tables).filter((one) => isSame(one, place)));
    const timezone = soleZone(shared) ?? zoneOfState.get(`${place.country} ${place.state}`) ?? null;
    (known.length === 0 ? added : moved).set(npa, Object.freeze({ ...place, timezone }));
  }
  return { added, moved };
}

/** A report that names no state contradicts none. */
function isSame(known: Place, { country, state }: NanpaPlace): boolean {
  return known.country === country && (state === null || known.state === state);
}

function placesOf(npa: string, tables: Gazetteer): Place[] {
  const places = new Set<Place>();
  for (let nxx = 200; nxx < 1000; nxx += 1) {
    const place = tables.byNpaNxx(npa, String(nxx));
    if (place) places.add(place);
  }
  return [...places];
}

/** The one zone that all area codes of a state keep, by country and state; states of several zones are left out. */
function zonesOfStates(tables: Gazetteer): ReadonlyMap<string, string> {
  const places = new Map<string, Place[]>();
  for (let npa = 200; npa < 1000; npa += 1) {
    for (const place of placesOf(String(npa), tables)) {
      const key = `${place.country} ${place.state}`;
      places.set(key, [...(places.get(key) ?? []), place]);
    }
  }
  return new Map(
    Array.from(places).flatMap(([key, all]): [string, string][] => {
      const zone = soleZone(all);
      return zone === null ? [] : [[key, zone]];
    }),
  );
}

function soleZone(places: readonly Place[]): string | null {
  const zones = new Set(places.map(({ timezone }) => timezone));
  const [zone] = zones;
  return zones.size === 1 && zone !== undefined ? zone : null;
}
