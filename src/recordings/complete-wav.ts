import { open } from 'node:fs/promises';

const RIFF_HEAD = 12;
const CHUNK_HEAD = 8;
/** The head of a WAV is never longer than this: format and a few notes before the sound. */
const HEAD_LIMIT = 4_096;

/** How long a WAV is. */
export interface WavLength {
  readonly sizeBytes: number;
  readonly durationMs: number;
}

/**
 * Reads how long a WAV is, and corrects its head where that is behind: a writer that was cut off has not had time to. Sizes
 * in it count from where the sound begins to where the file ends. Resolves to null for a file that is no PCM WAV.
 */
export async function completeWav(path: string): Promise<WavLength | null> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(HEAD_LIMIT, size));
    await file.read(head, 0, head.length, 0);
    const found = findSound(head);
    if (found === null) return null;
    const soundBytes = size - found.start;
    if (head.readUInt32LE(found.start - 4) !== soundBytes) {
      await file.write(uint32(soundBytes), 0, 4, found.start - 4);
      await file.write(uint32(size - CHUNK_HEAD), 0, 4, 4);
      await file.sync();
    }
    return { sizeBytes: size, durationMs: Math.floor((soundBytes * 1_000) / found.bytesPerSecond) };
  } finally {
    await file.close();
  }
}

function findSound(head: Buffer): { readonly start: number; readonly bytesPerSecond: number } | null {
  if (head.length < RIFF_HEAD || head.toString('latin1', 0, 4) !== 'RIFF') return null;
  let bytesPerSecond = 0;
  for (let at = RIFF_HEAD; at + CHUNK_HEAD <= head.length;) {
    const id = head.toString('latin1', at, at + 4);
    const length = head.readUInt32LE(at + 4);
    const start = at + CHUNK_HEAD;
    if (id === 'data') return bytesPerSecond > 0 ? { start, bytesPerSecond } : null;
    if (id === 'fmt ' && start + 12 <= head.length) bytesPerSecond = head.readUInt32LE(start + 8);
    at = start + length + (length % 2);
  }
  return null;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
