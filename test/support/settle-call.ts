import { judgeCall } from '../../src/domain/billing/judge-call.ts';
import type { Cdr } from '../../src/domain/call/cdr.ts';
import type { Terms } from '../../src/domain/billing/terms.ts';
import type { Store } from '../../src/store/open-store.ts';
import { draftCdr, endedCdr, openCallOf, SAMPLE_PLAN, SAMPLE_TERMS } from './sample-call.ts';

/** Terms that charge $30 and pay the publisher half of it. */
export const HALF_TERMS: Terms = { ...SAMPLE_TERMS, payout: { kind: 'percent', percent: 50 } };

/** Admits a call and settles it by its terms: `HALF_TERMS` and two minutes of talk where nothing else is said. */
export async function settleCall(store: Store, id: string, fields: Partial<Cdr> = {}): Promise<Cdr> {
  await admitCall(store, id, fields);
  return settleAdmitted(store, id, fields);
}

/** Settles a call that was admitted before, as `settleCall` does. */
export function settleAdmitted(store: Store, id: string, fields: Partial<Cdr> = {}): Promise<Cdr> {
  const ended = endedCdr(id, { publisherId: 'pub_1' as NonNullable<Cdr['publisherId']>, terms: HALF_TERMS, ...fields });
  const facts = { callerConfirmed: true, buyerOverCap: false, publisherOverCap: false };
  return store.calls.settleCall(ended.id, (view) => judgeCall(ended, view, facts));
}

/** Admits a call that stays open. */
export async function admitCall(store: Store, id: string, { receivedAt, ani, did }: Partial<Cdr> = {}): Promise<void> {
  const draft = draftCdr(id, {
    ...(receivedAt === undefined ? {} : { receivedAt }),
    ...(ani === undefined ? {} : { ani }),
    ...(did === undefined ? {} : { did }),
  });
  await store.calls.admitCall(openCallOf(draft), () => ({ plan: SAMPLE_PLAN, reserve: [], draft }));
}
