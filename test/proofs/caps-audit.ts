import { Temporal } from 'temporal-polyfill';

import type { Cdr } from '../../src/domain/call/cdr.ts';
import { COUNTED_WINDOWS, type CountedWindow } from '../../src/domain/plan/caps.ts';
import type { CapOwner } from '../../src/domain/routing/caps.ts';
import type { Store } from '../../src/store/open-store.ts';
import type { Capped } from './caps-plan.ts';

/** What the records say of the caps, counted from them alone and by another calendar than the product's. */
export interface CapAudit {
  readonly records: number;
  readonly billed: number;
  /** Windows of some owner's cap that had calls in them, and those of them that were filled to the last place. */
  readonly windows: number;
  readonly fullWindows: number;
  readonly violations: readonly string[];
}

/** Holds every record of a store against the caps, and the store's counters against there being no call in progress. */
export async function auditCaps(store: Store, capped: readonly Capped[]): Promise<CapAudit> {
  const violations: string[] = [];
  const ids = new Set<string>();
  const used = new Map<string, { amount: number; readonly cap: number }>();
  let billed = 0;
  for await (const cdr of everyCdr(store)) {
    if (ids.has(cdr.id)) violations.push(`${cdr.id} is recorded twice`);
    ids.add(cdr.id);
    if (cdr.endedAt === null) violations.push(`${cdr.id} is still open`);
    if (cdr.buyerVerdict?.billable !== true) continue;
    billed += 1;
    for (const { owner, caps, timezone } of capped) {
      if (!isOf(cdr, owner)) continue;
      for (const window of COUNTED_WINDOWS) add(used, owner, window, startOf(window, cdr, timezone), 1, caps[window]);
      const { amountMicros } = cdr.buyerVerdict;
      add(used, owner, 'spend', startOf('daily', cdr, timezone), amountMicros, caps.spendDailyMicros);
    }
  }
  for (const [window, { amount, cap }] of used)
    if (amount > cap) violations.push(`${window}: ${amount} where the cap is ${cap}`);
  const held = store.readView();
  for (const { owner } of capped)
    if (held.concurrent(owner) !== 0) violations.push(`${owner.kind} ${owner.id} still holds a place`);
  const chain = await store.queries.verifyChain();
  if (!chain.intact) violations.push(`chain broken at ${chain.at}: ${chain.problem}`);
  const { problems, postings } = store.ledger.check();
  violations.push(...problems);
  if (postings !== billed * 2) violations.push(`${postings} postings of ${billed} billed calls`);
  const fullWindows = Array.from(used.values()).filter(({ amount, cap }) => amount === cap).length;
  return { records: ids.size, billed, windows: used.size, fullWindows, violations };
}

async function* everyCdr(store: Store): AsyncGenerator<Cdr> {
  let cursor: string | undefined;
  do {
    const page = await store.queries.list({ limit: 500, filters: {}, ...(cursor === undefined ? {} : { cursor }) });
    yield* page.data;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

function add(
  used: Map<string, { amount: number; readonly cap: number }>,
  { kind, id }: CapOwner,
  window: CountedWindow | 'spend',
  start: string,
  amount: number,
  cap: number | undefined,
): void {
  if (cap === undefined) return;
  const key = `${window} of ${kind} ${id} from ${start}`;
  const sum = used.get(key);
  if (sum) sum.amount += amount;
  else used.set(key, { amount, cap });
}

function isOf({ routeId, destinationId, buyerId }: Cdr, { id }: CapOwner): boolean {
  return routeId === id || destinationId === id || buyerId === id;
}

/** The beginning of the window a call counts in: the local hour, date or month in which it was received. */
function startOf(window: CountedWindow, { receivedAt }: Cdr, timezone: string): string {
  const local = Temporal.Instant.from(receivedAt).toZonedDateTimeISO(timezone);
  switch (window) {
    case 'hourly':
      return local.round({ smallestUnit: 'hour', roundingMode: 'floor' }).toString();
    case 'daily':
      return local.toPlainDate().toString();
    case 'monthly':
      return local.toPlainDate().toPlainYearMonth().toString();
    case 'total':
      return 'ever';
  }
}
