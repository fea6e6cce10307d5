import assert from 'node:assert/strict';

import type { BuyerId, DestinationId, RouteId } from '../../src/domain/ids.ts';
import type { CapWindow } from '../../src/domain/routing/cap-windows.ts';
import type { CapOwner, CapUsage } from '../../src/domain/routing/caps.ts';
import type { EpochMs } from '../../src/domain/time.ts';

export const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What each billed call costs, micros. */
export const PRICE = 30_000_000;
/** Midnight of 24 November 2026 in New York, five hours behind UTC all that week. */
export const MIDNIGHT = Date.UTC(2026, 10, 24, 5);
/** Its November began four hours behind. */
const NOVEMBER = Date.UTC(2026, 10, 1, 4);

/** Four routes to three destinations of two buyers. */
export const LINES = [
  { route: 'rte_1', destination: 'dst_1', buyer: 'byr_1' },
  { route: 'rte_2', destination: 'dst_2', buyer: 'byr_1' },
  { route: 'rte_3', destination: 'dst_3', buyer: 'byr_2' },
  { route: 'rte_4', destination: 'dst_3', buyer: 'byr_2' },
] as const;
export type Line = (typeof LINES)[number];

const CAPS = { concurrent: 3, hourly: 2, daily: 4, total: 9, spendDaily: 3 * PRICE };

/** A call in progress, and the line it holds a place on. */
export interface ModelCall {
  readonly id: string;
  readonly receivedAt: number;
  place: Line | null;
  attempts: number;
}

interface Billed {
  readonly line: Line;
  readonly receivedAt: number;
}

/** The caps of a few lines as anyone would count them with paper and pencil: anew for each question. */
export class CapModel {
  readonly open: ModelCall[] = [];
  readonly billed: Billed[] = [];
  settled = 0;

  pendingOf(owner: CapOwner): ModelCall[] {
    return this.open.filter((call) => call.place !== null && Object.values(call.place).includes(owner.id as never));
  }

  billedOf(owner: CapOwner): Billed[] {
    return this.billed.filter(({ line }) => Object.values(line).includes(owner.id as never));
  }

  /** Keeps how everything stands; what it gives back brings that about again. */
  bookmark(): () => void {
    const { settled } = this;
    const billed = [...this.billed];
    const open = this.open.map((call) => ({ call, was: { ...call } }));
    return () => {
      this.settled = settled;
      this.billed.splice(0, Infinity, ...billed);
      this.open.splice(0, Infinity, ...open.map(({ call, was }) => Object.assign(call, was)));
    };
  }

  /** The figures of an owner at an instant, in the order `figuresOf` reads them. */
  figures(owner: CapOwner, at: number): number[] {
    const sameHour = (call: { receivedAt: number }) => hourOf(call.receivedAt) === hourOf(at);
    const sameDay = (call: { receivedAt: number }) => dayOf(call.receivedAt) === dayOf(at);
    const [pending, billed] = [this.pendingOf(owner), this.billedOf(owner)];
    return [
      pending.length,
      ...[sameHour, sameDay, () => true].flatMap((within) => [
        billed.filter(within).length,
        pending.filter(within).length,
      ]),
      billed.filter(sameDay).length * PRICE,
      pending.filter(sameDay).length * PRICE,
    ];
  }
}

const hourOf = (at: number) => Math.floor(at / HOUR) * HOUR;
const dayOf = (at: number) => MIDNIGHT + Math.floor((at - MIDNIGHT) / DAY) * DAY;

/** The same figures, from a reading of the store. */
export function figuresOf(usage: CapUsage, owner: CapOwner, at: number): number[] {
  const day = windowOf(dayOf(at), DAY);
  const hourly = usage.counted(owner, 'hourly', windowOf(hourOf(at), HOUR));
  const daily = usage.counted(owner, 'daily', day);
  const monthly = usage.counted(owner, 'monthly', windowOf(NOVEMBER, 30 * DAY + HOUR));
  const total = usage.counted(owner, 'total', { start: 0 as EpochMs, resetsAt: null });
  // Every call of the model falls into one month.
  assert.deepEqual(monthly, total);
  const spent = usage.spent(owner, day);
  return [
    usage.concurrent(owner),
    hourly.settled,
    hourly.pending,
    daily.settled,
    daily.pending,
    total.settled,
    total.pending,
    spent.settledMicros,
    spent.pendingMicros,
  ];
}

const windowOf = (start: number, lasts: number): CapWindow => ({
  start: start as EpochMs,
  resetsAt: (start + lasts) as EpochMs,
});

/** Whose caps a call on the line counts for. */
export const ownersOf = (line: Line): readonly CapOwner[] => [
  { kind: 'route', id: line.route as RouteId },
  { kind: 'destination', id: line.destination as DestinationId },
  { kind: 'buyer', id: line.buyer as BuyerId },
];

/** Whether another call fits under every cap, by figures in the order above. */
export function hasRoom(figures: readonly number[]): boolean {
  const [concurrent = 0, hs = 0, hp = 0, ds = 0, dp = 0, ts = 0, tp = 0, spent = 0, pending = 0] = figures;
  return (
    concurrent < CAPS.concurrent &&
    hs + hp < CAPS.hourly &&
    ds + dp < CAPS.daily &&
    ts + tp < CAPS.total &&
    spent + pending + PRICE <= CAPS.spendDaily
  );
}
