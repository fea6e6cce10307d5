import type { CapOwner, CapUsage } from '../../domain/routing/caps.ts';
import type { CountedWindow } from '../../domain/plan/caps.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { CapCounters } from './cap-counters.ts';
import type { PendingGroup, ReservationRows } from './reservations.ts';

/** Where usage is read from. */
export interface UsageSources {
  readonly counters: CapCounters;
  readonly reservations: ReservationRows;
  readonly ledger: Pick<Ledger, 'balanceOf'>;
}

/** The column that says in which window of this length a place is held. */
const WINDOW_COLUMN = {
  hourly: 'hour_start',
  daily: 'day_start',
  monthly: 'month_start',
} as const satisfies Partial<Record<CountedWindow, keyof PendingGroup>>;

/**
 * How full the caps are, for one reading inside one transaction. A decision asks the same buyer once for each of its
 * routes, so what calls in progress hold is remembered: make a new reading after changing anything.
 */
export function readCapUsage({ counters, reservations, ledger }: UsageSources): CapUsage {
  const remembered = new Map<string, readonly PendingGroup[]>();

  function pendingOf(owner: CapOwner): readonly PendingGroup[] {
    const key = `${owner.kind} ${owner.id}`;
    let groups = remembered.get(key);
    if (groups === undefined) {
      groups = reservations.pendingOf(owner);
      remembered.set(key, groups);
    }
    return groups;
  }

  return {
    concurrent: (owner) => sum(pendingOf(owner), 'places'),
    counted(owner, window, windowStart) {
      const groups = pendingOf(owner);
      const inWindow =
        window === 'total' ? groups : groups.filter((group) => group[WINDOW_COLUMN[window]] === windowStart);
      return { settled: counters.read(owner, window, windowStart).settled, pending: sum(inWindow, 'countable') };
    },
    spent(owner, windowStart) {
      const today = pendingOf(owner).filter((group) => group.day_start === windowStart);
      return {
        settledMicros: counters.read(owner, 'daily', windowStart).spentMicros,
        pendingMicros: sum(today, 'pending_micros'),
      };
    },
    balance(buyerId) {
      return {
        // The ledger writes debts positive; an account's balance is what is left on it.
        balanceMicros: 0 - ledger.balanceOf(`buyer:${buyerId}`),
        pendingMicros: sum(pendingOf({ kind: 'buyer', id: buyerId }), 'pending_micros'),
      };
    },
  };
}

function sum(groups: readonly PendingGroup[], what: 'places' | 'countable' | 'pending_micros'): number {
  return groups.reduce((total, group) => total + group[what], 0);
}
