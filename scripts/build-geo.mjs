/**
 * Makes src/geo/generated/ from the data packages and src/geo/tables/. The same input gives the same bytes.
 * src/geo/README.md says when and how.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { PlaceList } from './geo/place-list.ts';
import { readAreaCodes } from './geo/read-area-codes.ts';
import { readTable } from './geo/read-table.ts';
import { readZips } from './geo/read-zips.ts';
import { writeAreaCodes, writeModule, writePrefixes, writeZips } from './geo/write-tables.ts';

const zips = readZips();
const areaCodes = readAreaCodes(zips);
const postalCodes = readTable('canadian-postal-codes.txt');
const callingCodes = readTable('calling-codes.txt');

const places = new PlaceList();
const modules = {
  zips: writeModule('ZIPS', writeZips(zips, places)),
  'area-codes': writeModule('AREA_CODES', writeAreaCodes(areaCodes, places)),
  'postal-codes': writeModule('POSTAL_CODES', writePrefixes(postalCodes)),
  'calling-codes': writeModule('CALLING_CODES', writePrefixes(callingCodes)),
  places: writeModule('PLACES', places.toText()),
};

const folder = new URL('../src/geo/generated/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(modules)) {
  writeFileSync(new URL(`${name}.ts`, folder), text);
  console.log(`${name}.ts: ${text.length} bytes`);
}
console.log(`${zips.length} ZIPs, ${areaCodes.length} area codes`);
