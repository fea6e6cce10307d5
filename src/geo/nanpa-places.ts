import { countryOfState } from '../domain/numbers/states.ts';
import { isCountry } from '../domain/numbers/countries.ts';

/** Where an area code lies, as far as NANPA's report tells: it gives zones as letters, which name none. */
export interface NanpaPlace {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Null where several share the area code, or the country has none. */
  readonly state: string | null;
}

/** Names that the report writes out, folded to letters; several states that share a code are null. */
const STATES: Readonly<Record<string, string>> = {
  ALBERTA: 'AB',
  BRITISHCOLUMBIA: 'BC',
  MANITOBA: 'MB',
  NEWBRUNSWICK: 'NB',
  NEWFOUNDLAND: 'NL',
  NEWFOUNDLANDANDLABRADOR: 'NL',
  ONTARIO: 'ON',
  QUEBEC: 'QC',
  SASKATCHEWAN: 'SK',
  AMERICANSAMOA: 'AS',
  ASAMERICANSAMOA: 'AS',
  CNMI: 'MP',
  NORTHERNMARIANAISLANDS: 'MP',
  GUAM: 'GU',
  PUERTORICO: 'PR',
  USVI: 'VI',
  USVIRGINISLANDS: 'VI',
};

const COUNTRIES: Readonly<Record<string, string>> = {
  US: 'US',
  USA: 'US',
  UNITEDSTATES: 'US',
  CANADA: 'CA',
  ANGUILLA: 'AI',
  ANTIGUA: 'AG',
  ANTIGUABARBUDA: 'AG',
  ANTIGUAANDBARBUDA: 'AG',
  BAHAMAS: 'BS',
  BARBADOS: 'BB',
  BERMUDA: 'BM',
  BRITISHVIRGINISLANDS: 'VG',
  CAYMANISLANDS: 'KY',
  DOMINICA: 'DM',
  DOMINICANREPUBLIC: 'DO',
  GRENADA: 'GD',
  JAMAICA: 'JM',
  MONTSERRAT: 'MS',
  SINTMAARTEN: 'SX',
  STKITTSNEVIS: 'KN',
  STKITTSANDNEVIS: 'KN',
  STLUCIA: 'LC',
  STVINCENT: 'VC',
  STVINCENTGRENADINES: 'VC',
  STVINCENTANDTHEGRENADINES: 'VC',
  TRINIDADTOBAGO: 'TT',
  TRINIDADANDTOBAGO: 'TT',
  TURKSCAICOSISLANDS: 'TC',
  TURKSANDCAICOSISLANDS: 'TC',
};

/**
 * Reads the report's LOCATION and COUNTRY: `CA` and `US`, `ONTARIO` and `CANADA`, `JAMAICA` twice. A state says its
 * country itself. Undefined where neither names a place.
 */
export function readNanpaPlace(location: string, country: string): NanpaPlace | undefined {
  const name = fold(location);
  const state = STATES[name] ?? (countryOfState(name) === undefined ? undefined : name);
  const stateCountry = state === undefined ? undefined : countryOfState(state);
  if (state !== undefined && stateCountry !== undefined) return { country: stateCountry, state };
  const known = readCountry(country) ?? readCountry(location);
  // Without a state the whole United States would be meant, which no area code covers.
  return known === undefined || known === 'US' ? undefined : { country: known, state: null };
}

function readCountry(text: string): string | undefined {
  const name = fold(text);
  return COUNTRIES[name] ?? (isCountry(name) ? name : undefined);
}

/** `St. Kitts & Nevis` is `STKITTSNEVIS`. */
function fold(text: string): string {
  return text.toUpperCase().replace(/[^A-Z]/g, '');
}
