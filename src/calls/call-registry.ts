import type { CallId, TrunkId } from '../domain/ids.ts';
import type { CallSession } from './call-session.ts';
import type { Clock } from './ports/clock.ts';

/** The calls in progress. A call is here from its INVITE until its CDR is written. */
export class CallRegistry {
  readonly #sessions = new Map<CallId, CallSession>();
  readonly #perTrunk = new Map<TrunkId, number>();
  #whenEmpty: (() => void)[] = [];

  add(session: CallSession): void {
    this.#sessions.set(session.callId, session);
    const { trunkId } = session.state.facts.origin;
    this.#perTrunk.set(trunkId, this.liveOn(trunkId) + 1);
  }

  /** Forgets a call whose CDR is written; again is no harm. */
  remove(session: CallSession): void {
    if (!this.#sessions.delete(session.callId)) return;
    const { trunkId } = session.state.facts.origin;
    const left = this.liveOn(trunkId) - 1;
    if (left > 0) this.#perTrunk.set(trunkId, left);
    else this.#perTrunk.delete(trunkId);
    if (this.#sessions.size === 0) for (const tell of this.#whenEmpty.splice(0)) tell();
  }

  get(callId: string): CallSession | undefined {
    return this.#sessions.get(callId as CallId);
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** How many calls of a trunk are up. */
  liveOn(trunkId: TrunkId): number {
    return this.#perTrunk.get(trunkId) ?? 0;
  }

  list(): readonly CallSession[] {
    return [...this.#sessions.values()];
  }

  /**
   * Waits for the calls to end by themselves; after `limitMs` ends those left, and waits `graceMs` more for their CDRs.
   * Resolves with how many were left even then.
   */
  async drain(clock: Clock, limitMs: number, graceMs: number): Promise<number> {
    await this.#emptyWithin(clock, limitMs);
    for (const session of this.list()) session.end('drain');
    await this.#emptyWithin(clock, graceMs);
    return this.size;
  }

  #emptyWithin(clock: Clock, limitMs: number): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const limit = clock.startTimer(limitMs, resolve);
      this.#whenEmpty.push(() => {
        limit.stop();
        resolve();
      });
    });
  }
}
