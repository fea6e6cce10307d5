import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import type { CallId, RecordingId } from '../domain/ids.ts';
import type { EpochMs } from '../domain/time.ts';
import type { RecordingRegister, RegisteredRecording } from './ports/recording-register.ts';
import { RecordingFiles } from './recording-files.ts';

const NOW = Date.parse('2026-11-21T15:00:00.000Z') as EpochMs;
const CALL = 'call_1' as CallId;
const RECORDING = 'rec_1' as RecordingId;

/** A register in memory; `named` are the recordings that settled records name. */
class MemoryRegister implements RecordingRegister {
  readonly kept = new Map<CallId, RegisteredRecording>();
  readonly named = new Map<CallId, RecordingId | null>();
  readonly erased = new Set<CallId>();

  keep(recording: Omit<RegisteredRecording, 'deletedAt'>): Promise<boolean> {
    if (this.erased.has(recording.callId)) return Promise.resolve(false);
    this.kept.set(recording.callId, { ...recording, deletedAt: null });
    return Promise.resolve(true);
  }

  find(callId: CallId): RegisteredRecording | undefined {
    return this.kept.get(callId);
  }

  remove(callId: CallId): Promise<RegisteredRecording | undefined> {
    const recording = this.kept.get(callId);
    if (recording === undefined || recording.deletedAt !== null) return Promise.resolve(undefined);
    this.kept.set(callId, { ...recording, deletedAt: NOW });
    return Promise.resolve(recording);
  }

  expired(): readonly RegisteredRecording[] {
    return [...this.kept.values()].filter(({ deletedAt }) => deletedAt === null);
  }

  isNamed(callId: CallId, id: RecordingId): boolean | undefined {
    return this.named.has(callId) ? this.named.get(callId) === id : undefined;
  }
}

/** Stereo, 8 kHz, 16 bit, so many milliseconds of it; its head says `claimedMs`. */
function wav(actualMs: number, claimedMs = actualMs): Buffer {
  const bytesPerSecond = 8_000 * 4;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(2, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(bytesPerSecond, 28);
  head.writeUInt16LE(4, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  const claimed = (bytesPerSecond * claimedMs) / 1_000;
  head.writeUInt32LE(claimed, 40);
  head.writeUInt32LE(36 + claimed, 4);
  return Buffer.concat([head, Buffer.alloc((bytesPerSecond * actualMs) / 1_000)]);
}

function setUp() {
  const dataDir = temporaryFolder();
  const register = new MemoryRegister();
  const troubles: string[] = [];
  const files = new RecordingFiles({ dataDir, register, onTrouble: (callId) => troubles.push(callId) });
  return { dataDir, register, files, troubles };
}

describe('a recording', () => {
  test('lies in the folder of its day, under the name of its call', async () => {
    const { dataDir, files } = setUp();
    const begun = await files.begin(CALL, NOW);
    expect(begun).toEqual({ recordingId: RECORDING, path: join(dataDir, 'recordings/2026/11/21/call_1.wav') });
    expect(existsSync(dirname(begun.path))).toBe(true);
  });

  test('that is complete is registered with size and length', async () => {
    const { register, files } = setUp();
    const begun = await files.begin(CALL, NOW);
    writeFileSync(begun.path, wav(1_500));
    await files.finish(CALL, begun);
    expect(register.find(CALL)).toMatchObject({
      id: RECORDING,
      path: 'recordings/2026/11/21/call_1.wav',
      durationMs: 1_500,
      sizeBytes: 44 + 48_000,
    });
    expect(files.fileOf(CALL)).toMatchObject({ path: begun.path, durationMs: 1_500 });
  });

  test('whose writer was cut off gets the head that fits it', async () => {
    const { files } = setUp();
    const begun = await files.begin(CALL, NOW);
    writeFileSync(begun.path, wav(2_000, 0));
    await files.finish(CALL, begun);
    expect(readFileSync(begun.path)).toEqual(wav(2_000));
  });

  test.each([
    ['empty', Buffer.alloc(0)],
    ['of text', Buffer.from('no sound at all')],
    ['without its sound', wav(0).subarray(0, 30)],
  ])('that is %s is no recording', async (_what, bytes) => {
    const { files, register } = setUp();
    const begun = await files.begin(CALL, NOW);
    writeFileSync(begun.path, bytes);
    await expect(files.finish(CALL, begun)).rejects.toThrow('no WAV');
    expect(register.kept.size).toBe(0);
  });

  test('that is deleted is gone, once', async () => {
    const { files } = setUp();
    const begun = await files.begin(CALL, NOW);
    writeFileSync(begun.path, wav(100));
    await files.finish(CALL, begun);
    expect([await files.remove(CALL), await files.remove(CALL)]).toEqual([true, false]);
    expect(existsSync(begun.path)).toBe(false);
    expect(files.fileOf(CALL)).toBeUndefined();
  });

  test('whose file is not there is none to listen to, and can be deleted all the same', async () => {
    const { files } = setUp();
    const begun = await files.begin(CALL, NOW);
    writeFileSync(begun.path, wav(100));
    await files.finish(CALL, begun);
    rmSync(begun.path);
    expect(files.fileOf(CALL)).toBeUndefined();
    expect(await files.remove(CALL)).toBe(true);
  });

  test('of a caller who was erased meanwhile does not stay', async () => {
    const { files, register } = setUp();
    const begun = await files.begin(CALL, NOW);
    writeFileSync(begun.path, wav(100));
    register.erased.add(CALL);
    await files.finish(CALL, begun);
    expect([existsSync(begun.path), register.kept.size]).toEqual([false, 0]);
  });

  test('of a call that is erased goes, whether it was registered or not', async () => {
    const { files, register, dataDir } = setUp();
    const begun = await files.begin(CALL, NOW);
    writeFileSync(begun.path, wav(100));
    await files.removeFiles({ callId: CALL, receivedAt: NOW });
    expect(existsSync(begun.path)).toBe(false);
    writeFileSync(join(dataDir, 'recordings/elsewhere.wav'), wav(100));
    await register.keep({ id: RECORDING, callId: CALL, path: 'recordings/elsewhere.wav', sizeBytes: 1, durationMs: 1 });
    await files.removeFiles({ callId: CALL, receivedAt: NOW });
    expect(existsSync(join(dataDir, 'recordings/elsewhere.wav'))).toBe(false);
  });

  test('that can not be deleted is told, with what to do', async () => {
    const { files, dataDir } = setUp();
    mkdirSync(join(dataDir, 'recordings/2026/11/21/call_1.wav'), { recursive: true });
    await expect(files.removeFiles({ callId: CALL, receivedAt: NOW })).rejects.toThrow(
      'The recording recordings/2026/11/21/call_1.wav can not be deleted: mend the permissions',
    );
  });

  test('that has expired is deleted, and one that can’t be keeps no other', async () => {
    const { files, register, dataDir, troubles } = setUp();
    for (const name of ['call_1', 'call_2'] as CallId[]) {
      const begun = await files.begin(name, NOW);
      writeFileSync(begun.path, wav(100));
      await files.finish(name, begun);
    }
    // A folder in the place of the first: it can't be removed as a file.
    register.kept.set(CALL, { ...register.kept.get(CALL)!, path: 'recordings' });
    expect(await files.removeExpired()).toBe(1);
    expect(troubles).toEqual(['call_1']);
    // It is tried again at the next look.
    expect(register.expired().map(({ callId }) => callId)).toEqual(['call_1']);
    expect(existsSync(join(dataDir, 'recordings/2026/11/21/call_2.wav'))).toBe(false);
  });
});

describe('after a crash', () => {
  test('a file that its record names is completed, and one that none names is taken away', async () => {
    const { dataDir, register, files, troubles } = setUp();
    const folder = join(dataDir, 'recordings/2026/11/20');
    mkdirSync(folder, { recursive: true });
    for (const name of ['call_1', 'call_2', 'call_3']) writeFileSync(join(folder, `${name}.wav`), wav(1_000, 0));
    register.named.set(CALL, RECORDING);
    register.named.set('call_2' as CallId, null);
    await files.takeUp(NOW);
    expect([...register.kept.keys()]).toEqual([CALL]);
    expect(register.kept.get(CALL)).toMatchObject({ durationMs: 1_000 });
    expect(['call_1', 'call_2', 'call_3'].map((name) => existsSync(join(folder, `${name}.wav`)))).toEqual([
      true,
      false,
      false,
    ]);
    expect(troubles).toEqual([]);
  });

  test('there may be nothing to take up', async () => {
    const { files, register } = setUp();
    await files.takeUp(NOW);
    expect(register.kept.size).toBe(0);
  });
});
