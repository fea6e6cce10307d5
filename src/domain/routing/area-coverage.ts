import type { CallerLocation, Gazetteer, LatLon } from '../numbers/location.ts';
import { countryOfState } from '../numbers/states.ts';
import { foldZip } from '../numbers/zip.ts';
import type { AreaId } from '../ids.ts';
import type { Area, AreaEntry } from '../plan/area.ts';
import { compileArea, matchArea } from './area.ts';
import { squaredChord, squaredChordOfMiles, toUnitVector, type UnitVector } from './area-radius.ts';

type Circle = Extract<AreaEntry, { radius: unknown }>['radius'];

/** More circles than anybody draws by hand are taken to serve somebody: each is held against every ZIP. */
const MOST_CIRCLES = 200;

/**
 * Whether nobody is left of those whom an area takes in: each include entry is shut out by an exclude of the same or a
 * wider kind, or covers only ZIPs that are all excluded, by whatever kind of entry, where the gazetteer knows them to be.
 * False where it can't be told: which area codes lie in a state changes, and a caller's ZIP needn't be in the state of
 * their number.
 *
 * @param area entries that are right each on their own
 */
export function servesNobody({ include, exclude }: Pick<Area, 'include' | 'exclude'>, gazetteer: Gazetteer): boolean {
  if (include.length === 0 || exclude.length === 0) return false;
  if (include.filter((entry) => 'radius' in entry).length > MOST_CIRCLES) return false;
  const zips = new ZipsLeft(exclude, gazetteer);
  return include.every((entry) => zips.isShutOut(entry) || exclude.some((other) => shutsOut(other, entry)));
}

/** The ZIPs that an exclude list leaves; found when first asked for. */
class ZipsLeft {
  readonly #isOut: (zip: string) => boolean;
  readonly #gazetteer: Gazetteer;
  /** By the beginning of US ZIPs. */
  readonly #known = new Map<string, boolean>();
  #points: readonly UnitVector[] | undefined;

  constructor(exclude: readonly AreaEntry[], gazetteer: Gazetteer) {
    const everyone: Area = { id: '' as AreaId, name: '', include: [], exclude, acceptInferred: true };
    const area = compileArea(everyone, gazetteer);
    this.#gazetteer = gazetteer;
    // The number of whoever has entered a ZIP can be any: it shuts nobody out for sure.
    this.#isOut = (zip) => matchArea(area, 'anonymous', enteredAt(zip, gazetteer), gazetteer).result === 'out';
  }

  /** Whether all ZIPs that the entry covers are excluded; false for entries that go by other things. */
  isShutOut(entry: AreaEntry): boolean {
    if ('zip' in entry) return this.#isOut(foldZip(entry.zip));
    if ('zipPrefix' in entry) return this.#hasNoneUnder(foldZip(entry.zipPrefix));
    return 'radius' in entry && this.#hasNoneIn(entry.radius);
  }

  /** Only ZIPs that are in use count; where none is, as of Canadian postal codes, too little is known. */
  #hasNoneUnder(prefix: string): boolean {
    if (!/^\d/.test(prefix)) return false;
    const told = this.#known.get(prefix);
    if (told !== undefined) return told;
    const inUse = zipsUnder(prefix).filter((zip) => this.#gazetteer.byZip(zip) !== undefined);
    const answer = inUse.length > 0 && inUse.every(this.#isOut);
    this.#known.set(prefix, answer);
    return answer;
  }

  #hasNoneIn({ zip, miles }: Circle): boolean {
    const centroid = this.#gazetteer.byZip(foldZip(zip))?.centroid;
    if (!centroid || !this.#isOut(foldZip(zip))) return false;
    const centre = toUnitVector(centroid);
    const limit = squaredChordOfMiles(miles);
    this.#points ??= this.#pointsLeft();
    return !this.#points.some((point) => squaredChord(centre, point) <= limit);
  }

  #pointsLeft(): readonly UnitVector[] {
    return zipsUnder('').flatMap((zip) => {
      const centroid: LatLon | null = this.#gazetteer.byZip(zip)?.centroid ?? null;
      return centroid === null || this.#isOut(zip) ? [] : [toUnitVector(centroid)];
    });
  }
}

function enteredAt(zip: string, gazetteer: Gazetteer): CallerLocation {
  const place = gazetteer.byZip(zip);
  const { country = null, state = null, timezone = null } = place ?? {};
  return { source: 'entered', country, state, zip, timezone, npa: null, npaNxx: null };
}

/** Every US ZIP there can be that begins so. */
function zipsUnder(prefix: string): string[] {
  const open = 5 - prefix.length;
  return Array.from({ length: 10 ** open }, (_, rest) => prefix + (open === 0 ? '' : String(rest).padStart(open, '0')));
}

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
