import type { Gazetteer } from '../domain/numbers/location.ts';
import { parseZip } from '../domain/numbers/zip.ts';
import { AreaCodeTable } from './area-code-table.ts';
import { AREA_CODES } from './generated/area-codes.ts';
import { CALLING_CODES } from './generated/calling-codes.ts';
import { PLACES } from './generated/places.ts';
import { POSTAL_CODES } from './generated/postal-codes.ts';
import { ZIPS } from './generated/zips.ts';
import type { ImportedAreaCodes } from './imported-area-codes.ts';
import { parsePlaces } from './place-list.ts';
import { PrefixTable } from './prefix-table.ts';
import { ZipTable } from './zip-table.ts';

/**
 * The gazetteer over the generated tables: US ZIPs and Canadian postal codes, exchanges of the North American Numbering
 * Plan, and the countries of all other numbers. Make one and keep it: it takes about 20 ms and 3 MB.
 *
 * Canadian postal codes have a province and mostly a zone, no centroid: no free source of them is known.
 *
 * @param imported area codes that overrule the tables
 */
export function createGazetteer(imported: ImportedAreaCodes = new Map()): Gazetteer {
  const places = parsePlaces(PLACES);
  const areaCodes = new AreaCodeTable(AREA_CODES, places);
  for (const [npa, place] of imported) areaCodes.put(npa, place);
  const zips = new ZipTable(ZIPS, places);
  const postalCodes = new PrefixTable(POSTAL_CODES);
  const callingCodes = new PrefixTable(CALLING_CODES);
  return {
    byNpaNxx: (npa, nxx) => areaCodes.find(npa, nxx),
    byZip: (zip) => zips.find(zip) ?? findPostalCode(postalCodes, zip),
    byCallingCode: (e164Digits) => callingCodes.find(e164Digits)?.[0] ?? undefined,
  };
}

function findPostalCode(postalCodes: PrefixTable, text: string): ReturnType<Gazetteer['byZip']> {
  const code = parseZip(text);
  const found = code === undefined ? undefined : postalCodes.find(code);
  if (!found) return undefined;
  const [state = null, timezone = null] = found;
  return { country: 'CA', state, timezone, centroid: null };
}
