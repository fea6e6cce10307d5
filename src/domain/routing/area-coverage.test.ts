import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { locationOf, noPlaces } from '../../../test/support/routing-plan.ts';
import type { AreaId } from '../ids.ts';
import type { Ani } from '../numbers/e164.ts';
import { locateCaller } from '../numbers/locate-caller.ts';
import type { Gazetteer } from '../numbers/location.ts';
import { npaNxxOf, npaOf } from '../numbers/nanp.ts';
import type { Area, AreaEntry } from '../plan/area.ts';
import { compileArea, matchArea } from './area.ts';
import { servesNobody, shutsOut } from './area-coverage.ts';

/** Two ZIPs next to each other, one in the next state, one across the country, and one without a centroid. */
const PLACES = {
  '94107': { country: 'US', state: 'CA', timezone: null, centroid: { lat: 37.766, lon: -122.396 } },
  '94110': { country: 'US', state: 'CA', timezone: null, centroid: { lat: 37.749, lon: -122.415 } },
  '89501': { country: 'US', state: 'NV', timezone: null, centroid: { lat: 39.526, lon: -119.813 } },
  '10001': { country: 'US', state: 'NY', timezone: null, centroid: { lat: 40.751, lon: -73.997 } },
  M5V2T6: { country: 'CA', state: 'ON', timezone: null, centroid: null },
};
const gazetteer: Gazetteer = { ...noPlaces, byZip: (zip) => PLACES[zip as keyof typeof PLACES] };

describe('an exclude shuts out', () => {
  test.each<[AreaEntry, AreaEntry]>([
    [{ country: 'us' }, { state: 'CA' }],
    [{ country: 'CA' }, { state: 'on' }],
    [{ country: 'US' }, { country: 'US' }],
    [{ state: 'CA' }, { state: 'ca' }],
    [{ npa: '415' }, { npaNxx: '415555' }],
    [{ npa: '415' }, { prefix: '+14155' }],
    [{ prefix: '+1' }, { npa: '415' }],
    [{ prefix: '+1415' }, { npa: '415' }],
    [{ zipPrefix: '94' }, { zip: '94107' }],
    [{ zipPrefix: 'M5' }, { zipPrefix: 'm5v' }],
    [{ zip: 'M5V 2T6' }, { zip: 'm5v2t6' }],
    [{ radius: { zip: '94107', miles: 50 } }, { radius: { zip: '94107', miles: 25 } }],
  ])('with %j all of %j', (exclude, include) => {
    expect(shutsOut(exclude, include)).toBe(true);
  });

  test.each<[AreaEntry, AreaEntry]>([
    [{ state: 'CA' }, { country: 'US' }],
    [{ country: 'US' }, { state: 'ON' }],
    // A number of California whose caller has entered a ZIP of Nevada is served.
    [{ state: 'CA' }, { npa: '415' }],
    [{ country: 'US' }, { npa: '415' }],
    [{ state: 'CA' }, { zip: '94107' }],
    [{ npaNxx: '415555' }, { npa: '415' }],
    [{ prefix: '+14155' }, { npa: '415' }],
    [{ zip: '94107' }, { zipPrefix: '941' }],
    [{ radius: { zip: '94107', miles: 25 } }, { radius: { zip: '94107', miles: 50 } }],
    [{ radius: { zip: '94107', miles: 25 } }, { zip: '94107' }],
  ])('with %j not all of %j', (exclude, include) => {
    expect(shutsOut(exclude, include)).toBe(false);
  });

  test('nobody who would be served', () => {
    const entry = fc.oneof(
      fc.record({ country: fc.constantFrom('US', 'CA', 'us') }),
      fc.record({ state: fc.constantFrom('CA', 'NV', 'ON', 'ca') }),
      fc.record({ npa: fc.constantFrom('415', '416') }),
      fc.record({ npaNxx: fc.constantFrom('415555', '416222') }),
      fc.record({ prefix: fc.constantFrom('+1', '+1415', '+14155', '+44') }),
      fc.record({ zip: fc.constantFrom('94107', '89501', 'M5V2T6') }),
      fc.record({ zipPrefix: fc.constantFrom('9', '941', 'M5V', 'm') }),
    );
    const ani = fc.constantFrom('+14155550100', '+14162220100', '+442071838750', 'anonymous') as fc.Arbitrary<Ani>;
    const place = fc.constantFrom(
      { country: 'US', state: 'CA', zip: '94107' },
      { country: 'US', state: 'NV', zip: null },
      { country: 'CA', state: 'ON', zip: 'M5V2T6' },
      { country: null, state: null, zip: '89501' },
      {},
    );
    fc.assert(
      fc.property(
        entry,
        entry,
        ani,
        place,
        fc.boolean(),
        fc.boolean(),
        (include, exclude, caller, where, entered, accept) => {
          fc.pre(shutsOut(exclude, include));
          const area: Area = {
            id: 'area_1' as AreaId,
            name: 'Nobody',
            include: [include],
            exclude: [exclude],
            acceptInferred: accept,
          };
          const numbers = { npa: npaOf(caller), npaNxx: npaNxxOf(caller) };
          const location = locationOf({ source: entered ? 'entered' : 'number', ...where, ...numbers });
          expect(matchArea(compileArea(area, noPlaces), caller, location, noPlaces).result).not.toBe('in');
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('an area serves nobody', () => {
  const around = (zip: string, miles: number): AreaEntry => ({ radius: { zip, miles } });
  const nobody = (include: readonly AreaEntry[], ...exclude: readonly AreaEntry[]): boolean =>
    servesNobody({ include, exclude }, gazetteer);

  test.each<[AreaEntry, AreaEntry[]]>([
    [{ zip: '94107' }, [{ state: 'ca' }]],
    [{ zip: '94107' }, [{ country: 'US' }]],
    [{ zip: '94107' }, [around('94110', 5)]],
    [{ zip: 'm5v 2t6' }, [{ state: 'ON' }]],
    [{ zipPrefix: '941' }, [{ state: 'CA' }]],
    [{ zipPrefix: '941' }, [{ zip: '94110' }, around('94107', 1)]],
    [around('94107', 5), [{ country: 'US' }]],
    [around('94107', 5), [{ zipPrefix: '94' }]],
    [around('94107', 300), [{ state: 'CA' }, { state: 'NV' }]],
  ])('that takes in %j and leaves out %j', (include, exclude) => {
    expect(nobody([include], ...exclude)).toBe(true);
    expect(nobody([include, { zip: '94110' }], { state: 'CA' }, { country: 'US' }, ...exclude)).toBe(true);
    expect(nobody([include, { state: 'TX' }], ...exclude.filter((entry) => !('country' in entry)))).toBe(false);
  });

  test.each<[AreaEntry, AreaEntry[]]>([
    [{ zip: '94107' }, [{ state: 'NV' }, { country: 'CA' }]],
    [{ zip: '94107' }, [{ npa: '415' }, { prefix: '+1' }]],
    // Nobody knows where it is: whoever enters it is served.
    [{ zip: '94199' }, [{ state: 'CA' }, { country: 'US' }]],
    [{ zipPrefix: '77' }, [{ country: 'US' }]],
    [{ zipPrefix: '9' }, [{ zip: '94107' }]],
    [around('94107', 5), [{ zip: '94107' }]],
    [around('94107', 300), [{ state: 'CA' }]],
    [{ state: 'CA' }, [{ zip: '94107' }, { zipPrefix: '94' }, around('94107', 50)]],
  ])('but not one that takes in %j and leaves out %j', (include, exclude) => {
    expect(nobody([include], ...exclude)).toBe(false);
  });

  test('that may be empty is open to all', () => {
    expect(nobody([], { country: 'US' })).toBe(false);
    expect(nobody([{ zip: '94107' }])).toBe(false);
  });

  test('only where no caller of any number and ZIP would be served', () => {
    const entry: fc.Arbitrary<AreaEntry> = fc.oneof(
      fc.constantFrom('US', 'CA').map((country) => ({ country })),
      fc.constantFrom('CA', 'NV', 'ON').map((state) => ({ state })),
      fc.constantFrom('415', '416').map((npa) => ({ npa })),
      fc.constantFrom('94107', '94110', '89501', 'M5V2T6').map((zip) => ({ zip })),
      fc.constantFrom('94', '941', '89', 'M5V').map((zipPrefix) => ({ zipPrefix })),
      fc
        .record({ zip: fc.constantFrom('94107', '89501'), miles: fc.constantFrom(1, 5, 300) })
        .map((radius) => ({ radius })),
    );
    const entries = fc.array(entry, { minLength: 1, maxLength: 3 });
    const callers = ['+14155550100', '+14165550100', '+442071838750', 'anonymous'].flatMap((ani) =>
      [undefined, ...Object.keys(PLACES)].map((zip) => ({
        ani: ani as Ani,
        location: locateCaller({ ani: ani as Ani, ...(zip === undefined ? {} : { enteredZip: zip }) }, gazetteer),
      })),
    );
    let found = 0;
    fc.assert(
      fc.property(entries, entries, (include, exclude) => {
        if (!nobody(include, ...exclude)) return;
        found += 1;
        const area = compileArea(
          { id: 'area_1' as AreaId, name: 'N', include, exclude, acceptInferred: true },
          gazetteer,
        );
        for (const { ani, location } of callers) {
          expect(matchArea(area, ani, location, gazetteer).result).not.toBe('in');
        }
      }),
      { numRuns: 300, seed: 20_261_121 },
    );
    expect(found).toBeGreaterThan(20);
  });
});
