import type { Execution, MediaEndpoint } from './server-link.ts';

/** The right to an endpoint's foreground, until someone else takes it. */
export type Turn = object;

/** How an application came to its end; `word` is what the server said of it. */
export type Ending = { readonly kind: 'stopped' } | { readonly kind: 'ended'; readonly word: string };

/**
 * What an endpoint plays or records in its foreground: one thing at a time, since a second would run within the first.
 * Whoever comes takes it from who is there.
 */
export class Foreground {
  readonly #endpoint: Pick<MediaEndpoint, 'execute'>;
  #turn: Turn = {};
  #running: { readonly execution: Execution; stopping: Promise<void> | null } | null = null;

  constructor(endpoint: Pick<MediaEndpoint, 'execute'>) {
    this.#endpoint = endpoint;
  }

  /** Ends whatever is there, now and at once; what is begun in an older turn from here on does not begin. */
  take(): Turn {
    this.#turn = {};
    // Who begins the next thing waits for this, and hears of it where it fails.
    this.#quiet().catch(() => undefined);
    return this.#turn;
  }

  /** Takes it and leaves it empty; resolves once nothing runs any more. */
  async clear(): Promise<void> {
    this.take();
    await this.#quiet();
  }

  /** Takes it back from this turn alone. */
  end(turn: Turn): void {
    if (this.#turn === turn) this.take();
  }

  /** Runs an application as soon as the one before has ended; `stopped` where the turn is over by then, or before its end. */
  async run(turn: Turn, application: string, argument: string): Promise<Ending> {
    await this.#quiet();
    if (this.#turn !== turn) return { kind: 'stopped' };
    const execution = this.#endpoint.execute(application, argument);
    const running = { execution, stopping: null };
    this.#running = running;
    try {
      const word = await execution.ended;
      return this.#turn === turn ? { kind: 'ended', word } : { kind: 'stopped' };
    } catch (error) {
      // Who was to be stopped is, whatever stopped it.
      if (this.#turn !== turn) return { kind: 'stopped' };
      throw error;
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }

  async #quiet(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.stopping ??= running.execution.stop();
    await running.stopping;
  }
}
