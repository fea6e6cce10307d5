import type { BuyerId, DestinationId, RouteId } from '../ids.ts';
import { type Caps, COUNTED_WINDOWS, type CountedWindow } from '../plan/caps.ts';
import type { Buyer } from '../plan/party.ts';
import { toIso, type EpochMs } from '../time.ts';
import type { CapOwner, CapUsage } from './caps.ts';
import type { CapWindow, CapWindows } from './cap-windows.ts';
import type { Rejection, RejectReason } from './route-decision.ts';

const COUNTED_REASONS = {
  hourly: 'hourly-cap',
  daily: 'daily-cap',
  monthly: 'monthly-cap',
  total: 'total-cap',
} as const satisfies Record<CountedWindow, RejectReason>;

/** One limit that a call must fit under. */
export type CapCheck =
  | { readonly kind: 'concurrent'; readonly owner: CapOwner; readonly cap: number }
  | {
      readonly kind: 'counted';
      readonly owner: CapOwner;
      readonly cap: number;
      readonly window: CountedWindow;
      readonly soft: boolean;
    }
  | { readonly kind: 'spend'; readonly owner: CapOwner; readonly capMicros: number; readonly soft: boolean };

/** What a call is measured against. */
export interface CapContext {
  readonly usage: CapUsage;
  /** In the zone of the buyer, or of the publisher for its own. */
  readonly windows: CapWindows;
  readonly now: EpochMs;
  /** The most this call could cost. */
  readonly costMicros: number;
}

/**
 * The limits that are set, in the order a decision gives them: concurrency, hour, day, month, total, spend; of each, the
 * owners in the order given.
 */
export function compileCaps(owners: readonly { readonly owner: CapOwner; readonly caps: Caps }[]): readonly CapCheck[] {
  return joinCaps(...owners.map(({ owner, caps }) => capsOf(owner, caps)));
}

/** The limits of one owner, in that order. Each stands for itself, so many routes can share those of their buyer. */
export function capsOf(owner: CapOwner, caps: Caps): readonly CapCheck[] {
  const soft = caps.mode === 'soft';
  const checks: CapCheck[] = [];
  if (caps.concurrent !== undefined) checks.push({ kind: 'concurrent', owner, cap: caps.concurrent });
  for (const window of COUNTED_WINDOWS) {
    const cap = caps[window];
    if (cap !== undefined) checks.push({ kind: 'counted', owner, cap, window, soft });
  }
  const capMicros = caps.spendDailyMicros;
  if (capMicros !== undefined) checks.push({ kind: 'spend', owner, capMicros, soft });
  return checks;
}

/** The limits of several owners as one list, in the order of `compileCaps`. */
export function joinCaps(...owners: readonly (readonly CapCheck[])[]): readonly CapCheck[] {
  return owners.flat().sort((a, b) => rankOf(a) - rankOf(b));
}

function rankOf(check: CapCheck): number {
  switch (check.kind) {
    case 'concurrent':
      return -1;
    case 'counted':
      return COUNTED_WINDOWS.indexOf(check.window);
    case 'spend':
      return COUNTED_WINDOWS.length;
  }
}

/**
 * The first limit a call would pass; null where it fits under all. A count must have a place left, money must have room
 * for the most the call could cost. `strict` counts calls in progress as if all became billable, `soft` settled calls
 * alone; concurrency counts calls in progress either way.
 */
export function checkCaps(checks: readonly CapCheck[], context: CapContext): Rejection | null {
  for (const check of checks) {
    const finding = checkOne(check, context);
    if (finding) return finding;
  }
  return null;
}

function checkOne(check: CapCheck, { usage, windows, now, costMicros }: CapContext): Rejection | null {
  const owner = check.owner.kind;
  switch (check.kind) {
    case 'concurrent': {
      const used = usage.concurrent(check.owner);
      return used < check.cap ? null : { reason: 'concurrency-cap', values: { owner, used, cap: check.cap } };
    }
    case 'counted': {
      const window = windows.at(check.window, now);
      const { settled, pending } = usage.counted(check.owner, check.window, window);
      const used = check.soft ? settled : settled + pending;
      if (used < check.cap) return null;
      const values = { owner, used, cap: check.cap };
      return { reason: COUNTED_REASONS[check.window], values: withReset(values, window) };
    }
    case 'spend': {
      const day = windows.at('daily', now);
      const { settledMicros, pendingMicros } = usage.spent(check.owner, day);
      const usedMicros = check.soft ? settledMicros : settledMicros + pendingMicros;
      const { capMicros } = check;
      if (usedMicros + costMicros <= capMicros) return null;
      return { reason: 'spend-cap', values: withReset({ owner, usedMicros, costMicros, capMicros }, day) };
    }
  }
}

function withReset(values: Rejection['values'], { resetsAt }: CapWindow): Rejection['values'] {
  return resetsAt === null ? values : { ...values, resetsAt: toIso(resetsAt) };
}

/**
 * Whether the buyer can pay for the most this call could cost, with all its calls in progress at their most: out of its
 * balance and its credit limit. Without a limit a prepaid buyer has none of it, any other as much as it likes.
 */
export function checkBalance(buyer: Buyer, usage: CapUsage, costMicros: number): Rejection | null {
  const creditLimitMicros = buyer.creditLimitMicros ?? (buyer.prepaid ? 0 : null);
  if (creditLimitMicros === null) return null;
  const { balanceMicros, pendingMicros } = usage.balance(buyer.id);
  if (balanceMicros - pendingMicros + creditLimitMicros >= costMicros) return null;
  return { reason: 'insufficient-balance', values: { balanceMicros, pendingMicros, creditLimitMicros, costMicros } };
}

/** A place taken for a call in progress. */
export interface HeldPlace {
  readonly routeId: RouteId;
  readonly destinationId: DestinationId;
  readonly buyerId: BuyerId;
  /** The most it could cost the buyer. */
  readonly pendingMicros: number;
}

/** The usage as it will be once these places are written, which they are not yet. */
function withHeldPlaces(usage: CapUsage, places: readonly HeldPlace[]): CapUsage {
  if (places.length === 0) return usage;
  const heldBy = (owner: CapOwner) => places.filter((place) => isHeldBy(place, owner));
  const sumMicros = (held: readonly HeldPlace[]) => held.reduce((sum, { pendingMicros }) => sum + pendingMicros, 0);
  return {
    concurrent: (owner) => usage.concurrent(owner) + heldBy(owner).length,
    counted(owner, length, window) {
      const { settled, pending } = usage.counted(owner, length, window);
      return { settled, pending: pending + heldBy(owner).length };
    },
    spent(owner, day) {
      const { settledMicros, pendingMicros } = usage.spent(owner, day);
      return { settledMicros, pendingMicros: pendingMicros + sumMicros(heldBy(owner)) };
    },
    balance(buyerId) {
      const { balanceMicros, pendingMicros } = usage.balance(buyerId);
      return { balanceMicros, pendingMicros: pendingMicros + sumMicros(heldBy({ kind: 'buyer', id: buyerId })) };
    },
  };
}

/** A call's own publisher is not asked: it is one call of the publisher's, however many places it holds. */
function isHeldBy(place: HeldPlace, owner: CapOwner): boolean {
  switch (owner.kind) {
    case 'route':
      return place.routeId === owner.id;
    case 'destination':
      return place.destinationId === owner.id;
    case 'buyer':
      return place.buyerId === owner.id;
    case 'publisher':
      return false;
  }
}

/** The limits of a route, its destination and its buyer, made ready. `RouteLine` is one. */
export interface CappedLine {
  readonly buyer: Buyer;
  readonly caps: readonly CapCheck[];
  readonly windows: CapWindows;
  readonly costMicros: number;
}

/** The first limit of a route, its destination or its buyer that a call would pass; null where it fits. */
export function checkLine(line: CappedLine, usage: CapUsage, now: EpochMs): Rejection | null {
  return (
    (line.caps.length === 0
      ? null
      : checkCaps(line.caps, { usage, windows: line.windows, now, costMicros: line.costMicros })) ??
    checkBalance(line.buyer, usage, line.costMicros)
  );
}

/** Whether a route chosen earlier still has room, beside the places taken since `usage` was read. */
export function capsAllow(line: CappedLine, usage: CapUsage, now: EpochMs, places: readonly HeldPlace[] = []): boolean {
  return checkLine(line, withHeldPlaces(usage, places), now) === null;
}
