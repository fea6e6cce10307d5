import { expect, test } from 'vitest';

import { readNanpaPlace } from './nanpa-places.ts';

test.each([
  ['MI', 'US', 'US', 'MI'],
  ['DC', 'US', 'US', 'DC'],
  ['ONTARIO', 'CANADA', 'CA', 'ON'],
  ['on', 'CA', 'CA', 'ON'],
  ['BRITISH COLUMBIA', 'CANADA', 'CA', 'BC'],
  ['NEWFOUNDLAND AND LABRADOR', 'CANADA', 'CA', 'NL'],
  ['NOVA SCOTIA - PRINCE EDWARD ISLAND', 'CANADA', 'CA', null],
  ['YUKON-NW TERR. - NUNAVUT', 'CANADA', 'CA', null],
  ['PUERTO RICO', 'US', 'PR', 'PR'],
  ['USVI', 'US', 'VI', 'VI'],
  ['CNMI', 'US', 'MP', 'MP'],
  ['JAMAICA', 'JAMAICA', 'JM', null],
  ['ST. KITTS & NEVIS', 'ST. KITTS AND NEVIS', 'KN', null],
  ['TURKS & CAICOS ISLANDS', 'TURKS & CAICOS ISLANDS', 'TC', null],
])('%s, %s is in %s, %s', (location, country, expectedCountry, state) => {
  expect(readNanpaPlace(location, country)).toEqual({ country: expectedCountry, state });
});

test.each([
  ['ATLANTIS', 'ATLANTIS'],
  ['', ''],
  // No area code is all of the United States.
  ['US', 'US'],
])('%j, %j is nowhere', (location, country) => {
  expect(readNanpaPlace(location, country)).toBeUndefined();
});
