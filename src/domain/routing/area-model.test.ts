import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AreaId } from '../ids.ts';
import type { Ani } from '../numbers/e164.ts';
import type { CallerLocation, Gazetteer, LatLon } from '../numbers/location.ts';
import type { Area, AreaEntry } from '../plan/area.ts';
import { compileArea, matchArea } from './area.ts';
import { areaIndexKeys, callIndexKeys, isDecidedByKeys } from './area-index.ts';

/*
 * The law on areas, sentence by sentence and entry by entry, as slowly as it reads: no tables, no folding together. The
 * compiled area must agree with it on every area, caller and location that this small world can make.
 */

const CENTROIDS: Readonly<Record<string, LatLon>> = {
  '94107': { lat: 37.762, lon: -122.397 },
  '94110': { lat: 37.749, lon: -122.416 },
  '89101': { lat: 36.173, lon: -115.124 },
  '10001': { lat: 40.751, lon: -73.997 },
  '96910': { lat: 13.473, lon: 144.751 },
};

const gazetteer: Gazetteer = {
  byZip: (zip) => ({ country: 'US', state: null, timezone: null, centroid: CENTROIDS[zip] ?? null }),
  byNpaNxx: () => undefined,
  byCallingCode: () => undefined,
};

const COUNTRY_OF: Readonly<Record<string, string>> = { CA: 'US', NV: 'US', PR: 'PR', ON: 'CA' };

function milesBetween(a: LatLon, b: LatLon): number {
  const rad = (degrees: number): number => (degrees * Math.PI) / 180;
  const h =
    Math.sin(rad(b.lat - a.lat) / 2) ** 2 +
    Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(rad(b.lon - a.lon) / 2) ** 2;
  return (2 * 6371.0088 * Math.asin(Math.min(1, Math.sqrt(h)))) / 1.609344;
}

type Answer = 'yes' | 'no' | 'undecidable';

const answer = (known: boolean, matches: boolean): Answer => (known ? (matches ? 'yes' : 'no') : 'undecidable');

function ask(entry: AreaEntry, ani: Ani, location: CallerLocation, acceptInferred: boolean): Answer {
  const inferred = location.source === 'number';
  const counts = acceptInferred || !inferred;
  const hasNumber = ani !== 'anonymous';
  if ('npa' in entry) return answer(hasNumber, ani.startsWith(`+1${entry.npa}`));
  if ('npaNxx' in entry) return answer(hasNumber, ani.startsWith(`+1${entry.npaNxx}`));
  if ('prefix' in entry) return answer(hasNumber, ani.startsWith(entry.prefix));
  if ('country' in entry) return answer(counts && location.country !== null, location.country === entry.country);
  if ('state' in entry) {
    if (!counts) return 'undecidable';
    if (location.state !== null) return answer(true, location.state === entry.state);
    return answer(location.country !== null && location.country !== COUNTRY_OF[entry.state], false);
  }
  if ('zip' in entry) return answer(location.zip !== null, location.zip === entry.zip.replace(' ', '').toUpperCase());
  if ('zipPrefix' in entry) {
    const prefix = entry.zipPrefix.replace(' ', '').toUpperCase();
    return answer(location.zip !== null, location.zip?.startsWith(prefix) ?? false);
  }
  const here = location.zip === null || inferred ? undefined : CENTROIDS[location.zip];
  const there = CENTROIDS[entry.radius.zip];
  if (!here || !there) return 'undecidable';
  return answer(true, milesBetween(here, there) <= entry.radius.miles);
}

function judge(area: Area, ani: Ani, location: CallerLocation): 'in' | 'out' | 'unknown' {
  const asked = (entries: readonly AreaEntry[]): Answer[] =>
    entries.map((entry) => ask(entry, ani, location, area.acceptInferred));
  const included = asked(area.include);
  if (asked(area.exclude).includes('yes')) return 'out';
  if (area.include.length === 0 || included.includes('yes')) return 'in';
  return included.includes('undecidable') ? 'unknown' : 'out';
}

const anis = fc.constantFrom(
  ...(['+14155550100', '+14155560100', '+17025550100', '+18005550100', '+442071838750', 'anonymous'] as Ani[]),
);

const zips = ['94107', '94110', '89101', '10001', '96910', '99999', 'M5V2T6'];

const locations: fc.Arbitrary<CallerLocation> = fc.record({
  source: fc.constantFrom('entered' as const, 'publisher' as const, 'number' as const, 'none' as const),
  country: fc.constantFrom('US', 'CA', 'PR', 'GB', null),
  state: fc.constantFrom('CA', 'NV', 'PR', 'ON', null),
  zip: fc.constantFrom(...zips, null),
  npa: fc.constant(null),
  npaNxx: fc.constant(null),
  timezone: fc.constant(null),
});

const entries: fc.Arbitrary<AreaEntry> = fc.oneof(
  fc.record({ country: fc.constantFrom('US', 'CA', 'PR', 'GB') }),
  fc.record({ state: fc.constantFrom('CA', 'NV', 'PR', 'ON') }),
  fc.record({ npa: fc.constantFrom('415', '702', '800', '207') }),
  fc.record({ npaNxx: fc.constantFrom('415555', '702555') }),
  fc.record({ zip: fc.constantFrom(...zips, 'm5v 2t6') }),
  fc.record({ zipPrefix: fc.constantFrom('9', '94', '941', '94107', '1', 'm5v', 'M5V 2') }),
  fc.record({ prefix: fc.constantFrom('+1', '+1415', '+14155550100', '+44') }),
  fc.record({
    radius: fc.record({
      zip: fc.constantFrom(...zips.slice(0, 6)),
      miles: fc.constantFrom(0.5, 2, 400, 420, 2600, 20_000),
    }),
  }),
);

const areas: fc.Arbitrary<Area> = fc.record({
  id: fc.constant('area_1' as AreaId),
  name: fc.constant('Any'),
  include: fc.array(entries, { maxLength: 5 }),
  exclude: fc.array(entries, { maxLength: 2 }),
  acceptInferred: fc.boolean(),
});

describe('a compiled area', () => {
  test('agrees with the law read entry by entry', () => {
    fc.assert(
      fc.property(areas, anis, locations, (area, ani, location) => {
        expect(matchArea(compileArea(area, gazetteer), ani, location, gazetteer).result).toBe(
          judge(area, ani, location),
        );
      }),
      { numRuns: 5000 },
    );
  });

  test('names an exclude that really matches, whenever one does', () => {
    fc.assert(
      fc.property(areas, anis, locations, (area, ani, location) => {
        const found = matchArea(compileArea(area, gazetteer), ani, location, gazetteer);
        const named = found.result === 'out' ? found.matchedExclude : undefined;
        const excludes = area.exclude.filter((entry) => ask(entry, ani, location, area.acceptInferred) === 'yes');
        expect(named === undefined ? excludes.length === 0 : excludes.includes(named)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('that serves a call is always found by one of its index keys', () => {
    fc.assert(
      fc.property(areas, anis, locations, (area, ani, rest) => {
        const location = { ...rest, npa: ani.startsWith('+1') ? ani.slice(2, 5) : null };
        const compiled = compileArea(area, gazetteer);
        fc.pre(matchArea(compiled, ani, location, gazetteer).result === 'in');
        const keys = areaIndexKeys(compiled);
        const ofCall = new Set(callIndexKeys(ani, location));
        expect(keys === 'any' || keys.some((key) => ofCall.has(key))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('that its keys decide serves every call it shares one with', () => {
    fc.assert(
      fc.property(areas, anis, locations, (area, ani, rest) => {
        const location = { ...rest, npa: ani.startsWith('+1') ? ani.slice(2, 5) : null };
        const compiled = compileArea(area, gazetteer);
        const keys = areaIndexKeys(compiled);
        const ofCall = new Set(callIndexKeys(ani, location));
        fc.pre(isDecidedByKeys(compiled) && keys !== 'any' && keys.some((key) => ofCall.has(key)));
        expect(matchArea(compiled, ani, location, gazetteer).result).toBe('in');
      }),
      { numRuns: 2000 },
    );
  });
});
