import { loudness, SAMPLE_RATE, secondOfTone, shareOfTone } from './phone/tone.ts';

/** A mono WAV of 16 bit at 8 kHz: one tone, so long. */
export function toneWav(hz: number, durationMs: number): Buffer {
  const second = secondOfTone(hz);
  const samples = Math.round((SAMPLE_RATE * durationMs) / 1_000);
  const sound = Buffer.alloc(2 * samples);
  for (let at = 0; at < samples; at++) sound.writeInt16LE(second[at % SAMPLE_RATE] ?? 0, 2 * at);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + sound.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(SAMPLE_RATE, 24);
  head.writeUInt32LE(2 * SAMPLE_RATE, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(sound.length, 40);
  return Buffer.concat([head, sound]);
}

/** The samples of a WAV of 16 bit PCM, a channel each. */
export function channelsOf(wav: Buffer): readonly Int16Array[] {
  const channels = wav.readUInt16LE(22);
  const start = wav.indexOf('data', 12, 'latin1') + 8;
  const frames = Math.floor((wav.length - start) / (2 * channels));
  return Array.from({ length: channels }, (_, channel) =>
    Int16Array.from({ length: frames }, (__, frame) => wav.readInt16LE(start + 2 * (frame * channels + channel))),
  );
}

/** Frames of a tenth of a second: a step of a jitter buffer spoils one of them, and no more. */
const WINDOW = SAMPLE_RATE / 10;

/** Quieter than this nothing is said. */
const AUDIBLE = 100;

/** How much of what is heard in a recording is one tone, 0…1: the median over what is no silence; 0 for silence alone. */
export function toneIn(samples: Int16Array, hz: number): number {
  const shares: number[] = [];
  for (let at = 0; at + WINDOW <= samples.length; at += WINDOW) {
    const window = samples.subarray(at, at + WINDOW);
    if (loudness(window) > AUDIBLE) shares.push(shareOfTone(window, hz));
  }
  return shares.sort((a, b) => a - b)[Math.floor(shares.length / 2)] ?? 0;
}
