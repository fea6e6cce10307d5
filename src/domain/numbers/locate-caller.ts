import type { Ani } from './e164.ts';
import type { CallerLocation, Gazetteer } from './location.ts';
import { isNonGeographic, npaNxxOf, npaOf } from './nanp.ts';
import { countryOfState, parseState } from './states.ts';
import { parseZip } from './zip.ts';

/** What a call brought along that may say where its caller is. */
export interface LocationClues {
  readonly ani: Ani;
  /** Digits the caller entered in the IVR. */
  readonly enteredZip?: string;
  readonly publisherZip?: string;
  /** Two letters, a US state or Canadian province. */
  readonly publisherState?: string;
}

type Place = Pick<CallerLocation, 'source' | 'country' | 'state' | 'zip' | 'timezone'>;

const NOWHERE: Place = { source: 'none', country: null, state: null, zip: null, timezone: null };

/**
 * Where the caller is, by the best source there is: the ZIP they entered, what the publisher supplied, the number's
 * NPA-NXX or country. Sources are never mixed: a ZIP the gazetteer doesn't know is still the caller's ZIP, of unknown
 * state, and the number isn't asked. A ZIP that is none (`9410`) is as if it had not been given.
 *
 * `npa` and `npaNxx` are the number's own, whatever the source.
 */
export function locateCaller(clues: LocationClues, gazetteer: Gazetteer): CallerLocation {
  const place = fromEntry(clues, gazetteer) ?? fromPublisher(clues, gazetteer) ?? fromNumber(clues.ani, gazetteer);
  return {
    source: place.source,
    country: place.country,
    state: place.state,
    zip: place.zip,
    npa: npaOf(clues.ani),
    npaNxx: npaNxxOf(clues.ani),
    timezone: place.timezone,
  };
}

function fromEntry({ enteredZip }: LocationClues, gazetteer: Gazetteer): Place | undefined {
  const zip = enteredZip === undefined ? undefined : parseZip(enteredZip);
  return zip === undefined ? undefined : { source: 'entered', ...placeOfZip(zip, gazetteer) };
}

/** The publisher's state stands where their ZIP is missing or tells none; where both tell, the ZIP is the finer. */
function fromPublisher({ publisherZip, publisherState }: LocationClues, gazetteer: Gazetteer): Place | undefined {
  const zip = publisherZip === undefined ? undefined : parseZip(publisherZip);
  const state = publisherState === undefined ? undefined : parseState(publisherState);
  const country = state === undefined ? undefined : countryOfState(state);
  const ofZip = zip === undefined ? undefined : placeOfZip(zip, gazetteer);
  if (ofZip && (ofZip.state !== null || country === undefined)) return { source: 'publisher', ...ofZip };
  if (state === undefined || country === undefined) return undefined;
  return { source: 'publisher', country, state, zip: zip ?? null, timezone: ofZip?.timezone ?? null };
}

function placeOfZip(zip: string, gazetteer: Gazetteer): Omit<Place, 'source'> {
  const found = gazetteer.byZip(zip);
  return { country: found?.country ?? null, state: found?.state ?? null, zip, timezone: found?.timezone ?? null };
}

/** Toll-free and other non-geographic numbers have no place, nor have callers without a number. */
function fromNumber(ani: Ani, gazetteer: Gazetteer): Place {
  if (ani === 'anonymous') return NOWHERE;
  const npa = npaOf(ani);
  if (npa === null) {
    const country = gazetteer.byCallingCode(ani.slice(1));
    return country === undefined ? NOWHERE : { ...NOWHERE, source: 'number', country };
  }
  const found = isNonGeographic(npa) ? undefined : gazetteer.byNpaNxx(npa, ani.slice(5, 8));
  return found === undefined
    ? NOWHERE
    : { source: 'number', country: found.country, state: found.state, zip: null, timezone: found.timezone };
}
