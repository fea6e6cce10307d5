import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BegunRecording, Recordings } from '../calls/ports/recordings.ts';
import { AppError } from '../domain/app-error.ts';
import type { CallId, RecordingId } from '../domain/ids.ts';
import { ID_PREFIX } from '../domain/ids.ts';
import { toIso, type EpochMs } from '../domain/time.ts';
import { completeWav } from './complete-wav.ts';
import type { RecordingRegister } from './ports/recording-register.ts';

const FOLDER = 'recordings';

/** So long the product may have been away after a crash, in days, and its recordings are still completed. */
const DAYS_LOOKED_AT = 31;

/** Expired recordings deleted in one go; the rest follow at the next. */
const AT_ONCE = 500;

/** What recordings need of the rest. */
export interface RecordingFilesOptions {
  /** Absolute. */
  readonly dataDir: string;
  readonly register: RecordingRegister;
  /** A file is not what it should be, or can't be removed; nothing else suffers. */
  readonly onTrouble: (callId: string, error: unknown) => void;
}

/** Recordings as files: `recordings/2026/11/21/call_….wav`, the day being that of receipt, in UTC. */
export class RecordingFiles implements Recordings {
  readonly #dataDir: string;
  readonly #register: RecordingRegister;
  readonly #onTrouble: RecordingFilesOptions['onTrouble'];

  constructor({ dataDir, register, onTrouble }: RecordingFilesOptions) {
    this.#dataDir = dataDir;
    this.#register = register;
    this.#onTrouble = onTrouble;
  }

  async begin(callId: CallId, at: EpochMs): Promise<BegunRecording> {
    const path = join(this.#dataDir, FOLDER, fileNameOf(callId, at));
    await mkdir(dirname(path), { recursive: true });
    return { recordingId: recordingIdOf(callId), path };
  }

  async finish(callId: CallId, { recordingId, path }: BegunRecording): Promise<void> {
    const length = await completeWav(path);
    if (length === null) throw new Error(`${basename(path)} is no WAV of PCM: the media server wrote something else`);
    const below = path.slice(this.#dataDir.length + 1).replaceAll('\\', '/');
    const kept = await this.#register.keep({ id: recordingId, callId, path: below, ...length });
    if (!kept) await this.discard({ recordingId, path });
  }

  async discard({ path }: BegunRecording): Promise<void> {
    await rm(path, { force: true });
  }

  /** A recording's file, by its absolute path; undefined where the call has none that is complete and there. */
  fileOf(
    callId: CallId,
  ): { readonly path: string; readonly sizeBytes: number; readonly durationMs: number } | undefined {
    const recording = this.#register.find(callId);
    if (recording === undefined || recording.deletedAt !== null) return undefined;
    const { sizeBytes, durationMs } = recording;
    const path = join(this.#dataDir, recording.path);
    // A backup may have been restored without its recordings.
    return existsSync(path) ? { path, sizeBytes, durationMs } : undefined;
  }

  /**
   * Deletes a call's recording for good; false where there is none left. The file goes first: whatever fails, none stays
   * behind that counts as deleted, and the next try does the rest.
   */
  async remove(callId: CallId): Promise<boolean> {
    const recording = this.#register.find(callId);
    if (recording === undefined || recording.deletedAt !== null) return false;
    await rm(join(this.#dataDir, recording.path), { force: true });
    return (await this.#register.remove(callId)) !== undefined;
  }

  /**
   * Takes away whatever there is of a call's recording, registered or never completed; whoever erases the call says so in
   * the register. Rejects with AppError `store-unavailable` where a file can't be deleted.
   */
  async removeFiles({ callId, receivedAt }: { readonly callId: CallId; readonly receivedAt: EpochMs }): Promise<void> {
    const registered = this.#register.find(callId)?.path;
    const paths = new Set([join(FOLDER, fileNameOf(callId, receivedAt)), ...(registered ? [registered] : [])]);
    for (const path of paths) {
      await rm(join(this.#dataDir, path), { force: true }).catch((error: unknown) => {
        const message = `The recording ${path} can not be deleted: mend the permissions of its folder, and erase again.`;
        throw new AppError('store-unavailable', message, { cause: error });
      });
    }
  }

  /** Deletes what its campaign keeps no longer; resolves with how many. */
  async removeExpired(): Promise<number> {
    let removed = 0;
    for (const { callId } of this.#register.expired(AT_ONCE)) {
      try {
        removed += Number(await this.remove(callId));
      } catch (error) {
        this.#onTrouble(callId, error);
      }
    }
    return removed;
  }

  /**
   * After a crash: completes what the calls of the last month left behind and their records name, and takes away what no
   * record names. Nothing may be recorded meanwhile. Never rejects.
   */
  async takeUp(now: EpochMs): Promise<void> {
    for (let daysAgo = 0; daysAgo < DAYS_LOOKED_AT; daysAgo++) {
      const day = toIso((now - daysAgo * DAY_MS) as EpochMs).slice(0, 10);
      const folder = join(this.#dataDir, FOLDER, ...day.split('-'));
      for (const file of await readdir(folder).catch(() => [])) {
        const callId = basename(file, '.wav') as CallId;
        await this.#takeUp(callId, join(folder, file)).catch((error: unknown) => this.#onTrouble(callId, error));
      }
    }
  }

  async #takeUp(callId: CallId, path: string): Promise<void> {
    if (this.#register.find(callId) !== undefined) return;
    const recordingId = recordingIdOf(callId);
    if (this.#register.isNamed(callId, recordingId) === true) await this.finish(callId, { recordingId, path });
    else await this.discard({ recordingId, path });
  }
}

const DAY_MS = 86_400_000;

/** `2026/11/21/call_….wav`. */
function fileNameOf(callId: CallId, receivedAt: EpochMs): string {
  return join(...toIso(receivedAt).slice(0, 10).split('-'), `${callId}.wav`);
}

/** A recording is its call's: their ids differ in the prefix alone. */
function recordingIdOf(callId: CallId): RecordingId {
  return `${ID_PREFIX.recording}${callId.slice(ID_PREFIX.call.length)}` as RecordingId;
}
