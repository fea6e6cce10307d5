import type { ByteReader } from './byte-reader.ts';
import { refuseWav } from './refuse-wav.ts';
import { readFormat, type WavFormat } from './wav-format.ts';

/** What comes before a WAV file's samples. */
export interface WavHead {
  readonly format: WavFormat;
  /** Of the samples; null where the file was written without knowing: they then go on to its end. */
  readonly dataBytes: number | null;
}

/** A `fmt ` chunk has 16, 18 or 40 bytes; more than this is none. */
const MAX_FORMAT_BYTES = 1_024;

/** What programs write for the size of what they stream. */
const UNKNOWN_SIZE = 0xffff_ffff;

/** How files begin that are often taken for WAV. */
const OTHERS: readonly (readonly [start: RegExp, name: string])[] = [
  [/^ID3|^\xff[\xe2-\xff]/, 'an MP3 file'],
  [/^OggS/, 'an Ogg file'],
  [/^fLaC/, 'a FLAC file'],
  [/^....ftyp/s, 'an MP4 or M4A file'],
  [/^FORM/, 'an AIFF file'],
  [/^caff/, 'a Core Audio file'],
  [/^RIFX/, 'a WAV file of the big-endian kind'],
  [/^RF64|^BW64/, 'a WAV file of the 64-bit kind'],
  [/^\.snd/, 'an AU file'],
];

/**
 * Reads up to the first sample: a RIFF file of the form WAVE, with its chunks in any order but `fmt ` before `data`.
 *
 * @throws AppError `invalid` for what is no such file, or says nothing of its format
 */
export async function readWavHead(bytes: ByteReader): Promise<WavHead> {
  checkRiff(await bytes.upTo(12));
  for (let format: WavFormat | null = null; ;) {
    const header = await bytes.upTo(8);
    if (header.length < 8)
      throw refuseWav(`It ends before its ${format === null ? 'format' : 'audio'}: it is cut off.`);
    const name = latin1(header.subarray(0, 4));
    const size = new DataView(header.buffer, header.byteOffset).getUint32(4, true);
    if (name === 'data') {
      if (format === null) throw refuseWav('Its audio comes before its format: export it anew as WAV.');
      return { format, dataBytes: size === UNKNOWN_SIZE ? null : size };
    }
    if (name === 'fmt ' && size <= MAX_FORMAT_BYTES) format = readFormat(await bytes.upTo(size));
    else await bytes.skip(size);
    // Chunks begin at even places.
    await bytes.skip(size % 2);
  }
}

function checkRiff(start: Uint8Array): void {
  if (start.length === 0) throw refuseWav('The file is empty: choose a WAV file.');
  const text = latin1(start);
  if (text.startsWith('RIFF') && start.length === 12) {
    const form = text.slice(8);
    if (form === 'WAVE') return;
    throw refuseWav(`It is a RIFF file of another form than WAVE: export it as WAV.`);
  }
  const other = OTHERS.find(([pattern]) => pattern.test(text))?.[1];
  throw refuseWav(`It is ${other ?? 'no WAV file, which begins with RIFF'}: export it as WAV, PCM, 16 bit.`);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
