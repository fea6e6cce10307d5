import type { AudioSource } from '../audio-port.ts';
import { amplitudeOf, ToneSource, type Tone } from './tone-source.ts';

/** A tone's level where the script names none, in dBm0. */
const DEFAULT_DBM0 = -7;
const MAX_MS = 3_600_000;
const MAX_LOOPS = 1_000_000;
/** A telephone carries no more. */
const MAX_HZ = 4000;

/** A tone script that can't be played; says which part, and how to write it. */
export class ToneScriptError extends Error {
  override readonly name = 'ToneScriptError';
}

/**
 * Reads a tone script as FreeSWITCH's `tone_stream://` has it (TGML): segments `%(on ms, off ms, hz, …)`, `v=` the level
 * in dB of those that follow, `l=` (or `L=`) how often each of those that follow is played, and `loops=` how often all
 * of it, -1 for ever. Parts are divided by `;`, which may be left out after a segment.
 * @throws {ToneScriptError} for any other part.
 */
export function toneStream(script: string): AudioSource {
  const tones: Tone[] = [];
  let amplitude = amplitudeOf(DEFAULT_DBM0);
  let repeats = 1;
  let rounds = 1;
  for (const part of partsOf(script)) {
    const [, name, value = ''] = /^(v|l|L|loops)=(.*)$/.exec(part) ?? [];
    if (name === undefined) tones.push(...Array.from({ length: repeats }, () => readSegment(part, amplitude)));
    else if (name === 'v') amplitude = amplitudeOf(numberIn(value, -63, 3, part));
    else if (name === 'loops') rounds = value.trim() === '-1' ? Infinity : wholeIn(value, 1, MAX_LOOPS, part);
    else repeats = wholeIn(value, 1, 100, part);
  }
  if (tones.length === 0)
    throw new ToneScriptError(`${JSON.stringify(script)} has no tone: write e.g. %(2000,4000,440,480)`);
  return new ToneSource(tones, rounds);
}

function partsOf(script: string): string[] {
  return script
    .replaceAll(')', ');')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function readSegment(part: string, amplitude: number): Tone {
  const inside = /^%\(([^()]*)\)$/.exec(part)?.[1];
  if (inside === undefined) {
    throw new ToneScriptError(`${JSON.stringify(part)} is not understood: use %(on,off,hz,…), v=, l= and loops=`);
  }
  const [on = '', off = '', ...hz] = inside.split(',');
  return {
    onMs: numberIn(on, 0, MAX_MS, part),
    offMs: numberIn(off, 0, MAX_MS, part),
    hz: hz.map((one) => numberIn(one, 0, MAX_HZ, part)),
    amplitude,
    shape: 'flat',
  };
}

function numberIn(text: string, least: number, most: number, part: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= least && value <= most)) {
    throw new ToneScriptError(
      `in ${JSON.stringify(part)}, ${JSON.stringify(text)} is no number within ${least}…${most}`,
    );
  }
  return value;
}

function wholeIn(text: string, least: number, most: number, part: string): number {
  const value = numberIn(text, least, most, part);
  if (!Number.isInteger(value)) throw new ToneScriptError(`in ${JSON.stringify(part)}, ${text} is no whole number`);
  return value;
}
