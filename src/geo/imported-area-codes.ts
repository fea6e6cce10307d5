import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { AppError } from '../domain/app-error.ts';
import { isCountry } from '../domain/numbers/countries.ts';
import { countryOfState } from '../domain/numbers/states.ts';
import { orNull, type Place } from './place-list.ts';

/** Area codes that an operator has imported, each with where it lies. */
export type ImportedAreaCodes = ReadonlyMap<string, Place>;

/** The file of a data folder that holds them. */
export function areaCodesFileIn(dataDir: string): string {
  return join(dataDir, 'area-codes.txt');
}

/**
 * The area codes imported into a data folder; none where nothing was.
 *
 * @throws AppError `invalid` where the file says something that is no place, with its line
 */
export function readImportedAreaCodes(dataDir: string): ImportedAreaCodes {
  const file = areaCodesFileIn(dataDir);
  try {
    return parseAreaCodes(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

/** Keeps them, whole or not at all, for the next start. */
export function writeImportedAreaCodes(dataDir: string, areaCodes: ImportedAreaCodes): void {
  const file = areaCodesFileIn(dataDir);
  const lines = Array.from(areaCodes)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([npa, { country, state, timezone }]) => `${npa} ${country} ${state ?? '-'} ${timezone ?? '-'}`);
  const text = `# Area codes by \`tollgate import-area-codes\`: area-code country state|- zone|-\n${lines.join('\n')}\n`;
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

function parseAreaCodes(text: string, file: string): ImportedAreaCodes {
  const areaCodes = new Map<string, Place>();
  for (const [index, line] of text.split('\n').entries()) {
    const [npa, country = '', state, zone, ...rest] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (!npa) continue;
    const place: Place = Object.freeze({ country, state: orNull(state), timezone: orNull(zone) });
    if (!/^[2-9]\d\d$/.test(npa) || !isPlace(place) || rest.length > 0) {
      const expected = 'write an area code, its country, state and time zone, as 679 US MI America/Detroit';
      throw new AppError('invalid', `${file}, line ${index + 1}: ${expected}, with - for what is not known.`);
    }
    areaCodes.set(npa, place);
  }
  return areaCodes;
}

function isPlace({ country, state, timezone }: Place): boolean {
  const stateFits = state === null || countryOfState(state) === country;
  return isCountry(country) && stateFits && (timezone === null || isZone(timezone));
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
