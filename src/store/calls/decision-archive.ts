import type { CallId } from '../../domain/ids.ts';
import type { RoutingPlan } from '../../domain/plan/routing-plan.ts';
import type { DecisionBasis, Question } from '../../domain/routing/decision-basis.ts';
import type { EpochMs } from '../../domain/time.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { Sqlite } from '../database.ts';
import { readPlanAt } from '../resources/read-plan.ts';
import { toChainedCdr, type ChainedCdr } from './cdr-chain.ts';
import { checkReplays, type ReplaysCheck } from './check-replays.ts';
import { createOpening } from './opening-usage.ts';

/** A call that was decided, with what its decision rested on. */
export interface ArchivedCall {
  readonly cdr: ChainedCdr;
  /** Undefined where it was decided before bases were kept, or its basis is no longer kept. */
  readonly basis: DecisionBasis | undefined;
}

/** What decisions rested on, for making them once more. */
export interface DecisionArchive {
  /** Undefined where there is no such call. */
  find(callId: CallId): ArchivedCall | undefined;
  /** The part of the plan that decisions rest on, of that version; undefined where it was never kept. */
  planAt(version: number): RoutingPlan | undefined;
  /** How many settled calls were received in `[from, to)`, whatever became of them. */
  count(from: EpochMs, to: EpochMs): number;
  /** Those calls in the order they were admitted, read a few hundred at a time. */
  between(from: EpochMs, to: EpochMs): Iterable<ArchivedCall>;
  /** Answers questions as calls received before the instant would have it, all of them settled; made for one reading. */
  openingAt(from: EpochMs): (question: Question, at: EpochMs) => readonly number[];
  /** Looks whether all that decisions rested on is still there. */
  check(): ReplaysCheck;
}

/** Keeps the basis of a call's decision; inside the transaction that admits it. */
export type KeepBasis = (callSeq: number, basis: DecisionBasis) => void;

interface ArchivedRow {
  readonly seq: number;
  readonly received_at: number;
  readonly record: string;
  readonly hash: string | null;
  readonly basis: string | null;
}

const SELECT = `SELECT calls.seq, received_at, record, hash, basis
  FROM calls JOIN call_records ON call_records.call_seq = calls.seq
    LEFT JOIN decision_bases ON decision_bases.call_seq = calls.seq`;
const PAGE = 500;

export function createKeepBasis(sqlite: Sqlite): KeepBasis {
  const insert = sqlite.prepare<[number, string]>('INSERT INTO decision_bases (call_seq, basis) VALUES (?, ?)');
  return (callSeq, basis) => {
    insert.run(callSeq, canonicalJson(basis));
  };
}

export function createDecisionArchive(sqlite: Sqlite): DecisionArchive {
  const byId = sqlite.prepare<[string], ArchivedRow>(`${SELECT} WHERE calls.id = ?`);
  const countBetween = sqlite
    .prepare<[number, number], number>(
      "SELECT count(*) FROM calls WHERE received_at >= ? AND received_at < ? AND status = 'settled'",
    )
    .pluck();
  const nextPage = sqlite.prepare<[number, number, number], ArchivedRow>(
    `${SELECT} WHERE (received_at, calls.seq) > (?, ?) AND received_at < ? AND status = 'settled'
     ORDER BY received_at, calls.seq LIMIT ${PAGE}`,
  );

  return {
    find(callId) {
      const row = byId.get(callId);
      return row && toArchivedCall(row);
    },
    planAt: (version) => readPlanAt(sqlite, version),
    openingAt: createOpening(sqlite),
    check: () => checkReplays(sqlite),
    count: (from, to) => countBetween.get(from, to) ?? 0,
    *between(from, to) {
      let last: { readonly received_at: number; readonly seq: number } = { received_at: from, seq: 0 };
      for (;;) {
        const rows = nextPage.all(last.received_at, last.seq, to);
        yield* rows.map(toArchivedCall);
        const end = rows.at(-1);
        if (end === undefined || rows.length < PAGE) return;
        last = end;
      }
    },
  };
}

function toArchivedCall({ record, hash, basis }: ArchivedRow): ArchivedCall {
  return {
    cdr: toChainedCdr(record, hash),
    basis: basis === null ? undefined : (JSON.parse(basis) as DecisionBasis),
  };
}
