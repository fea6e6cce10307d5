import type { Cdr } from '../call/cdr.ts';

/** How long calls talked on average, for those that are taken to have gone elsewhere. */
export class TalkTimes {
  readonly #sums = new Map<string, { calls: number; talkMs: number }>();

  /** Counts a call that connected; any other leaves it as it was. */
  add({ connectedAt, destinationId, campaignId, talkMs }: Cdr): void {
    if (connectedAt === null) return;
    for (const key of [destinationId, campaignId, ALL]) {
      if (key === null) continue;
      const sum = this.#sums.get(key) ?? { calls: 0, talkMs: 0 };
      this.#sums.set(key, { calls: sum.calls + 1, talkMs: sum.talkMs + talkMs });
    }
  }

  /** Whole ms, of the destination; where it has had no call, of the campaign; then of all. 0 where nobody talked. */
  averageMs(destinationId: string, campaignId: string): number {
    const sum = this.#sums.get(destinationId) ?? this.#sums.get(campaignId) ?? this.#sums.get(ALL);
    return sum === undefined ? 0 : Math.round(sum.talkMs / sum.calls);
  }
}

const ALL = 'all calls';
