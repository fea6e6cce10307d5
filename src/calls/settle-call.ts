import type { JudgedCall } from '../domain/billing/judge-call.ts';
import { judgeCall } from '../domain/billing/judge-call.ts';
import type { Cdr } from '../domain/call/cdr.ts';
import type { CapUsage } from '../domain/routing/caps.ts';
import type { CallObserver } from './ports/call-observer.ts';
import type { CallStore } from './ports/call-store.ts';
import type { Clock } from './ports/clock.ts';

/** Waits between tries to write a settlement: from a second up to half a minute, for as long as it takes. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** Says whether soft caps were already full when a call settles; strict ones never are. */
export type OverCap = (cdr: Cdr, usage: CapUsage) => { readonly buyer: boolean; readonly publisher: boolean };

/**
 * Judges and writes a call that has ended. A store that can't be written is tried again until it can: the call is over,
 * but its record and its money are not lost.
 */
export async function settleUntilKept(
  ended: Cdr,
  world: {
    readonly store: CallStore;
    readonly clock: Clock;
    readonly observer: CallObserver;
    readonly overCap: OverCap;
  },
): Promise<Cdr> {
  const { store, clock, observer, overCap } = world;
  for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS)) {
    try {
      return await store.settleCall(ended.id, (view): JudgedCall => {
        const full = overCap(ended, view);
        return judgeCall(ended, view, {
          callerConfirmed: ended.connectedAt !== null,
          buyerOverCap: full.buyer,
          publisherOverCap: full.publisher,
        });
      });
    } catch (error) {
      observer.settlementDelayed(ended.id, error);
      await new Promise<void>((resolve) => clock.startTimer(delayMs, resolve));
    }
  }
}
