import { describe, expect, test } from 'vitest';
import type { AreaId } from '../ids.ts';
import type { Ani } from '../numbers/e164.ts';
import { type LocationClues, locateCaller } from '../numbers/locate-caller.ts';
import type { Gazetteer, LatLon } from '../numbers/location.ts';
import type { AreaEntry } from '../plan/area.ts';
import { type AreaMatch, compileArea, matchArea } from './area.ts';

const ZIPS: Readonly<Record<string, { country: string; state: string; centroid: LatLon | null }>> = {
  '94107': { country: 'US', state: 'CA', centroid: { lat: 37.762, lon: -122.397 } },
  '94612': { country: 'US', state: 'CA', centroid: { lat: 37.808, lon: -122.268 } },
  '95814': { country: 'US', state: 'CA', centroid: { lat: 38.58, lon: -121.494 } },
  '10001': { country: 'US', state: 'NY', centroid: { lat: 40.751, lon: -73.997 } },
  '09007': { country: 'US', state: 'AE', centroid: null },
  M5V2T6: { country: 'CA', state: 'ON', centroid: null },
};

const AREA_CODES: Readonly<Record<string, { country: string; state: string | null; timezone: null }>> = {
  '415': { country: 'US', state: 'CA', timezone: null },
  '212': { country: 'US', state: 'NY', timezone: null },
  '416': { country: 'CA', state: 'ON', timezone: null },
  '902': { country: 'CA', state: null, timezone: null },
  '876': { country: 'JM', state: null, timezone: null },
};

const gazetteer: Gazetteer = {
  byZip: (zip) => (ZIPS[zip] ? { ...ZIPS[zip], timezone: null } : undefined),
  byNpaNxx: (npa) => AREA_CODES[npa],
  byCallingCode: (digits) => (digits.startsWith('44') ? 'GB' : undefined),
};

const CALIFORNIAN = '+14155550100';
const NEW_YORKER = '+12125550100';
const TOLL_FREE = '+18005550100';
const LONDONER = '+442071838750';
const JAMAICAN = '+18765550100';

interface Rules {
  readonly include?: readonly AreaEntry[];
  readonly exclude?: readonly AreaEntry[];
  readonly acceptInferred?: boolean;
}

function match(rules: Rules, ani: string, clues: Omit<LocationClues, 'ani'> = {}): AreaMatch {
  const { include = [], exclude = [], acceptInferred = true } = rules;
  const area = compileArea({ id: 'area_1' as AreaId, name: 'Test', include, exclude, acceptInferred }, gazetteer);
  return matchArea(area, ani as Ani, locateCaller({ ani: ani as Ani, ...clues }, gazetteer), gazetteer);
}

function result(rules: Rules, ani: string, clues: Omit<LocationClues, 'ani'> = {}): string {
  const found = match(rules, ani, clues);
  return found.result === 'unknown' ? `unknown ${found.values['undecided']}` : found.result;
}

describe('an area without includes', () => {
  test('is everywhere, also for callers of whom nothing is known', () => {
    expect(result({}, 'anonymous')).toBe('in');
    expect(result({ acceptInferred: false }, LONDONER)).toBe('in');
  });

  test('is everywhere but where it is excluded', () => {
    expect(result({ exclude: [{ state: 'CA' }] }, NEW_YORKER)).toBe('in');
    expect(result({ exclude: [{ state: 'CA' }] }, CALIFORNIAN)).toBe('out');
    expect(result({ exclude: [{ state: 'CA' }] }, 'anonymous')).toBe('in');
  });
});

describe('entries that look at the number', () => {
  test('match area code, exchange and prefix', () => {
    expect(result({ include: [{ npa: '415' }] }, CALIFORNIAN)).toBe('in');
    expect(result({ include: [{ npaNxx: '415555' }] }, CALIFORNIAN)).toBe('in');
    expect(result({ include: [{ prefix: '+1415' }] }, CALIFORNIAN)).toBe('in');
    expect(result({ include: [{ prefix: '+44' }] }, LONDONER)).toBe('in');
    expect(result({ include: [{ npa: '212' }, { npaNxx: '415556' }, { prefix: '+14156' }] }, CALIFORNIAN)).toBe('out');
  });

  test('look at the number itself, whatever ZIP the caller entered', () => {
    expect(result({ include: [{ npa: '415' }] }, CALIFORNIAN, { enteredZip: '10001' })).toBe('in');
    expect(result({ include: [{ npa: '212' }] }, CALIFORNIAN, { enteredZip: '10001' })).toBe('out');
  });

  test('decide toll-free callers and callers from abroad, whose number is known', () => {
    expect(result({ include: [{ npa: '800' }] }, TOLL_FREE)).toBe('in');
    expect(result({ include: [{ npa: '415' }] }, TOLL_FREE)).toBe('out');
    expect(result({ include: [{ npa: '207' }] }, LONDONER)).toBe('out');
  });

  test('can not be decided for an anonymous caller, even one who entered a ZIP', () => {
    expect(result({ include: [{ npa: '415' }] }, 'anonymous', { enteredZip: '94107' })).toBe('unknown npa');
    expect(result({ include: [{ npaNxx: '415555' }] }, 'anonymous')).toBe('unknown npaNxx');
    expect(result({ include: [{ prefix: '+1' }] }, 'anonymous')).toBe('unknown prefix');
  });

  test('do not rest on inference', () => {
    expect(result({ include: [{ npa: '415' }], acceptInferred: false }, CALIFORNIAN)).toBe('in');
    expect(result({ include: [{ npa: '212' }], acceptInferred: false }, CALIFORNIAN)).toBe('out');
  });
});

describe('state and country', () => {
  test('look at the best location', () => {
    expect(result({ include: [{ state: 'NY' }] }, CALIFORNIAN, { enteredZip: '10001' })).toBe('in');
    expect(result({ include: [{ state: 'CA' }] }, CALIFORNIAN, { enteredZip: '10001' })).toBe('out');
    expect(result({ include: [{ country: 'CA' }] }, CALIFORNIAN, { publisherZip: 'M5V 2T6' })).toBe('in');
  });

  test('tell Canada from California, and write either case', () => {
    expect(result({ include: [{ country: 'CA' }] }, CALIFORNIAN)).toBe('out');
    expect(result({ include: [{ state: 'ca' }] }, CALIFORNIAN)).toBe('in');
    expect(result({ include: [{ state: 'ON' }] }, '+14165550100')).toBe('in');
    expect(result({ include: [{ country: 'ca' }] }, '+14165550100')).toBe('in');
  });

  test('keep +1 numbers of other countries out of the United States', () => {
    expect(result({ include: [{ country: 'US' }] }, JAMAICAN)).toBe('out');
    expect(result({ include: [{ state: 'TX' }] }, JAMAICAN)).toBe('out');
    expect(result({ include: [{ state: 'TX' }] }, LONDONER)).toBe('out');
  });

  test('are unknown when neither the state nor another country is known', () => {
    expect(result({ include: [{ state: 'CA' }] }, 'anonymous')).toBe('unknown state');
    expect(result({ include: [{ state: 'CA' }] }, TOLL_FREE)).toBe('unknown state');
    expect(result({ include: [{ country: 'US' }] }, TOLL_FREE)).toBe('unknown country');
    expect(result({ include: [{ state: 'CA' }] }, CALIFORNIAN, { enteredZip: '99999' })).toBe('unknown state');
    expect(result({ include: [{ state: 'NS' }] }, '+19025550100')).toBe('unknown state');
    expect(result({ include: [{ state: 'CA' }] }, '+19025550100')).toBe('out');
  });

  test('inferred from the number do not count where the area does not accept it', () => {
    const rules = { include: [{ state: 'CA' }, { country: 'US' }], acceptInferred: false };
    expect(result(rules, CALIFORNIAN)).toBe('unknown country');
    expect(result({ include: [{ state: 'NY' }], acceptInferred: false }, CALIFORNIAN)).toBe('unknown state');
    expect(result(rules, CALIFORNIAN, { publisherState: 'CA' })).toBe('in');
    expect(result({ exclude: [{ state: 'CA' }], acceptInferred: false }, CALIFORNIAN)).toBe('in');
  });
});

describe('ZIPs', () => {
  test('match by the whole or by their beginning', () => {
    expect(result({ include: [{ zip: '94107' }] }, TOLL_FREE, { enteredZip: '94107' })).toBe('in');
    expect(result({ include: [{ zipPrefix: '941' }] }, TOLL_FREE, { enteredZip: '94107' })).toBe('in');
    expect(result({ include: [{ zip: '94108' }, { zipPrefix: '100' }] }, TOLL_FREE, { enteredZip: '94107' })).toBe(
      'out',
    );
  });

  test('match although nobody knows where they are', () => {
    expect(result({ include: [{ zip: '99999' }] }, CALIFORNIAN, { enteredZip: '99999' })).toBe('in');
    expect(result({ include: [{ zip: '94107' }] }, CALIFORNIAN, { enteredZip: '99999' })).toBe('out');
  });

  test('of Canada match in either case and with or without the space', () => {
    for (const zip of ['M5V 2T6', 'm5v2t6']) {
      expect(result({ include: [{ zip }] }, TOLL_FREE, { publisherZip: 'm5v 2t6' })).toBe('in');
    }
    for (const zipPrefix of ['M', 'm5v', 'M5V 2']) {
      expect(result({ include: [{ zipPrefix }] }, TOLL_FREE, { publisherZip: 'M5V2T6' })).toBe('in');
    }
  });

  test('can not be decided without one: an area code is no ZIP', () => {
    expect(result({ include: [{ zip: '94107' }] }, CALIFORNIAN)).toBe('unknown zip');
    expect(result({ include: [{ zipPrefix: '100' }] }, CALIFORNIAN)).toBe('unknown zipPrefix');
    expect(result({ include: [{ zip: '94107' }] }, CALIFORNIAN, { publisherState: 'NY' })).toBe('unknown zip');
  });
});

describe('a radius', () => {
  // San Francisco 94107 to Oakland 94612 is 7.7 miles, to Sacramento 95814 74.8 miles.
  test('measures the great circle between ZIP centroids in miles', () => {
    expect(result({ include: [{ radius: { zip: '94107', miles: 7.8 } }] }, TOLL_FREE, { enteredZip: '94612' })).toBe(
      'in',
    );
    expect(result({ include: [{ radius: { zip: '94107', miles: 7.6 } }] }, TOLL_FREE, { enteredZip: '94612' })).toBe(
      'out',
    );
    expect(result({ include: [{ radius: { zip: '94107', miles: 74.9 } }] }, TOLL_FREE, { enteredZip: '95814' })).toBe(
      'in',
    );
    expect(result({ include: [{ radius: { zip: '94107', miles: 74.7 } }] }, TOLL_FREE, { enteredZip: '95814' })).toBe(
      'out',
    );
  });

  test('holds its own centre, and all the world when it is wide enough', () => {
    expect(result({ include: [{ radius: { zip: '94107', miles: 0.1 } }] }, TOLL_FREE, { enteredZip: '94107' })).toBe(
      'in',
    );
    expect(result({ include: [{ radius: { zip: '94107', miles: 99_999 } }] }, TOLL_FREE, { enteredZip: '10001' })).toBe(
      'in',
    );
  });

  test('never matches an inferred location, and is not decided by one either', () => {
    const rules = { include: [{ radius: { zip: '94107', miles: 99_999 } }] };
    expect(result(rules, CALIFORNIAN)).toBe('unknown radius');
    expect(result({ ...rules, acceptInferred: false }, CALIFORNIAN)).toBe('unknown radius');
    expect(result(rules, CALIFORNIAN, { publisherState: 'CA' })).toBe('unknown radius');
    expect(result({ ...rules, acceptInferred: false }, CALIFORNIAN, { enteredZip: '94107' })).toBe('in');
  });

  test('can not be decided for a ZIP whose whereabouts nobody knows', () => {
    const rules = { include: [{ radius: { zip: '94107', miles: 25 } }] };
    expect(result(rules, TOLL_FREE, { enteredZip: '99999' })).toBe('unknown radius');
    expect(result(rules, TOLL_FREE, { enteredZip: '09007' })).toBe('unknown radius');
    expect(result({ include: [{ radius: { zip: '99999', miles: 25 } }] }, TOLL_FREE, { enteredZip: '94107' })).toBe(
      'unknown radius',
    );
  });
});

describe('several entries', () => {
  test('serve a caller whom any one matches, though others can not be decided', () => {
    expect(result({ include: [{ zip: '10001' }, { state: 'CA' }] }, CALIFORNIAN)).toBe('in');
    expect(result({ include: [{ state: 'CA' }, { npa: '800' }] }, TOLL_FREE)).toBe('in');
  });

  test('leave a caller unknown whom none matches while one can not be decided', () => {
    expect(result({ include: [{ zip: '10001' }, { state: 'NY' }] }, CALIFORNIAN)).toBe('unknown zip');
  });

  test('shut out a caller whom an exclude matches, whatever is included or unknown', () => {
    expect(result({ include: [{ state: 'CA' }], exclude: [{ npa: '415' }] }, CALIFORNIAN)).toBe('out');
    expect(result({ include: [{ zip: '10001' }], exclude: [{ npa: '415' }] }, CALIFORNIAN)).toBe('out');
  });

  test('shut nobody out by an exclude that can not be decided', () => {
    expect(result({ include: [{ npa: '415' }], exclude: [{ zip: '94107' }] }, CALIFORNIAN)).toBe('in');
    expect(result({ include: [{ npa: '415' }], exclude: [{ radius: { zip: '94107', miles: 25 } }] }, CALIFORNIAN)).toBe(
      'in',
    );
  });
});

describe('what the answer says', () => {
  test('names the exclude that matched, as its author wrote it', () => {
    expect(match({ exclude: [{ zipPrefix: 'm5v 2' }] }, TOLL_FREE, { publisherZip: 'M5V2T6' })).toMatchObject({
      result: 'out',
      matchedExclude: { zipPrefix: 'm5v 2' },
    });
    expect(match({ include: [{ npa: '212' }] }, CALIFORNIAN)).not.toHaveProperty('matchedExclude');
  });

  test('gives what was known of the caller, and what was missing', () => {
    expect(match({ include: [{ zip: '10001' }] }, CALIFORNIAN)).toEqual({
      result: 'unknown',
      values: { undecided: 'zip', locationSource: 'number', country: 'US', state: 'CA', zip: null, npa: '415' },
    });
  });
});
