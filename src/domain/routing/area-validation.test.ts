import { describe, expect, test } from 'vitest';
import type { Gazetteer } from '../numbers/location.ts';
import { type UncheckedArea, validateArea } from './area-validation.ts';

const gazetteer: Gazetteer = {
  byZip: (zip) =>
    zip === '94107'
      ? { country: 'US', state: 'CA', timezone: null, centroid: { lat: 37.762, lon: -122.397 } }
      : zip === 'M5V2T6'
        ? { country: 'CA', state: 'ON', timezone: null, centroid: null }
        : undefined,
  byNpaNxx: () => undefined,
  byCallingCode: () => undefined,
};

type Entry = UncheckedArea['include'][number];

const problemsOf = (...include: Entry[]) => validateArea({ include, exclude: [] }, gazetteer);
const pathsOf = (...include: Entry[]): string[] => problemsOf(...include).map(({ path }) => path);

describe('validateArea', () => {
  test('finds nothing wrong with an entry of each kind', () => {
    expect(
      problemsOf(
        { country: 'US' },
        { country: 'xk' },
        { state: 'CA' },
        { state: 'on' },
        { state: 'PR' },
        { npa: '415' },
        { npa: '289' },
        { npaNxx: '415555' },
        { zip: '02134' },
        { zip: '99999' },
        { zip: 'm5v 2t6' },
        { zipPrefix: '9' },
        { zipPrefix: '94107' },
        { zipPrefix: 'M' },
        { zipPrefix: 'm5v 2' },
        { prefix: '+1' },
        { prefix: '+14155550100' },
        { radius: { zip: '94107', miles: 0.5 } },
      ),
    ).toEqual([]);
  });

  test.each<Entry>([
    { country: 'UK' },
    { country: 'USA' },
    { state: 'XX' },
    { state: 'California' },
    { npa: '115' },
    { npa: '41' },
    { npa: '4155' },
    { npa: '911' },
    { npa: '999' },
    { npaNxx: '911555' },
    { npaNxx: '415155' },
    { npaNxx: '415-555' },
    { zip: '9410' },
    { zip: '94107-1234' },
    { zip: 'M5V' },
    { zipPrefix: '' },
    { zipPrefix: '941070' },
    { zipPrefix: 'D5' },
    { zipPrefix: '94-1' },
    { prefix: '1415' },
    { prefix: '+' },
    { prefix: '+0' },
    { prefix: '+999' },
    { prefix: '+1911' },
    { zip: '00000' },
    { zipPrefix: '000' },
    { prefix: '+1 415' },
    { npa: 415 },
    { zip: null },
    { radius: 25 },
    { planet: 'Mars' },
    { constructor: 'x' },
  ])('refuses %j where it stands', (entry) => {
    expect(pathsOf({ state: 'CA' }, entry)).toEqual([`/include/1/${Object.keys(entry)[0]}`]);
  });

  test('wants exactly one key in each entry', () => {
    expect(problemsOf({ state: 'CA', npa: '415' })).toEqual([
      { path: '/include/0', message: expect.stringContaining('has 2 (state, npa)') as string },
    ]);
    expect(problemsOf({})).toEqual([{ path: '/include/0', message: expect.stringContaining('has none') as string }]);
  });

  test('wants a radius to have a centre whose place is known and miles above zero, and nothing else', () => {
    expect(pathsOf({ radius: { zip: '99999', miles: 25 } })).toEqual(['/include/0/radius/zip']);
    expect(problemsOf({ radius: { zip: '99999', miles: 25 } })[0]?.message).toContain('take a ZIP next to it');
    const canadian = problemsOf({ radius: { zip: 'm5v 2t6', miles: 25 } });
    expect(canadian).toEqual([
      { path: '/include/0/radius/zip', message: expect.stringContaining('US ZIPs only') as string },
    ]);
    for (const miles of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '25', undefined]) {
      expect(pathsOf({ radius: { zip: '94107', miles } })).toEqual(['/include/0/radius/miles']);
    }
    expect(pathsOf({ radius: { zip: '94107', km: 25 } })).toEqual(['/include/0/radius/km', '/include/0/radius/miles']);
    expect(pathsOf({ radius: { zip: 94107, miles: 25 } })).toEqual(['/include/0/radius/zip']);
  });

  test('lists every problem of both lists, in their order', () => {
    const problems = validateArea(
      { include: [{ state: 'XX' }, { npa: '415' }, { npa: '1' }], exclude: [{ zip: '1' }] },
      gazetteer,
    );
    expect(problems.map(({ path }) => path)).toEqual(['/include/0/state', '/include/2/npa', '/exclude/0/zip']);
  });

  test('says how to mend a ZIP that lost its leading zero', () => {
    expect(problemsOf({ zip: '2134' })[0]?.message).toContain('"02134"?');
    expect(problemsOf({ zip: 2134 })[0]?.message).toContain('as text in quotes, not as a number');
  });

  test('escapes what a JSON Pointer must', () => {
    expect(pathsOf({ 'a/b~c': 1 })).toEqual(['/include/0/a~1b~0c']);
  });
});
