import type {
  AudioAgreement,
  AudioPort,
  AudioSource,
  Playback,
  PlaybackEnd,
  Recording,
  RecordingEnd,
} from '../../src/embedded/media/audio-port.ts';

/** A playback that goes on until the test ends it. */
export class FakePlayback implements Playback {
  readonly source: AudioSource;
  readonly ended: Promise<PlaybackEnd>;
  playedMs = 0;
  readonly #end = Promise.withResolvers<PlaybackEnd>();
  #isOver = false;

  constructor(source: AudioSource) {
    this.source = source;
    this.ended = this.#end.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  stop(): void {
    this.end('stopped');
  }

  end(how: PlaybackEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.source.close?.();
    this.#end.resolve(how);
  }
}

/** A recording without a file. */
export class FakeRecording implements Recording {
  readonly file: string;
  readonly options: Parameters<AudioPort['record']>[1];
  readonly ended: Promise<RecordingEnd>;
  recordedMs = 0;
  isMasked = false;
  readonly #end = Promise.withResolvers<RecordingEnd>();

  constructor(file: string, options: Parameters<AudioPort['record']>[1]) {
    this.file = file;
    this.options = options;
    this.ended = this.#end.promise;
  }

  mask(): void {
    this.isMasked = true;
  }

  unmask(): void {
    this.isMasked = false;
  }

  async stop(): Promise<number> {
    this.end('stopped');
    return (await this.ended).recordedMs;
  }

  end(cause: RecordingEnd['cause'], error: Error | null = null): void {
    this.#end.resolve({ cause, recordedMs: this.recordedMs, error });
  }
}

/** An audio port without a network: it remembers what it is told, and hears what the test says. */
export class FakeAudioPort implements AudioPort {
  readonly localPort: number;
  readonly counts = { received: 0, sent: 0, refused: 0 };
  readonly agreements: AudioAgreement[] = [];
  readonly playbacks: FakePlayback[] = [];
  readonly recordings: FakeRecording[] = [];
  readonly sentDigits: string[] = [];
  /** How long it may hear nothing; undefined where nobody asked. */
  silentMs: number | undefined;
  /** Whom it is bridged with. */
  other: FakeAudioPort | undefined;
  isClosed = false;
  #onDigit: (digit: string, durationMs: number) => void = () => undefined;
  #onSilence: () => void = () => undefined;

  constructor(localPort = 40_000) {
    this.localPort = localPort;
  }

  /** What is heard now; undefined for nothing. */
  get heard(): FakePlayback | undefined {
    const last = this.playbacks.at(-1);
    return last?.isOver === true ? undefined : last;
  }

  agree(agreement: AudioAgreement): void {
    this.agreements.push(agreement);
  }

  play(source: AudioSource): Playback {
    this.heard?.stop();
    const playback = new FakePlayback(source);
    this.playbacks.push(playback);
    if (this.isClosed) playback.end('closed');
    return playback;
  }

  sendDigits(digits: string, durationMs: number): Promise<void> {
    this.sentDigits.push(`${digits}@${durationMs}`);
    return Promise.resolve();
  }

  onDigit(listener: (digit: string, durationMs: number) => void): void {
    this.#onDigit = listener;
  }

  watch(silentMs: number, listener: () => void): void {
    this.silentMs = silentMs;
    this.#onSilence = listener;
  }

  bridge(other: AudioPort): void {
    this.other = other as FakeAudioPort;
    this.other.other = this;
  }

  unbridge(): void {
    if (this.other !== undefined) this.other.other = undefined;
    this.other = undefined;
  }

  record(file: string, options: Parameters<AudioPort['record']>[1]): Recording {
    const recording = new FakeRecording(file, options);
    this.recordings.push(recording);
    return recording;
  }

  close(): void {
    this.isClosed = true;
    this.unbridge();
    this.heard?.end('closed');
    for (const recording of this.recordings) recording.end('closed');
  }

  /** The peer presses keys. */
  press(digits: string, durationMs = 100): void {
    for (const digit of digits) this.#onDigit(digit, durationMs);
  }

  /** Nothing has been heard for as long as it may. */
  fallSilent(): void {
    this.#onSilence();
  }
}

/** A source of a name that says nothing. */
export class FakeSource implements AudioSource {
  readonly name: string;
  /** How often it was closed. */
  closed = 0;
  /** Samples it still has. */
  left: number;

  constructor(name: string, samples = Infinity) {
    this.name = name;
    this.left = samples;
  }

  read(samples: number): Int16Array | null {
    if (this.left <= 0) return null;
    const frame = new Int16Array(Math.min(samples, this.left));
    this.left -= frame.length;
    return frame;
  }

  close(): void {
    this.closed += 1;
  }
}
