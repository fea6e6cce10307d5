import { acdS } from '../domain/metrics/acd.ts';
import { asr } from '../domain/metrics/asr.ts';
import { percentilesOfCounts } from '../domain/metrics/percentile.ts';
import { ratio } from '../domain/metrics/ratio.ts';
import { isAnswered, isOwn, pddOf, readAttempts } from '../store/reports/attempt-codes.ts';
import type { ReportCall } from '../store/reports/report-calls.ts';

/**
 * From where a summary is seen. Each party has its own verdict, which says what is billable; and of a call's attempts a
 * buyer knows those to the destination that took it: the others may be another buyer's.
 */
export type Side = 'house' | 'buyer' | 'publisher';

/** What a number of calls came to. Ratios over nothing are null. */
export interface Figures {
  readonly calls: number;
  /** Those in which the two could talk. */
  readonly connected: number;
  readonly billable: number;
  /** Billable ÷ calls. */
  readonly conversionRate: number | null;
  /** Attempts answered ÷ attempts. */
  readonly asr: number | null;
  /** Talk ÷ attempts answered, in seconds. */
  readonly acdS: number | null;
  readonly talkS: number;
  /** Nearest rank over the attempts whose destination gave a sign. */
  readonly pddP50Ms: number | null;
  readonly pddP95Ms: number | null;
  readonly chargeMicros: number;
  readonly payoutMicros: number;
  /** Charge less payout. */
  readonly profitMicros: number;
}

/** Calls being added up. */
export class Tally {
  #calls = 0;
  #connected = 0;
  #billable = 0;
  #attempts = 0;
  #answered = 0;
  #talkMs = 0;
  #chargeMicros = 0;
  #payoutMicros = 0;
  /** How often there was each PDD, in milliseconds. */
  readonly #pdds = new Map<number, number>();

  /** How much there is to sort for the percentiles. */
  get weight(): number {
    return this.#pdds.size;
  }

  add(call: ReportCall, side: Side): void {
    const [, , , connected, buyerBillable, publisherBillable, talkMs, chargeMicros, payoutMicros, attempts] = call;
    this.#calls += 1;
    this.#connected += connected;
    this.#billable += side === 'publisher' ? publisherBillable : buyerBillable;
    this.#talkMs += talkMs;
    this.#chargeMicros += chargeMicros;
    this.#payoutMicros += payoutMicros;
    for (const attempt of readAttempts(attempts)) {
      if (side === 'buyer' && !isOwn(attempt)) continue;
      this.#attempts += 1;
      if (isAnswered(attempt)) this.#answered += 1;
      const pddMs = pddOf(attempt);
      if (pddMs !== null) this.#pdds.set(pddMs, (this.#pdds.get(pddMs) ?? 0) + 1);
    }
  }

  /** Adds what another has added up. */
  merge(other: Tally): void {
    this.#calls += other.#calls;
    this.#connected += other.#connected;
    this.#billable += other.#billable;
    this.#attempts += other.#attempts;
    this.#answered += other.#answered;
    this.#talkMs += other.#talkMs;
    this.#chargeMicros += other.#chargeMicros;
    this.#payoutMicros += other.#payoutMicros;
    for (const [pddMs, count] of other.#pdds) this.#pdds.set(pddMs, (this.#pdds.get(pddMs) ?? 0) + count);
  }

  figures(): Figures {
    const [pddP50Ms = null, pddP95Ms = null] = percentilesOfCounts(this.#pdds, [50, 95]);
    return {
      calls: this.#calls,
      connected: this.#connected,
      billable: this.#billable,
      conversionRate: ratio(this.#billable, this.#calls),
      asr: asr(this.#answered, this.#attempts),
      acdS: acdS(this.#talkMs, this.#answered),
      talkS: this.#talkMs / 1_000,
      pddP50Ms,
      pddP95Ms,
      chargeMicros: this.#chargeMicros,
      payoutMicros: this.#payoutMicros,
      profitMicros: this.#chargeMicros - this.#payoutMicros,
    };
  }
}
