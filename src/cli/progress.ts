import { performance } from 'node:perf_hooks';

import type { Screen } from './terminal.ts';

/** To the end of the line, cleared (ECMA-48, erase in line). */
const CLEAR_LINE = '\r\u001b[K';
/** How often a person's terminal, and a log, are told, in ms. */
const REDRAW_EVERY_MS = 100;
const LOG_EVERY_MS = 5_000;

/** Says how far long work has come: on a terminal in one line drawn over, elsewhere in a line every few seconds. */
export class Progress {
  readonly #screen: Screen;
  readonly #now: () => number;
  #saidAt: number;

  /** @param now monotonic milliseconds */
  constructor(screen: Screen, now: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#now = now;
    this.#saidAt = now();
  }

  /** Says `what` with the share that is done, unless something has been said just before. */
  update(what: string, done: number, total: number): void {
    const every = this.#screen.isInteractive ? REDRAW_EVERY_MS : LOG_EVERY_MS;
    if (this.#now() - this.#saidAt < every) return;
    this.#saidAt = this.#now();
    const percent = total === 0 ? 100 : Math.floor((100 * Math.min(done, total)) / total);
    this.#say(`${what}: ${done} of ${total}, ${percent} %`);
  }

  /** Says that something without parts has begun; to a person only, who may wonder. */
  begin(what: string): void {
    if (this.#screen.isInteractive) this.#say(`${what} …`);
  }

  /** Takes a line drawn over away, so that what follows stands alone. */
  clear(): void {
    if (this.#screen.isInteractive) this.#screen.write(CLEAR_LINE);
  }

  #say(line: string): void {
    this.#screen.write(this.#screen.isInteractive ? `${CLEAR_LINE}${this.#screen.paint.dim(line)}` : `${line}\n`);
  }
}
