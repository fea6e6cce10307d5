import { AppError } from '../../domain/app-error.ts';
import type { Conversion } from '../../domain/call/conversion.ts';
import { ID_PREFIX, type BuyerId, type CallId, type ConversionId } from '../../domain/ids.ts';
import type { Ani, E164 } from '../../domain/numbers/e164.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';
import type { NewId } from '../new-id.ts';
import { createConversionRows } from './conversion-rows.ts';

/** A call by what somebody at its other end knows of it. */
export interface CallSighting {
  readonly did: E164;
  readonly ani: Ani;
  /** Any instant of the call, by a clock that may be a minute off. */
  readonly at: EpochMs;
  /** Among this buyer's calls alone. */
  readonly buyerId?: BuyerId;
}

/** What is reported. */
export type ConversionReport = Pick<
  Conversion,
  'callId' | 'externalId' | 'kind' | 'valueMicros' | 'occurredAt' | 'reporter'
>;

/** A conversion, and whether it was new. */
export interface ReportedConversion extends Conversion {
  readonly made: boolean;
}

export interface ConversionStore {
  /**
   * The call that was seen: the earliest one of that caller to that number that was in progress then, a minute more or
   * less. That one stays the earliest whatever comes after it, so the answer is the same at any time at which there is
   * one. Undefined where there is none.
   */
  findCall(sighting: CallSighting): Promise<CallId | undefined>;
  /**
   * Keeps a report, of an open call as of a settled one. The same report again gives the one that is kept. Rejects with
   * AppError `not-found` for a call there is none of, `duplicate` where the reporter has told something else by that id.
   */
  report(report: ConversionReport): Promise<ReportedConversion>;
}

/** How far clocks may be apart, and a time be rounded. */
const CLOCKS_APART_MS = 60_000;

/** No call is longer (a campaign's `maxCallS`), ringing included. */
const LONGEST_CALL_MS = 2 * 86_400_000;

export function createConversionStore(parts: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly newId: NewId;
  readonly now: () => EpochMs;
}): ConversionStore {
  const { sqlite, queue, newId, now } = parts;
  const rows = createConversionRows(sqlite);
  const callExists = sqlite.prepare<[string]>('SELECT 1 FROM calls WHERE id = ?');
  const seen = sqlite
    .prepare<
      [{ did: string; ani: string; since: number; before: number; after: number; buyerId: string | null }],
      CallId
    >(
      `SELECT id FROM calls WHERE ani = @ani AND did = @did AND received_at >= @since AND received_at <= @before
         AND (ended_at IS NULL OR ended_at >= @after) AND (@buyerId IS NULL OR buyer_id = @buyerId)
       ORDER BY received_at, seq LIMIT 1`,
    )
    .pluck();

  return {
    async findCall({ did, ani, at, buyerId = null }) {
      const since = at - LONGEST_CALL_MS;
      return seen.get({ did, ani, since, before: at + CLOCKS_APART_MS, after: at - CLOCKS_APART_MS, buyerId });
    },

    report(report) {
      return queue.write('power', () => {
        const { callId, externalId, reporter } = report;
        if (callExists.get(callId) === undefined) throw new AppError('not-found', `There is no call ${callId}`);
        const kept = rows.find(reporter, externalId);
        if (kept !== undefined) {
          checkSame(kept, report);
          return { ...kept, made: false };
        }
        const id = newId(ID_PREFIX.conversion) as ConversionId;
        const conversion = { ...report, id, reportedAt: toIso(now()) };
        rows.insert(conversion);
        return { ...conversion, made: true };
      });
    },
  };
}

/** @throws AppError `duplicate` where they differ: of two reports by one name, the first stands */
function checkSame(kept: Conversion, report: ConversionReport): void {
  const fields = ['callId', 'kind', 'valueMicros', 'occurredAt'] as const;
  const differing = fields.filter((field) => kept[field] !== report[field]);
  if (differing.length === 0) return;
  const message = `was reported before with another ${differing.join(', ')}: use a new id for a new conversion`;
  throw new AppError('duplicate', `The conversion ${report.externalId} ${message}`, {
    problems: [{ path: '/externalId', message }],
  });
}
