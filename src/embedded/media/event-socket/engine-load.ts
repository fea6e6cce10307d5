import { cpus } from 'node:os';
import type { Channels } from '../channel/channels.ts';

/** How much the engine may carry, and how much it does. */
export class EngineLoad {
  readonly maxSessions: number;
  readonly maxPerSecond: number;
  readonly #channels: Channels;
  #second = { at: 0, begun: 0, last: 0 };
  #cpu = cpuTimes();
  #idleCpu = 100;

  constructor(channels: Channels, limits: { readonly maxSessions: number; readonly maxPerSecond: number }) {
    this.#channels = channels;
    this.maxSessions = limits.maxSessions;
    this.maxPerSecond = limits.maxPerSecond;
  }

  get sessionCount(): number {
    return this.#channels.size;
  }

  /** Calls that began in the last full second. */
  get perSecond(): number {
    this.#turnSecond();
    return this.#second.last;
  }

  /** Percent of this machine's processors that were idle since the last time it was measured. */
  get idleCpu(): number {
    return this.#idleCpu;
  }

  /** Measures `idleCpu` anew. */
  measure(): void {
    const now = cpuTimes();
    const total = now.total - this.#cpu.total;
    if (total > 0) this.#idleCpu = (100 * (now.idle - this.#cpu.idle)) / total;
    this.#cpu = now;
  }

  /**
   * Asks for room for one more call; a place taken counts against this second.
   * @param calls how many calls there are, those without a channel yet included
   */
  admit(calls: number): boolean {
    this.#turnSecond();
    if (Math.max(calls, this.sessionCount) >= this.maxSessions || this.#second.begun >= this.maxPerSecond) return false;
    this.#second.begun += 1;
    return true;
  }

  #turnSecond(): void {
    const at = Math.floor(performance.now() / 1000);
    if (at === this.#second.at) return;
    this.#second = { at, begun: 0, last: at === this.#second.at + 1 ? this.#second.begun : 0 };
  }
}

function cpuTimes(): { readonly idle: number; readonly total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.idle + times.user + times.nice + times.sys + times.irq;
  }
  return { idle, total };
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
] as const;

/** A span of time in FreeSWITCH's words: `0 years, 0 days, 0 hours, 1 minute, …`. */
export function upTimeText(ms: number): string {
  let left = Math.floor(ms);
  const parts = UNITS.map(([name, unitMs]) => {
    const count = Math.floor(left / unitMs);
    left -= count * unitMs;
    return `${count} ${name}${count === 1 ? '' : 's'}`;
  });
  return `0 years, ${parts.join(', ')}`;
}
