import { describe, expect, test } from 'vitest';
import type { Ani } from './e164.ts';
import { type LocationClues, locateCaller } from './locate-caller.ts';
import type { CallerLocation, Gazetteer } from './location.ts';

const gazetteer: Gazetteer = {
  byNpaNxx: (npa) =>
    ({
      '415': { country: 'US', state: 'CA', timezone: 'America/Los_Angeles' },
      '416': { country: 'CA', state: 'ON', timezone: 'America/Toronto' },
      '876': { country: 'JM', state: null, timezone: 'America/Jamaica' },
      // A mistake of the data: toll-free numbers have no place whatever it says.
      '800': { country: 'US', state: 'NJ', timezone: 'America/New_York' },
    })[npa],
  byZip: (zip) =>
    ({
      '10001': { country: 'US', state: 'NY', timezone: 'America/New_York', centroid: { lat: 40.751, lon: -73.997 } },
      M5V2T6: { country: 'CA', state: 'ON', timezone: 'America/Toronto', centroid: null },
    })[zip],
  byCallingCode: (digits) => (digits.startsWith('44') ? 'GB' : undefined),
};

const CALIFORNIAN = '+14155550100';

function locate(ani: string, clues: Omit<LocationClues, 'ani'> = {}): CallerLocation {
  return locateCaller({ ani: ani as Ani, ...clues }, gazetteer);
}

describe('locateCaller', () => {
  test('takes the ZIP the caller entered before all else', () => {
    expect(locate(CALIFORNIAN, { enteredZip: '10001', publisherZip: 'M5V 2T6', publisherState: 'TX' })).toEqual({
      source: 'entered',
      country: 'US',
      state: 'NY',
      zip: '10001',
      npa: '415',
      npaNxx: '415555',
      timezone: 'America/New_York',
    });
  });

  test('takes what the publisher supplied before the number', () => {
    expect(locate(CALIFORNIAN, { publisherZip: 'm5v 2t6' })).toMatchObject({
      source: 'publisher',
      country: 'CA',
      state: 'ON',
      zip: 'M5V2T6',
      npa: '415',
    });
    expect(locate(CALIFORNIAN, { publisherState: 'tx' })).toMatchObject({
      source: 'publisher',
      country: 'US',
      state: 'TX',
      zip: null,
      timezone: null,
    });
  });

  test("lets the publisher's ZIP overrule their state, and their state fill in for a ZIP nobody knows", () => {
    expect(locate(CALIFORNIAN, { publisherZip: '10001', publisherState: 'TX' })).toMatchObject({ state: 'NY' });
    expect(locate(CALIFORNIAN, { publisherZip: '99999', publisherState: 'TX' })).toMatchObject({
      source: 'publisher',
      country: 'US',
      state: 'TX',
      zip: '99999',
    });
    expect(locate(CALIFORNIAN, { publisherZip: '99999' })).toMatchObject({
      source: 'publisher',
      state: null,
      zip: '99999',
    });
  });

  test('keeps an entered ZIP nobody knows, and does not mix in what the number says', () => {
    expect(locate(CALIFORNIAN, { enteredZip: '99999', publisherZip: '10001' })).toEqual({
      source: 'entered',
      country: null,
      state: null,
      zip: '99999',
      npa: '415',
      npaNxx: '415555',
      timezone: null,
    });
  });

  test('passes over what is no ZIP and no state', () => {
    expect(locate(CALIFORNIAN, { enteredZip: '9410', publisherZip: '', publisherState: 'XX' })).toMatchObject({
      source: 'number',
      state: 'CA',
    });
  });

  test('keeps the leading zero of a ZIP', () => {
    expect(locate('anonymous', { enteredZip: '02134' }).zip).toBe('02134');
  });

  test('infers state and zone from the number when nothing better is known', () => {
    expect(locate(CALIFORNIAN)).toEqual({
      source: 'number',
      country: 'US',
      state: 'CA',
      zip: null,
      npa: '415',
      npaNxx: '415555',
      timezone: 'America/Los_Angeles',
    });
  });

  test('gives +1 numbers the country they are of', () => {
    expect(locate('+14165550100')).toMatchObject({ source: 'number', country: 'CA', state: 'ON' });
    expect(locate('+18765550100')).toMatchObject({ source: 'number', country: 'JM', state: null, npa: '876' });
  });

  test('knows of numbers abroad their country alone', () => {
    expect(locate('+442071838750')).toEqual({
      source: 'number',
      country: 'GB',
      state: null,
      zip: null,
      npa: null,
      npaNxx: null,
      timezone: null,
    });
    expect(locate('+80012345678')).toMatchObject({ source: 'none', country: null });
  });

  test('finds no place for toll-free, unknown and anonymous numbers, yet keeps their area code', () => {
    const nowhere = { source: 'none', country: null, state: null, zip: null, timezone: null };
    expect(locate('+18005550100')).toEqual({ ...nowhere, npa: '800', npaNxx: '800555' });
    expect(locate('+12992345678')).toEqual({ ...nowhere, npa: '299', npaNxx: '299234' });
    expect(locate('anonymous')).toEqual({ ...nowhere, npa: null, npaNxx: null });
  });

  test('places a toll-free or anonymous caller by the ZIP they entered', () => {
    expect(locate('+18005550100', { enteredZip: '10001' })).toMatchObject({
      source: 'entered',
      state: 'NY',
      npa: '800',
    });
    expect(locate('anonymous', { enteredZip: '10001' })).toMatchObject({ source: 'entered', state: 'NY', npa: null });
  });
});
