import type { Clock, Timer } from '../calls/ports/clock.ts';
import type { Logger } from './logger.ts';

const MINUTE_MS = 60_000;

/** Lines of their own that new addresses get in a minute. */
const LINES_PER_MINUTE = 100;

/** Addresses told apart at once; those of more are counted without. */
const MAX_ADDRESSES = 1_000;

/**
 * Tells the log of requests that are no call of a trunk's, so that a flood of them fills no disk: the first of each
 * address has a line (`sip.stranger`, `sip.wrong-credentials`, `sip.unreadable` …), what follows is summed up once a
 * minute (`sip.refused`). An address that was quiet for a minute is new again. At most a hundred and one lines come of a
 * minute, whoever calls.
 */
export class RefusalLog {
  readonly #log: Pick<Logger, 'warn'>;
  readonly #clock: Pick<Clock, 'startTimer'>;
  /** By what happened and address: how often since the last summary, beside the line that it got. */
  readonly #known = new Map<string, number>();
  /** By what happened: how often without a line. */
  #requests = new Map<string, number>();
  #lines = 0;
  #timer: Timer | null = null;

  constructor(log: Pick<Logger, 'warn'>, clock: Pick<Clock, 'startTimer'>) {
    this.#log = log;
    this.#clock = clock;
  }

  /** @param what why it was refused: `stranger`, `wrong-credentials` … */
  note(what: string, address: string): void {
    this.#timer ??= this.#clock.startTimer(MINUTE_MS, () => this.#turn());
    const key = `${what} ${address}`;
    const times = this.#known.get(key);
    const isFirst = times === undefined && this.#lines < LINES_PER_MINUTE;
    if (times !== undefined) this.#known.set(key, times + 1);
    else if (this.#known.size < MAX_ADDRESSES) this.#known.set(key, isFirst ? 0 : 1);
    if (isFirst) {
      this.#lines += 1;
      this.#log.warn({ event: `sip.${what}`, address });
    } else {
      this.#requests.set(what, (this.#requests.get(what) ?? 0) + 1);
    }
  }

  /** Sums up what has not been told yet, and tells no more by itself. */
  close(): void {
    this.#timer?.stop();
    this.#timer = null;
    this.#sumUp();
  }

  /** The minute is over. */
  #turn(): void {
    this.#sumUp();
    for (const [key, times] of this.#known) {
      if (times === 0) this.#known.delete(key);
      else this.#known.set(key, 0);
    }
    this.#lines = 0;
    this.#timer = this.#known.size === 0 ? null : this.#clock.startTimer(MINUTE_MS, () => this.#turn());
  }

  #sumUp(): void {
    if (this.#requests.size === 0) return;
    const heard = [...this.#known].filter(([, times]) => times > 0);
    const [key] = heard.reduce((most, each) => (each[1] > most[1] ? each : most), ['', 0]);
    const busiest = key.slice(key.indexOf(' ') + 1);
    const addresses = new Set(heard.map(([name]) => name.slice(name.indexOf(' ') + 1))).size;
    this.#log.warn({ event: 'sip.refused', requests: Object.fromEntries(this.#requests), addresses, busiest });
    this.#requests = new Map();
  }
}
