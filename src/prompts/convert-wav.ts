import { setImmediate } from 'node:timers/promises';

import { ByteReader } from './byte-reader.ts';
import { decodeSamples, frameBytes, type Samples } from './decode-samples.ts';
import { readWavHead } from './read-wav-head.ts';
import { refuseWav } from './refuse-wav.ts';
import { Resampler, TELEPHONE_RATE_HZ } from './resampler.ts';
import type { WavFormat } from './wav-format.ts';
import { toPcm16, writeWav } from './write-wav.ts';

/** Longest prompt. */
const MAX_SECONDS = 300;

/** Most bytes converted at once. Then other work has its turn: calls are going on in the same thread. */
const PIECE_BYTES = 16_384;

/** A prompt as telephones play it. */
export interface ConvertedWav {
  /** A whole WAV file: 8 kHz, mono, 16 bit. */
  readonly wav: Buffer;
  readonly durationMs: number;
}

/**
 * Makes a prompt of a WAV file that comes in pieces: PCM of 8, 16, 24 or 32 bits, 32-bit float, µ-law or A-law, one or two
 * channels, 8 to 96 kHz, up to five minutes. It is made as it comes, so that only the outcome is ever held. Reads no
 * further than the last sample.
 *
 * @throws AppError `invalid` with path `/file`, saying what is wrong with the file and how to mend it
 */
export async function convertWav(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ConvertedWav> {
  const bytes = new ByteReader(pieces);
  const { format, dataBytes } = await readWavHead(bytes);
  if (dataBytes !== null) checkLength(dataBytes, format);
  const resampler = new Resampler(format.rateHz);
  const pcm: Buffer[] = [];
  let count = 0;
  for await (const samples of readSamples(bytes, format, dataBytes)) {
    count += samples.length;
    checkLength(count * frameBytes(format), format);
    pcm.push(toPcm16(resampler.push(samples)));
    await setImmediate();
  }
  if (count === 0) throw refuseWav('It has no audio in it: its length is nothing.');
  pcm.push(toPcm16(resampler.finish()));
  const wav = writeWav(pcm);
  const samplesOut = pcm.reduce((sum, { length }) => sum + length / 2, 0);
  return { wav, durationMs: Math.round((samplesOut * 1_000) / TELEPHONE_RATE_HZ) };
}

function checkLength(dataBytes: number, format: WavFormat): void {
  if (dataBytes <= MAX_SECONDS * format.rateHz * frameBytes(format)) return;
  throw refuseWav('It lasts more than five minutes, which is the most for a prompt: make it shorter.');
}

/** Whole frames, as they come; what is left of one at the end is no sample. */
async function* readSamples(bytes: ByteReader, format: WavFormat, dataBytes: number | null): AsyncGenerator<Samples> {
  const frame = frameBytes(format);
  let left = dataBytes ?? Number.POSITIVE_INFINITY;
  let partial = new Uint8Array(0);
  while (left > 0) {
    const piece = await bytes.some(Math.min(left, PIECE_BYTES));
    if (piece === undefined) {
      if (dataBytes === null) return;
      throw refuseWav(
        `It is cut off: of ${dataBytes} bytes of audio that it announces, ${dataBytes - left} are there.`,
      );
    }
    left -= piece.length;
    const joined = partial.length === 0 ? piece : Buffer.concat([partial, piece]);
    const whole = joined.length - (joined.length % frame);
    partial = Uint8Array.from(joined.subarray(whole));
    if (whole > 0) yield decodeSamples(joined.subarray(0, whole), format);
  }
}
