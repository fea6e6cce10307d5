/** Where a call's location came from, best first; `none` for toll-free and anonymous callers without a ZIP. */
export type LocationSource = 'entered' | 'publisher' | 'number' | 'none';

/** What is known of where the caller is. Stored with the call; unknown parts are null. */
export interface CallerLocation {
  readonly source: LocationSource;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  readonly state: string | null;
  readonly zip: string | null;
  /** Of the number itself, whatever the source of the rest. */
  readonly npa: string | null;
  readonly npaNxx: string | null;
  readonly timezone: string | null;
}

/** A point on the globe, degrees. */
export interface LatLon {
  readonly lat: number;
  readonly lon: number;
}

/**
 * The location data a decision may look at; implemented over generated tables in `geo/`, and by small literals in
 * tests. Pure look-ups: the same argument always gives the same answer.
 */
export interface Gazetteer {
  /** For a NANP number's NPA and NXX: country, state, zone; undefined where the number has no place (toll-free). */
  byNpaNxx(npa: string, nxx: string): { country: string; state: string | null; timezone: string | null } | undefined;
  /** For a US ZIP or Canadian postal code. */
  byZip(
    zip: string,
  ): { country: string; state: string | null; timezone: string | null; centroid: LatLon | null } | undefined;
  /** Country of an international number outside the NANP, ISO 3166-1 alpha-2. */
  byCallingCode(e164Digits: string): string | undefined;
}
