import { amplitudeOf, ToneSource, type Tone } from './tone-source.ts';

/** All digits there are, in the order of their RFC 4733 event numbers (§3.2). */
export const DIGITS = '0123456789*#ABCD';

const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];
const KEYPAD = '123A456B789C*0#D';

/** Of each of a digit's two tones: well above the −25 dBm0 every receiver hears (Q.24), without clipping. */
const LEVEL_DBM0 = -8;

/** A digit as a pair of tones (Q.23) and a pause, to be heard by who takes no telephone-events. */
export function digitTone(digit: string, onMs: number, offMs: number): ToneSource {
  const key = KEYPAD.indexOf(digit);
  const hz = [ROWS_HZ[key >> 2]!, COLUMNS_HZ[key & 3]!];
  const tone: Tone = { onMs, offMs, hz, amplitude: amplitudeOf(LEVEL_DBM0), shape: 'flat' };
  return new ToneSource([tone]);
}
