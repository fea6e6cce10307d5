import type { BuyerId } from '../domain/ids.ts';
import type { CountedWindow } from '../domain/plan/caps.ts';
import type { CapWindows } from '../domain/routing/cap-windows.ts';
import type { CapUsage } from '../domain/routing/caps.ts';
import { compileCaps, type CapCheck } from '../domain/routing/check-caps.ts';
import type { RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import type { EpochMs } from '../domain/time.ts';

/** How far one cap of a buyer is used: calls, or for `spend` micros of today. */
export interface CapUse {
  readonly buyerId: BuyerId;
  readonly cap: 'concurrent' | CountedWindow | 'spend';
  readonly used: number;
  readonly limit: number;
}

/**
 * How far the caps are used of each buyer that has any and to whom a route leads, as an admission at that instant would
 * count. One by one: whoever reads many can stop in between.
 */
export function* capUseOfBuyers(
  { routeById, buyerById }: RoutingSnapshot,
  usage: CapUsage,
  now: EpochMs,
): Iterable<CapUse> {
  const windowsOf = new Map<BuyerId, CapWindows>();
  for (const { buyer, windows } of routeById.values()) windowsOf.set(buyer.id, windows);
  for (const [id, windows] of windowsOf) {
    const caps = buyerById.get(id)?.caps ?? {};
    for (const check of compileCaps([{ owner: { kind: 'buyer', id }, caps }])) {
      yield { buyerId: id, ...useOf(check, usage, windows, now) };
    }
  }
}

function useOf(check: CapCheck, usage: CapUsage, windows: CapWindows, now: EpochMs): Omit<CapUse, 'buyerId'> {
  switch (check.kind) {
    case 'concurrent':
      return { cap: 'concurrent', used: usage.concurrent(check.owner), limit: check.cap };
    case 'counted': {
      const { settled, pending } = usage.counted(check.owner, check.window, windows.at(check.window, now));
      return { cap: check.window, used: check.soft ? settled : settled + pending, limit: check.cap };
    }
    case 'spend': {
      const { settledMicros, pendingMicros } = usage.spent(check.owner, windows.at('daily', now));
      return { cap: 'spend', used: check.soft ? settledMicros : settledMicros + pendingMicros, limit: check.capMicros };
    }
  }
}
