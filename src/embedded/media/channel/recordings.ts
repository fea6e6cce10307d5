import { mkdir } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import type { AudioPort, Recording, RecordingEnd, SilenceLimit } from '../audio-port.ts';
import type { ChannelVariables } from './channel-variables.ts';
import { noSuch } from './no-such.ts';

/** What a channel's recordings need of it. */
export interface RecordedChannel {
  readonly port: AudioPort;
  readonly variables: ChannelVariables;
  publish(eventName: string, headers: Readonly<Record<string, string>>): void;
}

/** A recording that can't be begun. The message says why, and goes to whoever asked. */
export class RecordingRefused extends Error {
  override readonly name = 'RecordingRefused';
}

/** Which sides a recording has, and how long it may become. */
export interface RecordingOptions {
  readonly sides: 'peer' | 'both';
  readonly limitMs: number | null;
  readonly silence?: SilenceLimit | undefined;
}

/** FreeSWITCH's words for how a recording ended. */
const COMPLETION: Readonly<Record<RecordingEnd['cause'], string>> = {
  stopped: 'success',
  limit: 'success-maxtime',
  silence: 'success-silence',
  closed: 'hangup',
  failed: 'failure',
};

/** A recording, and when its end has been told. */
interface Kept {
  readonly recording: Recording;
  readonly told: Promise<RecordingEnd>;
}

/** The recordings that run on a channel, by file. */
export class Recordings {
  readonly #channel: RecordedChannel;
  readonly #byPath = new Map<string, Kept>();
  #isClosed = false;

  constructor(channel: RecordedChannel) {
    this.#channel = channel;
  }

  /** How many run. */
  get size(): number {
    return this.#byPath.size;
  }

  /**
   * Begins to record to a file, whose folder is made where there is none; one that runs already just goes on. Its end is
   * told as an event, whatever ends it, and is the answer.
   * @throws {RecordingRefused} (as a rejection) where it can't be.
   */
  async start(path: string, { sides, limitMs, silence }: RecordingOptions): Promise<Kept> {
    if (!path.toLowerCase().endsWith('.wav')) {
      throw new RecordingRefused(noSuch(`recording to ${path} (other than .wav)`, 'setting'));
    }
    if (!isAbsolute(path)) throw new RecordingRefused(`-ERR ${path}: give the whole path of the file to record to`);
    try {
      await mkdir(dirname(path), { recursive: true });
    } catch (error) {
      throw new RecordingRefused(`-ERR Cannot record session! ${(error as Error).message}`, { cause: error });
    }
    const running = this.#byPath.get(path);
    if (running !== undefined) return running;
    if (this.#isClosed) throw new RecordingRefused('-ERR Cannot record session! The call has ended');
    const recording = this.#channel.port.record(path, { stereo: sides === 'both', limitMs, silence });
    const kept: Kept = { recording, told: this.#follow(path, recording) };
    this.#byPath.set(path, kept);
    this.#channel.publish('RECORD_START', { 'Record-File-Path': path });
    return kept;
  }

  /** Ends one; resolves when its file is complete and its end told, with whether there was any. */
  async stop(path: string): Promise<boolean> {
    const kept = this.#byPath.get(path);
    await kept?.recording.stop();
    await kept?.told;
    return kept !== undefined;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#byPath.keys()].map((path) => this.stop(path)));
  }

  /** Has silence recorded instead; false where nothing is recorded to that file. */
  mask(path: string): boolean {
    const kept = this.#byPath.get(path);
    kept?.recording.mask();
    return kept !== undefined;
  }

  /** Ends `mask`; false where nothing is recorded to that file. */
  unmask(path: string): boolean {
    const kept = this.#byPath.get(path);
    kept?.recording.unmask();
    return kept !== undefined;
  }

  /** No more begin; resolves when the file of every one is complete. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.stopAll();
  }

  async #follow(path: string, recording: Recording): Promise<RecordingEnd> {
    const end = await recording.ended;
    this.#byPath.delete(path);
    this.#tell(path, end);
    return end;
  }

  #tell(path: string, { cause, recordedMs, error }: RecordingEnd): void {
    const { variables } = this.#channel;
    variables.set('record_seconds', String(Math.floor(recordedMs / 1000)));
    variables.set('record_ms', String(Math.round(recordedMs)));
    variables.set('record_samples', String(Math.round(recordedMs * 8)));
    variables.set('record_completion_cause', COMPLETION[cause]);
    this.#channel.publish('RECORD_STOP', {
      'Record-File-Path': path,
      'Record-Completion-Cause': COMPLETION[cause],
      ...(error === null ? {} : { 'Record-Failure': error.message }),
    });
  }
}
