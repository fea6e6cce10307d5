import { beforeAll, describe, expect, test } from 'vitest';
import { isCountry } from '../domain/numbers/countries.ts';
import type { Gazetteer } from '../domain/numbers/location.ts';
import { isNonGeographic } from '../domain/numbers/nanp.ts';
import { countryOfState } from '../domain/numbers/states.ts';
import { createGazetteer } from './gazetteer.ts';

let gazetteer: Gazetteer;

beforeAll(() => {
  gazetteer = createGazetteer();
});

describe('exchanges', () => {
  test.each([
    ['415', 'US', 'CA', 'America/Los_Angeles'],
    ['212', 'US', 'NY', 'America/New_York'],
    ['202', 'US', 'DC', 'America/New_York'],
    ['310', 'US', 'CA', 'America/Los_Angeles'],
    ['713', 'US', 'TX', 'America/Chicago'],
    ['203', 'US', 'CT', 'America/New_York'],
    ['808', 'US', 'HI', 'Pacific/Honolulu'],
    ['520', 'US', 'AZ', 'America/Phoenix'],
    ['416', 'CA', 'ON', 'America/Toronto'],
    ['905', 'CA', 'ON', 'America/Toronto'],
    ['306', 'CA', 'SK', 'America/Regina'],
    ['876', 'JM', null, 'America/Jamaica'],
    ['658', 'JM', null, 'America/Jamaica'],
    ['246', 'BB', null, 'America/Barbados'],
    ['829', 'DO', null, 'America/Santo_Domingo'],
    ['787', 'PR', 'PR', 'America/Puerto_Rico'],
    ['671', 'GU', 'GU', 'Pacific/Guam'],
  ])('of area code %s are in %s, %s, on %s time', (npa, country, state, timezone) => {
    expect(gazetteer.byNpaNxx(npa, '555')).toEqual({ country, state, timezone });
  });

  test('of an area code in two zones are told apart by the town', () => {
    // Evansville and Bloomington, Indiana.
    expect(gazetteer.byNpaNxx('812', '422')).toMatchObject({ state: 'IN', timezone: 'America/Chicago' });
    expect(gazetteer.byNpaNxx('812', '332')).toMatchObject({ timezone: 'America/Indiana/Indianapolis' });
    // Bowling Green and Elizabethtown, Kentucky.
    expect(gazetteer.byNpaNxx('270', '781')).toMatchObject({ state: 'KY', timezone: 'America/Chicago' });
    expect(gazetteer.byNpaNxx('270', '765')?.timezone).toMatch(/^America\/(New_York|Kentucky\/Louisville)$/);
    // Flagstaff keeps no summer time; Window Rock, in the Navajo Nation, does.
    expect(gazetteer.byNpaNxx('928', '774')).toMatchObject({ state: 'AZ', timezone: 'America/Phoenix' });
    expect(gazetteer.byNpaNxx('928', '871')).toMatchObject({ state: 'AZ', timezone: 'America/Denver' });
  });

  test.each([
    ['423', 'US', 'TN'],
    ['270', 'US', 'KY'],
    ['850', 'US', 'FL'],
    ['867', 'CA', null],
  ])(
    'of area code %s, which keeps several zones, are on no zone where nothing is told of them',
    (npa, country, state) => {
      expect(gazetteer.byNpaNxx(npa, '555')).toEqual({ country, state, timezone: null });
    },
  );

  test('of an area code in two provinces are told apart where the data can', () => {
    // Charlottetown, Prince Edward Island, and Halifax, Nova Scotia.
    expect(gazetteer.byNpaNxx('902', '566')).toMatchObject({ country: 'CA', state: 'PE' });
    expect(gazetteer.byNpaNxx('902', '420')).toMatchObject({ country: 'CA', state: 'NS' });
    expect(gazetteer.byNpaNxx('902', '200')).toMatchObject({ country: 'CA', state: null });
  });

  test.each([
    ['679', 'MI'],
    ['621', 'TX'],
    ['861', 'IL'],
    ['624', 'NY'],
    ['436', 'OH'],
    ['837', 'CA'],
  ])('of the new area code %s are in %s before the data knows', (npa, state) => {
    expect(gazetteer.byNpaNxx(npa, '222')).toMatchObject({ country: 'US', state });
  });

  test.each(['800', '888', '833', '900', '500', '911', '299', '115', ' 41', '4x5', ''])(
    'of %j have no place',
    (npa) => {
      expect(gazetteer.byNpaNxx(npa, '555')).toBeUndefined();
    },
  );

  test('that can not exist have no place', () => {
    expect(gazetteer.byNpaNxx('415', '155')).toBeUndefined();
    expect(gazetteer.byNpaNxx('415', '')).toBeUndefined();
  });
});

describe('ZIPs', () => {
  test('have state, zone and centroid', () => {
    expect(gazetteer.byZip('94107')).toEqual({
      country: 'US',
      state: 'CA',
      timezone: 'America/Los_Angeles',
      centroid: { lat: 37.762, lon: -122.397 },
    });
  });

  test.each([
    ['02134', 'US', 'MA', 'America/New_York'],
    ['10001', 'US', 'NY', 'America/New_York'],
    ['47708', 'US', 'IN', 'America/Chicago'],
    ['46204', 'US', 'IN', 'America/Indiana/Indianapolis'],
    ['42101', 'US', 'KY', 'America/Chicago'],
    ['40202', 'US', 'KY', 'America/Kentucky/Louisville'],
    ['85001', 'US', 'AZ', 'America/Phoenix'],
    ['86515', 'US', 'AZ', 'America/Denver'],
    ['48201', 'US', 'MI', 'America/Detroit'],
    ['99501', 'US', 'AK', 'America/Anchorage'],
    ['96813', 'US', 'HI', 'Pacific/Honolulu'],
    ['00901', 'PR', 'PR', 'America/Puerto_Rico'],
    ['00802', 'VI', 'VI', 'America/St_Thomas'],
    ['96910', 'GU', 'GU', 'Pacific/Guam'],
    ['96799', 'AS', 'AS', 'Pacific/Pago_Pago'],
  ])('%s is in %s, %s, on %s time', (zip, country, state, timezone) => {
    expect(gazetteer.byZip(zip)).toMatchObject({ country, state, timezone });
  });

  test('of the forces overseas have neither zone nor centroid', () => {
    expect(gazetteer.byZip('09007')).toEqual({ country: 'US', state: 'AE', timezone: null, centroid: null });
  });

  test.each(['99999', '00000', '9410', '941070', '94107-1234', ' 9410', '9410x', '091e2', '-1000', ''])(
    '%j is unknown',
    (zip) => {
      expect(gazetteer.byZip(zip)).toBeUndefined();
    },
  );

  test.each([
    ['K1A0B1', 'ON', 'America/Toronto'],
    ['P9N 1A1', 'ON', 'America/Winnipeg'],
    ['H2X 1Y4', 'QC', 'America/Toronto'],
    ['v6b 1a1', 'BC', 'America/Vancouver'],
    ['B3H 1A1', 'NS', 'America/Halifax'],
    ['A2V 1A1', 'NL', 'America/Goose_Bay'],
    ['X1A 1A1', 'NT', 'America/Edmonton'],
    ['X0A 0H0', 'NU', 'America/Iqaluit'],
    ['Y1A 1A1', 'YT', 'America/Whitehorse'],
  ])('of Canada: %s is in %s on %s time', (code, state, timezone) => {
    expect(gazetteer.byZip(code)).toEqual({ country: 'CA', state, timezone, centroid: null });
  });
});

describe('calling codes', () => {
  test.each([
    ['442071838750', 'GB'],
    ['441534123456', 'JE'],
    ['447624123456', 'IM'],
    ['79161234567', 'RU'],
    ['77012345678', 'KZ'],
    ['390669812345', 'VA'],
    ['390612345678', 'IT'],
    ['525512345678', 'MX'],
    ['5999123456', 'CW'],
    ['5997171234', 'BQ'],
    ['38344123456', 'XK'],
  ])('+%s is of %s', (digits, country) => {
    expect(gazetteer.byCallingCode(digits)).toBe(country);
  });

  test.each(['80012345678', '881612345678', '97912345', '14155550100', '2101234567', ''])(
    '+%s is of no country',
    (digits) => {
      expect(gazetteer.byCallingCode(digits)).toBeUndefined();
    },
  );
});

describe('the tables as a whole', () => {
  const zones = new Map<string, boolean>();
  const isZone = (zone: string): boolean => {
    const known = zones.get(zone) ?? isUnderstood(zone);
    zones.set(zone, known);
    return known;
  };

  test('place every exchange in a real country, state and zone, and no service number anywhere', () => {
    const wrong: string[] = [];
    let placed = 0;
    for (let npa = 200; npa < 1000; npa++) {
      for (let nxx = 200; nxx < 1000; nxx++) {
        const place = gazetteer.byNpaNxx(String(npa), String(nxx));
        if (!place) continue;
        placed++;
        const { country, state, timezone } = place;
        const right =
          isCountry(country) &&
          (state === null || countryOfState(state) === country) &&
          (timezone === null || isZone(timezone)) &&
          !isNonGeographic(String(npa));
        if (!right) wrong.push(`${npa}-${nxx} ${country} ${state} ${timezone}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(placed).toBeGreaterThan(440 * 800);
  });

  test('place every ZIP in a real state and zone, at a point of the western or Pacific world', () => {
    const wrong: string[] = [];
    let placed = 0;
    for (let number = 0; number < 100_000; number++) {
      const zip = String(number).padStart(5, '0');
      const place = gazetteer.byZip(zip);
      if (!place) continue;
      placed++;
      const { country, state, timezone, centroid } = place;
      const right =
        state !== null &&
        countryOfState(state) === country &&
        (timezone === null || isZone(timezone)) &&
        (centroid === null || (centroid.lat > -15 && centroid.lat < 72 && (centroid.lon < -64 || centroid.lon > 134)));
      if (!right) wrong.push(`${zip} ${country} ${state} ${timezone} ${centroid?.lat} ${centroid?.lon}`);
    }
    expect(wrong).toEqual([]);
    expect(placed).toBeGreaterThan(41_000);
  });
});

function isUnderstood(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
