/** How libphonenumber names states where it gives no town, and what that tells of country and state. */
const STATE_NAMES =
  'Alabama AL,Alaska AK,Arizona AZ,Arkansas AR,California CA,Colorado CO,Connecticut CT,Delaware DE,Washington D.C. DC,' +
  'Florida FL,Georgia GA,Hawaii HI,Idaho ID,Illinois IL,Indiana IN,Iowa IA,Kansas KS,Kentucky KY,Louisiana LA,Maine ME,' +
  'Maryland MD,Massachusetts MA,Michigan MI,Minnesota MN,Mississippi MS,Missouri MO,Montana MT,Nebraska NE,Nevada NV,' +
  'New Hampshire NH,New Jersey NJ,New Mexico NM,New York NY,North Carolina NC,North Dakota ND,Ohio OH,Oklahoma OK,' +
  'Oregon OR,Pennsylvania PA,Rhode Island RI,South Carolina SC,South Dakota SD,Tennessee TN,Texas TX,Utah UT,Vermont VT,' +
  'Virginia VA,Washington State WA,West Virginia WV,Wisconsin WI,Wyoming WY,' +
  'Alberta AB,British Columbia BC,British Colombia BC,Manitoba MB,New Brunswick NB,Newfoundland and Labrador NL,' +
  'Ontario ON,Quebec QC,Saskatchewan SK';

const CODE_OF_NAME: ReadonlyMap<string, string> = new Map(
  STATE_NAMES.split(',').map((line) => [line.slice(0, -3), line.slice(-2)]),
);

/** Provinces that share an area code: the country is known, the province is not. */
const SHARED = new Set(['Nova Scotia/Prince Edward Island', 'Northwest Territories/Nunavut/Yukon']);

/** What a description such as `Flagstaff, AZ`, `Arizona` or `Nova Scotia/Prince Edward Island` says. */
export function readDescription(text: string): { town: string | null; state: string | null } | undefined {
  const [, town, code] = /^(.+), ([A-Z]{2})$/.exec(text) ?? [];
  if (town !== undefined && code !== undefined) return { town, state: code };
  if (SHARED.has(text)) return { town: null, state: null };
  const state = CODE_OF_NAME.get(text);
  return state === undefined ? undefined : { town: null, state };
}
