import type { CapOwner, CapUsage } from '../../domain/routing/caps.ts';
import type { CapWindow } from '../../domain/routing/cap-windows.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { CapCounters } from './cap-counters.ts';
import type { PendingGroup, ReservationRows } from './reservations.ts';

/** Where usage is read from. */
export interface UsageSources {
  readonly counters: CapCounters;
  readonly reservations: ReservationRows;
  readonly ledger: Pick<Ledger, 'balanceOf'>;
}

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
    counted: (owner, _length, window) => ({
      settled: counters.read(owner, window).settled,
      pending: sum(receivedIn(window, pendingOf(owner)), 'countable'),
    }),
    spent: (owner, day) => ({
      settledMicros: counters.read(owner, day).spentMicros,
      pendingMicros: sum(receivedIn(day, pendingOf(owner)), 'pending_micros'),
    }),
    balance(buyerId) {
      return {
        // The ledger writes debts positive; an account's balance is what is left on it.
        balanceMicros: 0 - ledger.balanceOf(`buyer:${buyerId}`),
        pendingMicros: sum(pendingOf({ kind: 'buyer', id: buyerId }), 'pending_micros'),
      };
    },
  };
}

function receivedIn({ start, resetsAt }: CapWindow, groups: readonly PendingGroup[]): readonly PendingGroup[] {
  return groups.filter(({ received_from: from }) => from >= start && (resetsAt === null || from < resetsAt));
}

function sum(groups: readonly PendingGroup[], what: 'places' | 'countable' | 'pending_micros'): number {
  return groups.reduce((total, group) => total + group[what], 0);
}
