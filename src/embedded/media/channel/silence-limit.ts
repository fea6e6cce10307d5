import type { AudioPort } from '../audio-port.ts';
import type { ChannelVariables } from './channel-variables.ts';

/** The longest a timer can be set for: 24 days. */
const NEVER_MS = 2 ** 31 - 1;

/** The variables that say it, the first that is set counts: FreeSWITCH's in milliseconds, and its older one in seconds. */
const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['media_timeout_audio', 1],
  ['media_timeout', 1],
  ['rtp_timeout_sec', 1000],
]);

/** How long a channel may hear nothing, as its variables say; for as long as it likes where they don't. */
export class SilenceLimit {
  readonly #port: AudioPort;
  readonly #variables: ChannelVariables;
  readonly #onSilence: () => void;
  #isWatching = false;

  constructor(port: AudioPort, variables: ChannelVariables, onSilence: () => void) {
    this.#port = port;
    this.#variables = variables;
    this.#onSilence = onSilence;
  }

  /** Whether a variable of that name has to do with it. */
  static isSetBy(name: string): boolean {
    return UNITS_MS.has(name);
  }

  /** Begins to wait anew, for as long as the variables say now. */
  refresh(): void {
    const silentMs = this.#silentMs();
    // A watch can't be called off, only set for later.
    if (silentMs === undefined && !this.#isWatching) return;
    this.#isWatching = silentMs !== undefined;
    this.#port.watch(Math.min(silentMs ?? NEVER_MS, NEVER_MS), this.#onSilence);
  }

  #silentMs(): number | undefined {
    for (const [name, unitMs] of UNITS_MS) {
      const value = this.#variables.positive(name);
      if (value !== undefined) return value * unitMs;
    }
    return undefined;
  }
}
