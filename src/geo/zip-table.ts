import type { LatLon } from '../domain/numbers/location.ts';
import type { Place } from './place-list.ts';

const FIVE_DIGITS = /^\d{5}$/;
const ZIPS = 100_000;

/** Not in the table; places are numbered from 1 here. */
const UNKNOWN = 0;

/** No latitude. */
const NOWHERE = 1_000_000;

const NEWLINE = 0x0a;
const SPACE = 0x20;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Where ZIPs lie: three arrays with a slot for each ZIP there can be, 1 MB. */
export class ZipTable {
  private readonly slots = new Uint16Array(ZIPS);
  /** Thousandths of a degree; NOWHERE where there is no centroid. */
  private readonly latitudes = new Int32Array(ZIPS).fill(NOWHERE);
  private readonly longitudes = new Int32Array(ZIPS).fill(NOWHERE);
  private readonly places: readonly Place[];

  /** `text` has lines of `94107 <place> <latitude> <longitude>`, thousandths of a degree; some have no coordinates. */
  constructor(text: string, places: readonly Place[]) {
    this.places = places;
    // Read digit by digit: splitting a megabyte into words takes ten times as long, at every start.
    const fields = [0, 0, 0, 0];
    let field = 0;
    let value = 0;
    let sign = 1;
    for (let at = text.charCodeAt(0) === NEWLINE ? 1 : 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === MINUS) sign = -1;
      else if (code !== SPACE && code !== NEWLINE) value = value * 10 + code - ZERO;
      else {
        fields[field++] = sign * value;
        value = 0;
        sign = 1;
        if (code === NEWLINE) {
          this.add(fields, field);
          field = 0;
        }
      }
    }
  }

  /** The place and centroid of a five-digit ZIP; undefined when unknown, or when the text is no ZIP. */
  find(zip: string): (Place & { readonly centroid: LatLon | null }) | undefined {
    if (!FIVE_DIGITS.test(zip)) return undefined;
    const index = Number(zip);
    const place = this.places[(this.slots[index] ?? UNKNOWN) - 1];
    if (!place) return undefined;
    const latitude = this.latitudes[index] ?? NOWHERE;
    const longitude = this.longitudes[index] ?? NOWHERE;
    return {
      country: place.country,
      state: place.state,
      timezone: place.timezone,
      centroid: latitude === NOWHERE ? null : { lat: latitude / 1000, lon: longitude / 1000 },
    };
  }

  private add(fields: readonly number[], count: number): void {
    const [zip = 0, place = 0, latitude = 0, longitude = 0] = fields;
    this.slots[zip] = place + 1;
    if (count < 4) return;
    this.latitudes[zip] = latitude;
    this.longitudes[zip] = longitude;
  }
}
