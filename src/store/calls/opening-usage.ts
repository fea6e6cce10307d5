import type { CapOwner } from '../../domain/routing/caps.ts';
import { type Question, spell } from '../../domain/routing/decision-basis.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';
import { createRouteRecords } from './route-records.ts';

interface Sum {
  readonly calls: number;
  readonly micros: number;
}

/** Billable calls of an owner received in `[?, ?)`, and their money. */
function sumOf(column: string, verdict: 'buyer_billable' | 'publisher_billable', money: string): string {
  return `SELECT count(*) AS calls, coalesce(sum(${money}), 0) AS micros FROM calls
    WHERE ${column} = ? AND received_at >= ? AND received_at < ? AND status = 'settled' AND ${verdict} = 1`;
}

/**
 * How full the caps were when a period began, from the calls before it, for questions that no decision asked at the time.
 * Calls received before it count as settled; accounts stand where they stood; records of routes are those of the
 * instant asked about.
 */
export function createOpening(
  sqlite: Sqlite,
): (from: EpochMs) => (question: Question, at: EpochMs) => readonly number[] {
  const sums = {
    route: sqlite.prepare<[string, number, number], Sum>(sumOf('route_id', 'buyer_billable', 'charge_micros')),
    destination: sqlite.prepare<[string, number, number], Sum>(
      sumOf('destination_id', 'buyer_billable', 'charge_micros'),
    ),
    buyer: sqlite.prepare<[string, number, number], Sum>(sumOf('buyer_id', 'buyer_billable', 'charge_micros')),
    publisher: sqlite.prepare<[string, number, number], Sum>(
      sumOf('publisher_id', 'publisher_billable', 'payout_micros'),
    ),
  } satisfies Record<CapOwner['kind'], unknown>;
  const owed = sqlite
    .prepare<[string, number], number>(
      'SELECT coalesce(sum(amount_micros), 0) FROM postings WHERE party = ? AND at < ?',
    )
    .pluck();
  const { routeRecord } = createRouteRecords(sqlite);

  return (from) => {
    const remembered = new Map<string, readonly number[]>();
    const read = (question: Question): readonly number[] => {
      if (!('window' in question)) {
        // The ledger writes debts positive.
        return question.about === 'balance' ? [0 - (owed.get(`buyer:${question.owner.id}`, from) ?? 0), 0] : [0];
      }
      const { about, owner, window } = question;
      const { calls, micros } = sums[owner.kind].get(
        owner.id,
        window.start,
        Math.min(from, window.resetsAt ?? from),
      ) ?? { calls: 0, micros: 0 };
      return [about === 'spent' ? micros : calls, 0];
    };
    return (question, at) => {
      if (question.about === 'record') {
        const { calls, billable } = routeRecord(question.owner.id, at);
        return [calls, billable];
      }
      const key = spell(question);
      const answer = remembered.get(key) ?? read(question);
      remembered.set(key, answer);
      return answer;
    };
  };
}
