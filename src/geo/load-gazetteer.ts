import type { Gazetteer } from '../domain/numbers/location.ts';
import { createGazetteer } from './gazetteer.ts';
import { readImportedAreaCodes } from './imported-area-codes.ts';

/**
 * The gazetteer over the generated tables and what was imported into a data folder.
 *
 * @throws AppError `invalid` where the file of imported area codes can't be understood
 */
export function loadGazetteer(dataDir: string): Gazetteer {
  return createGazetteer(readImportedAreaCodes(dataDir));
}
