import { describe, expect, test } from 'vitest';
import type { AreaId } from '../ids.ts';
import type { Ani } from '../numbers/e164.ts';
import type { CallerLocation, Gazetteer } from '../numbers/location.ts';
import type { AreaEntry } from '../plan/area.ts';
import { compileArea } from './area.ts';
import { areaIndexKeys, callIndexKeys, isDecidedByKeys } from './area-index.ts';

const gazetteer: Gazetteer = { byZip: () => undefined, byNpaNxx: () => undefined, byCallingCode: () => undefined };

function compile(include: readonly AreaEntry[], exclude: readonly AreaEntry[] = [], acceptInferred = true) {
  return compileArea({ id: 'area_1' as AreaId, name: 'Test', include, exclude, acceptInferred }, gazetteer);
}

const keysOf = (include: readonly AreaEntry[], exclude?: readonly AreaEntry[]) =>
  areaIndexKeys(compile(include, exclude));

describe('areaIndexKeys', () => {
  test('files an area under each thing it includes, folded as it is compared', () => {
    expect(
      keysOf([
        { country: 'ca' },
        { state: 'tx' },
        { npa: '415' },
        { npaNxx: '212555' },
        { zip: 'm5v 2t6' },
        { zipPrefix: '941' },
        { prefix: '+44' },
      ]),
    ).toEqual(['country:CA', 'state:TX', 'npa:415', 'npaNxx:212555', 'zip:M5V2T6', 'zipPrefix:941', 'prefix:+44']);
  });

  test('says any for areas that no key finds: everywhere, and within a radius', () => {
    expect(keysOf([])).toBe('any');
    expect(keysOf([], [{ state: 'CA' }])).toBe('any');
    expect(keysOf([{ state: 'CA' }, { radius: { zip: '94107', miles: 10 } }])).toBe('any');
  });
});

describe('isDecidedByKeys', () => {
  test('is true where nobody is shut out and every key is taken as it is known', () => {
    expect(isDecidedByKeys(compile([{ zip: '94107' }, { state: 'CA' }]))).toBe(true);
    expect(isDecidedByKeys(compile([{ zip: '94107' }, { npa: '415' }], [], false))).toBe(true);
  });

  test('is false where the area shuts some out, or takes no state or country from the number', () => {
    expect(isDecidedByKeys(compile([{ state: 'CA' }], [{ zip: '94107' }]))).toBe(false);
    expect(isDecidedByKeys(compile([{ state: 'CA' }], [], false))).toBe(false);
    expect(isDecidedByKeys(compile([{ country: 'US' }], [], false))).toBe(false);
  });
});

describe('callIndexKeys', () => {
  const location: CallerLocation = {
    source: 'entered',
    country: 'US',
    state: 'CA',
    zip: '94107',
    npa: '415',
    npaNxx: '415555',
    timezone: null,
  };

  test('gives every key that a call could be served under', () => {
    const keys = callIndexKeys('+14155550100' as Ani, location);
    expect(keys).toEqual(
      expect.arrayContaining(['country:US', 'state:CA', 'npa:415', 'npaNxx:415555', 'zip:94107', 'zipPrefix:9']),
    );
    expect(keys).toEqual(expect.arrayContaining(['zipPrefix:94107', 'prefix:+1', 'prefix:+14155550100']));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('gives none for what is not known', () => {
    const unknown = { ...location, source: 'none' as const, country: null, state: null, zip: null };
    expect(callIndexKeys('anonymous', { ...unknown, npa: null, npaNxx: null })).toEqual([]);
  });
});
