/** USPS codes of the states, the District of Columbia and the forces (AA, AE, AP). */
const UNITED_STATES =
  'AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR ' +
  'PA RI SC SD TN TX UT VT VA WA WV WI WY AA AE AP';

/** Territories and associated states have a USPS code and an ISO country of the same letters: both are told of them. */
const TERRITORIES = 'AS FM GU MH MP PR PW VI';

const CANADIAN_PROVINCES = 'AB BC MB NB NL NS NT NU ON PE QC SK YT';

const COUNTRY_OF_STATE: ReadonlyMap<string, string> = new Map([
  ...UNITED_STATES.split(' ').map((state): [string, string] => [state, 'US']),
  ...TERRITORIES.split(' ').map((state): [string, string] => [state, state]),
  ...CANADIAN_PROVINCES.split(' ').map((province): [string, string] => [province, 'CA']),
]);

/**
 * The country, ISO 3166-1 alpha-2, of a US state, territory or Canadian province by its two capital letters; undefined
 * for any other text. A territory is its own country (`PR`), as its numbers are.
 */
export function countryOfState(state: string): string | undefined {
  return COUNTRY_OF_STATE.get(state);
}

/** Reads such a state as people write it, in either case (`tx` gives `TX`); undefined for any other text. */
export function parseState(text: string): string | undefined {
  const state = text.trim().toUpperCase();
  return COUNTRY_OF_STATE.has(state) ? state : undefined;
}
