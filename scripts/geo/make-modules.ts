import { PlaceList } from './place-list.ts';
import { readAreaCodes } from './read-area-codes.ts';
import { readTable } from './read-table.ts';
import { readZips } from './read-zips.ts';
import { writeAreaCodes, writeModule, writePrefixes, writeZips } from './write-tables.ts';

/** The files of `src/geo/generated/` by name, made anew. The same input gives the same bytes. */
export function makeModules(): ReadonlyMap<string, string> {
  const zips = readZips();
  const areaCodes = readAreaCodes(zips);
  const places = new PlaceList();
  return new Map([
    ['zips.ts', writeModule('ZIPS', writeZips(zips, places))],
    ['area-codes.ts', writeModule('AREA_CODES', writeAreaCodes(areaCodes, places))],
    ['postal-codes.ts', writeModule('POSTAL_CODES', writePrefixes(readTable('canadian-postal-codes.txt')))],
    ['calling-codes.ts', writeModule('CALLING_CODES', writePrefixes(readTable('calling-codes.txt')))],
    // Last: the tables above fill it.
    ['places.ts', writeModule('PLACES', places.toText())],
  ]);
}
