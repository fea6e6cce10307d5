import { countryOfState } from '../numbers/states.ts';
import { foldZip } from '../numbers/zip.ts';
import type { AreaEntry } from '../plan/area.ts';

/**
 * Whether an exclude entry surely shuts out every caller whom an include entry takes in: whatever is known of a caller
 * that makes the one match makes the other match too. False where that can't be told from the two entries alone: which
 * area codes lie in a state changes, and a caller's ZIP needn't be in the state of their number.
 */
export function shutsOut(exclude: AreaEntry, include: AreaEntry): boolean {
  if ('country' in exclude) return countryOf(include) === exclude.country.toUpperCase();
  if ('state' in exclude) return 'state' in include && fold(include.state) === fold(exclude.state);
  if ('zip' in exclude) return 'zip' in include && foldZip(include.zip) === foldZip(exclude.zip);
  if ('zipPrefix' in exclude) return zipStartOf(include)?.startsWith(foldZip(exclude.zipPrefix)) ?? false;
  if ('radius' in exclude) return holdsCircle(exclude, include);
  return numberStartOf(include)?.startsWith(numberStartOf(exclude) ?? '+') ?? false;
}

/** The country that a caller is in whom the entry matches by where they are. */
function countryOf(entry: AreaEntry): string | undefined {
  if ('country' in entry) return fold(entry.country);
  return 'state' in entry ? countryOfState(fold(entry.state)) : undefined;
}

function zipStartOf(entry: AreaEntry): string | undefined {
  if ('zip' in entry) return foldZip(entry.zip);
  return 'zipPrefix' in entry ? foldZip(entry.zipPrefix) : undefined;
}

/** How the numbers begin that the entry matches by the number itself. */
function numberStartOf(entry: AreaEntry): string | undefined {
  if ('npa' in entry) return `+1${entry.npa}`;
  if ('npaNxx' in entry) return `+1${entry.npaNxx}`;
  return 'prefix' in entry ? entry.prefix : undefined;
}

function holdsCircle({ radius }: Extract<AreaEntry, { radius: unknown }>, include: AreaEntry): boolean {
  if (!('radius' in include)) return false;
  return foldZip(include.radius.zip) === foldZip(radius.zip) && include.radius.miles <= radius.miles;
}

function fold(text: string): string {
  return text.toUpperCase();
}
