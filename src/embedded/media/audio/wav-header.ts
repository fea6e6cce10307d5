import type { FileHandle } from 'node:fs/promises';
import { SAMPLE_RATE } from './audio-format.ts';
import { readWavFormat, WavError, type WavFormat } from './wav-format.ts';

/** Length of the header written here: RIFF, `fmt ` and the head of `data`. */
export const WAV_HEADER_BYTES = 44;

const CHUNK_HEAD_BYTES = 8;
/** More chunks than this before the audio is no file anyone made. */
const MAX_CHUNKS = 100;
const MAX_FORMAT_BYTES = 1024;
/** Written by programs that don't know the length yet. */
const UNKNOWN_LENGTH = 0xffff_ffff;

/** Where the audio of a WAV file is, and how it is coded. */
export interface WavLayout {
  readonly format: WavFormat;
  readonly dataStart: number;
  readonly dataEnd: number;
}

/**
 * The header of 8 kHz PCM with so many bytes of audio behind it. Written anew each time more has reached the disk, it is
 * right of what is before it at every moment, so that any player takes a file that was never finished.
 */
export function wavHeader(channels: 1 | 2, dataBytes: number): Buffer {
  const frameBytes = channels * 2;
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(WAV_HEADER_BYTES - CHUNK_HEAD_BYTES + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * frameBytes, 28);
  header.writeUInt16LE(frameBytes, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/**
 * Finds format and audio of an open WAV file, whatever other chunks stand between. A file that says more than it holds,
 * or doesn't know, plays to its end.
 * @throws {WavError} for what is no WAV file or none that can be played.
 */
export async function readWavHeader(handle: FileHandle): Promise<WavLayout> {
  const { size } = await handle.stat();
  const head = await readAt(handle, 0, 12);
  const isWav = head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WAVE';
  if (!isWav) throw new WavError('it is no WAV file: convert it, e.g. to PCM 16 bit at 8000 Hz');
  let format: WavFormat | null = null;
  let at = head.length;
  for (let chunks = 0; chunks < MAX_CHUNKS; chunks += 1) {
    const chunk = await readAt(handle, at, CHUNK_HEAD_BYTES);
    if (chunk.length < CHUNK_HEAD_BYTES) break;
    const name = chunk.toString('latin1', 0, 4);
    const length = chunk.readUInt32LE(4);
    const start = at + CHUNK_HEAD_BYTES;
    if (name === 'data') {
      if (format === null) throw new WavError('its audio comes before its "fmt " chunk');
      const dataEnd = length === UNKNOWN_LENGTH ? size : Math.min(size, start + length);
      return { format, dataStart: start, dataEnd };
    }
    if (name === 'fmt ') format = readWavFormat(await readAt(handle, start, Math.min(length, MAX_FORMAT_BYTES)));
    // Chunks begin at even places.
    at = start + length + (length % 2);
  }
  throw new WavError(format === null ? 'it has no "fmt " chunk' : 'it has no audio ("data" chunk)');
}

/** Reads so many bytes, fewer only where the file ends. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
