import type { AudioSource, Playback, PlaybackEnd } from '../audio-port.ts';
import { SAMPLES_PER_MS } from '../audio/audio-format.ts';

/** A source on its way to the peer, until it ends one way or another. */
export class SourcePlayback implements Playback {
  readonly ended: Promise<PlaybackEnd>;
  readonly #source: AudioSource;
  readonly #resolveEnded: (end: PlaybackEnd) => void;
  #samples = 0;
  #isOver = false;

  constructor(source: AudioSource) {
    this.#source = source;
    const { promise, resolve } = Promise.withResolvers<PlaybackEnd>();
    this.ended = promise;
    this.#resolveEnded = resolve;
  }

  get playedMs(): number {
    return this.#samples / SAMPLES_PER_MS;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  stop(): void {
    this.end('stopped');
  }

  /** The next frame; null at the end, which it thereby comes to. */
  next(samples: number): Int16Array | null {
    if (this.#isOver) return null;
    const frame = this.#source.read(samples);
    if (frame === null || frame.length === 0) this.end('finished');
    else this.#samples += frame.length;
    return this.#isOver ? null : frame;
  }

  /** Ends it and closes its source. Idempotent: the first way counts. */
  end(how: PlaybackEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#source.close?.();
    this.#resolveEnded(how);
  }
}
