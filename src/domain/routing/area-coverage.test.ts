import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { locationOf, noPlaces } from '../../../test/support/routing-plan.ts';
import type { AreaId } from '../ids.ts';
import type { Ani } from '../numbers/e164.ts';
import { npaNxxOf, npaOf } from '../numbers/nanp.ts';
import type { Area, AreaEntry } from '../plan/area.ts';
import { compileArea, matchArea } from './area.ts';
import { shutsOut } from './area-coverage.ts';

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
