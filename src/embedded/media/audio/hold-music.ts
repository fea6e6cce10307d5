import type { AudioSource } from '../audio-port.ts';
import { amplitudeOf, ToneSource, type Tone } from './tone-source.ts';

/** A slow figure over four chords; each note its pitch in semitones above the C of 262 Hz. */
const FIGURE = [0, 7, 12, 16, 12, 7, -3, 4, 9, 12, 9, 4, -7, 5, 9, 12, 9, 5, -5, 2, 7, 11, 7, 2];
const LOWEST_C_HZ = 261.63;
const NOTE_MS = 420;
const REST_MS = 30;
/** Quiet enough to be talked over in one's own room. */
const LEVEL_DBM0 = -18;

const NOTES: readonly Tone[] = FIGURE.map((semitones) => {
  const hz = LOWEST_C_HZ * 2 ** (semitones / 12);
  return { onMs: NOTE_MS, offMs: REST_MS, hz: [hz, hz * 2], amplitude: amplitudeOf(LEVEL_DBM0), shape: 'struck' };
});

/** What is heard on hold where nobody brought music of their own: struck tones, on and on. */
export function holdMusic(): AudioSource {
  return new ToneSource(NOTES, Infinity);
}
