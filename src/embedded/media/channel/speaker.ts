import type { AudioPort, AudioSource, Playback, PlaybackEnd } from '../audio-port.ts';

/** What has been played of a source, and how it ended. */
export interface Played {
  readonly end: PlaybackEnd;
  readonly playedMs: number;
}

/** Something that is played, or waits until what interrupted it is over: it has no playback meanwhile. */
interface Sound {
  readonly source: AudioSource;
  playedMs: number;
  playback: Playback | undefined;
}

interface Turn extends Sound {
  readonly finish: (end: PlaybackEnd) => void;
}

/**
 * What is played to a channel's peer. A new playback interrupts the one that runs, which goes on where it was when the
 * new one is over; music is heard while there is none.
 */
export class Speaker {
  readonly #port: AudioPort;
  /** The last one is heard. */
  readonly #turns: Turn[] = [];
  #music: Sound | undefined;
  #isClosed = false;

  constructor(port: AudioPort) {
    this.#port = port;
  }

  /** How many playbacks there are, interrupted ones and music included. */
  get size(): number {
    return this.#turns.length + (this.#music === undefined ? 0 : 1);
  }

  /** Plays a source to its end, or until the signal; the source is closed then. */
  async play(source: AudioSource, signal: AbortSignal): Promise<Played> {
    if (this.#isClosed || signal.aborted) {
      source.close?.();
      return { end: this.#isClosed ? 'closed' : 'stopped', playedMs: 0 };
    }
    const { promise, resolve } = Promise.withResolvers<PlaybackEnd>();
    const turn: Turn = { source, finish: resolve, playedMs: 0, playback: undefined };
    this.#suspend();
    this.#turns.push(turn);
    this.#start(turn);
    const stop = (): void => this.#end(turn, 'stopped');
    signal.addEventListener('abort', stop);
    const end = await promise;
    signal.removeEventListener('abort', stop);
    return { end, playedMs: turn.playedMs };
  }

  /** Begins music, in the place of what music there was; null ends it. */
  setMusic(source: AudioSource | null): void {
    if (this.#music !== undefined) {
      halt(this.#music);
      this.#music.source.close?.();
    }
    this.#music = undefined;
    if (source === null) return;
    if (this.#isClosed) {
      source.close?.();
      return;
    }
    this.#music = { source, playedMs: 0, playback: undefined };
    if (this.#turns.length === 0) this.#startMusic();
  }

  /** Ends everything that plays. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.setMusic(null);
    for (const turn of this.#turns.toReversed()) this.#end(turn, 'closed');
  }

  #suspend(): void {
    const heard = this.#turns.at(-1) ?? this.#music;
    if (heard !== undefined) halt(heard);
  }

  #start(turn: Turn): void {
    const playback = this.#port.play(keptOpen(turn.source));
    turn.playback = playback;
    void this.#follow(turn, playback);
  }

  async #follow(turn: Turn, playback: Playback): Promise<void> {
    const end = await playback.ended;
    // Where another plays on top of it by now, it was interrupted, unless it had just come to its end.
    if (turn.playback === playback || end === 'finished') this.#end(turn, end);
  }

  #end(turn: Turn, end: PlaybackEnd): void {
    const at = this.#turns.indexOf(turn);
    if (at === -1) return;
    const wasHeard = at === this.#turns.length - 1;
    this.#turns.splice(at, 1);
    halt(turn);
    turn.source.close?.();
    turn.finish(end);
    if (wasHeard && !this.#isClosed) this.#resume();
  }

  #resume(): void {
    const top = this.#turns.at(-1);
    if (top !== undefined) this.#start(top);
    else if (this.#music !== undefined) this.#startMusic();
  }

  #startMusic(): void {
    if (this.#music !== undefined) this.#music.playback = this.#port.play(keptOpen(this.#music.source));
  }
}

/** Stops what is heard of it, and counts that. */
function halt(sound: Sound): void {
  const { playback } = sound;
  sound.playback = undefined;
  if (playback === undefined) return;
  playback.stop();
  sound.playedMs += playback.playedMs;
}

/** A source that isn't closed with a playback of it: it may be played on later. */
const keptOpen = (source: AudioSource): AudioSource => ({ read: (samples) => source.read(samples) });
