import { AppError } from '../../domain/app-error.ts';
import type { Disposition, ReviewAction } from '../../domain/call/disposition.ts';
import { ID_PREFIX, type CallId } from '../../domain/ids.ts';
import { toIso, type EpochMs, type IsoInstant } from '../../domain/time.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import { checkReviews, type ReviewsCheck } from './check-reviews.ts';

/** What a person says a call came to, and why. */
export interface DispositionWord {
  readonly value: Disposition;
  readonly note: string | null;
}

/** One word about a call, with who said it and when. */
export interface DispositionEvent extends DispositionWord {
  readonly at: IsoInstant;
  /** Whose key said it; null for words older than the keeping of this. */
  readonly keyId: string | null;
}

/** Everything said about a call. */
export interface DispositionHistory {
  readonly callId: CallId;
  /** Oldest first; the last is what counts. */
  readonly history: readonly DispositionEvent[];
  /** The refund that waits for a person since, where the campaign's review rules ask for one. */
  readonly openProposalId: string | null;
}

export interface DispositionStore {
  /** Rejects with AppError `not-found`. */
  get(callId: CallId): Promise<DispositionHistory>;
  /**
   * Adds a word; the latest counts. It changes neither record nor money, but may propose a refund where the campaign's
   * review rules say so, and withdraws one that was proposed for the word before. The same word again adds nothing, which
   * `made` says.
   *
   * Rejects with AppError `not-found`, `wrong-state` for a call that has not ended, `version-conflict` where there are
   * not as many words as expected.
   */
  set(
    callId: CallId,
    word: DispositionWord & { readonly keyId: string },
    expectedWords?: number,
  ): Promise<DispositionHistory & { readonly made: boolean }>;
  /** Holds what counts against all that was said. */
  check(): ReviewsCheck;
}

interface ReviewedCall {
  readonly seq: number;
  readonly status: 'open' | 'settled';
  readonly campaignRules: string | null;
  /** What the buyer owes and the publisher earns at present, together. */
  readonly standing: number;
}

interface EventRow extends DispositionWord {
  readonly at: EpochMs;
  readonly keyId: string | null;
}

export function createDispositionStore(parts: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}): DispositionStore {
  const { sqlite, queue, newId, now } = parts;
  const findCall = sqlite.prepare<[string], ReviewedCall>(
    `SELECT calls.seq, calls.status, doc ->> '$.reviewRules' AS campaignRules,
       charge_micros + payout_micros + coalesce(
         (SELECT sum(amount_micros) FROM adjustments WHERE adjustments.call_id = calls.id), 0) AS standing
     FROM calls LEFT JOIN campaigns ON campaigns.id = calls.campaign_id WHERE calls.id = ?`,
  );
  const history = sqlite.prepare<[number], EventRow>(
    'SELECT value, note, at, key_id AS keyId FROM disposition_events WHERE call_seq = ? ORDER BY seq',
  );
  const insertEvent = sqlite.prepare<[number, string, string | null, number, string]>(
    'INSERT INTO disposition_events (call_seq, value, note, at, key_id) VALUES (?, ?, ?, ?, ?)',
  );
  const writeLatest = sqlite.prepare<[number, string, string | null, number]>(
    `INSERT INTO dispositions (call_seq, value, note, at) VALUES (?, ?, ?, ?)
     ON CONFLICT (call_seq) DO UPDATE SET value = excluded.value, note = excluded.note, at = excluded.at`,
  );
  const openProposal = sqlite.prepare<[string], { id: string; disposition: Disposition }>(
    "SELECT id, disposition FROM adjustment_proposals WHERE call_id = ? AND status = 'open'",
  );
  const propose = sqlite.prepare<[string, string, string, number]>(
    "INSERT INTO adjustment_proposals (id, call_id, disposition, status, at) VALUES (?, ?, ?, 'open', ?)",
  );
  const withdraw = sqlite.prepare<[number, string]>(
    "UPDATE adjustment_proposals SET status = 'withdrawn', decided_at = ? WHERE id = ?",
  );

  /** Brings what is proposed for a call into line with what is said of it now. */
  function review(callId: CallId, value: Disposition, { campaignRules, standing }: ReviewedCall): void {
    const open = openProposal.get(callId);
    if (open?.disposition === value) return;
    if (open !== undefined) withdraw.run(now(), open.id);
    if (ruleFor(value, campaignRules) !== 'propose-refund' || standing === 0) return;
    propose.run(newId(ID_PREFIX.adjustmentProposal), callId, value, now());
  }

  function find(callId: CallId): ReviewedCall {
    const call = findCall.get(callId);
    if (call === undefined) throw new AppError('not-found', `There is no call ${callId}`);
    return call;
  }

  function read(callId: CallId): DispositionHistory {
    const events = history.all(find(callId).seq);
    return {
      callId,
      history: events.map(({ value, note, at, keyId }) => ({ value, note, at: toIso(at), keyId })),
      openProposalId: openProposal.get(callId)?.id ?? null,
    };
  }

  return {
    async get(callId) {
      return read(callId);
    },

    set(callId, { value, note, keyId }, expectedWords) {
      return queue.write('power', () => {
        const call = find(callId);
        if (call.status === 'open') {
          throw new AppError('wrong-state', `The call ${callId} has not ended yet: say what became of it afterwards`);
        }
        const words = history.all(call.seq);
        if (expectedWords !== undefined && expectedWords !== words.length) {
          throw new AppError('version-conflict', `More was said of ${callId} meanwhile: read it again`);
        }
        const last = words.at(-1);
        const made = last?.value !== value || last.note !== note;
        if (made) {
          insertEvent.run(call.seq, value, note, now(), keyId);
          writeLatest.run(call.seq, value, note, now());
          review(callId, value, call);
        }
        return { ...read(callId), made };
      });
    },

    check: () => checkReviews(sqlite),
  };
}

/** The rules as they are now: a campaign may change its mind, unlike terms, since a person decides in the end. */
function ruleFor(value: Disposition, campaignRules: string | null): ReviewAction | undefined {
  if (campaignRules === null) return undefined;
  return (JSON.parse(campaignRules) as Readonly<Record<string, ReviewAction>>)[value];
}
