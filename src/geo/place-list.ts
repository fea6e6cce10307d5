/** What numbers and ZIPs resolve to; null where the data doesn't tell. */
export interface Place {
  readonly country: string;
  readonly state: string | null;
  readonly timezone: string | null;
}

/** Reads lines of `country state zone`, a dash for what is not known, into the places that tables name by number. */
export function parsePlaces(text: string): readonly Place[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [country = '', state, timezone] = line.split(' ');
      return Object.freeze({ country, state: orNull(state), timezone: orNull(timezone) });
    });
}

/** The word, or null for the dash that stands for it in generated tables. */
export function orNull(word: string | undefined): string | null {
  return word === undefined || word === '-' ? null : word;
}
