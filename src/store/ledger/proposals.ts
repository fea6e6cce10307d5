import { AppError } from '../../domain/app-error.ts';
import type { Disposition } from '../../domain/call/disposition.ts';
import type { CallId, CampaignId } from '../../domain/ids.ts';
import { toIso, type EpochMs, type IsoInstant } from '../../domain/time.ts';
import type { CommitQueue } from '../commit-queue.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Sqlite } from '../database.ts';
import { checkLimit } from '../page-limit.ts';
import type { Page } from '../resource-store.ts';
import { createAdjustmentRows } from './adjustment-rows.ts';
import type { AdjustCall, Adjusted, Decision } from './adjust-call.ts';
import { Where } from '../where.ts';

/** `withdrawn`: the disposition it came from was changed, or the call was refunded without it. */
export const PROPOSAL_STATUSES = ['open', 'confirmed', 'dismissed', 'withdrawn'] as const;
export type ProposalStatus = (typeof PROPOSAL_STATUSES)[number];

/** A refund that a campaign's review rules ask for, and that waits for a person. */
export interface AdjustmentProposal {
  readonly id: string;
  readonly callId: CallId;
  readonly campaignId: CampaignId | null;
  readonly action: 'refund';
  /** What was said of the call. */
  readonly disposition: Disposition;
  readonly status: ProposalStatus;
  readonly proposedAt: IsoInstant;
  readonly decidedAt: IsoInstant | null;
  /** Whose key confirmed or dismissed it; null while open and where it was withdrawn. */
  readonly decidedBy: string | null;
  readonly reason: string | null;
}

export interface ProposalQuery {
  /** 1…500. */
  readonly limit: number;
  readonly cursor?: string;
  readonly filters: {
    readonly status?: ProposalStatus;
    readonly callId?: CallId;
    readonly campaignId?: CampaignId;
  };
}

export interface ProposalStore {
  /** Oldest first. Rejects with AppError `invalid` for a bad limit or a foreign cursor. */
  list(query: ProposalQuery): Promise<Page<AdjustmentProposal>>;
  /**
   * Refunds the call, in the same transaction. Confirming again gives the same refund. Rejects with AppError
   * `not-found`, `wrong-state` where it was dismissed or withdrawn.
   */
  confirm(id: string, decision: Decision): Promise<Adjusted & { readonly proposal: AdjustmentProposal }>;
  /** Leaves the call as it is. Idempotent. Rejects with AppError `not-found`, `wrong-state` where it was not dismissed. */
  dismiss(id: string, decision: Decision): Promise<AdjustmentProposal>;
}

interface ProposalRow extends Omit<AdjustmentProposal, 'action' | 'proposedAt' | 'decidedAt'> {
  readonly at: EpochMs;
  readonly decidedAt: EpochMs | null;
}

const SELECT = `SELECT adjustment_proposals.id, call_id AS callId, campaign_id AS campaignId, disposition,
    adjustment_proposals.status, at, decided_at AS decidedAt, decided_by AS decidedBy, reason
  FROM adjustment_proposals JOIN calls ON calls.id = call_id`;

const CONDITIONS = {
  status: 'adjustment_proposals.status = ?',
  callId: 'call_id = ?',
  campaignId: 'campaign_id = ?',
} as const;

export function createProposalStore(parts: {
  readonly sqlite: Sqlite;
  readonly queue: CommitQueue;
  readonly adjust: AdjustCall;
  readonly now: () => EpochMs;
}): ProposalStore {
  const { sqlite, queue, adjust, now } = parts;
  const byId = sqlite.prepare<[string], ProposalRow>(`${SELECT} WHERE adjustment_proposals.id = ?`);
  const rows = createAdjustmentRows(sqlite);
  const writeDecision = sqlite.prepare<[string, number, string, string, string]>(
    'UPDATE adjustment_proposals SET status = ?, decided_at = ?, decided_by = ?, reason = ? WHERE id = ?',
  );

  function read(id: string): AdjustmentProposal {
    const row = byId.get(id);
    if (row === undefined) throw new AppError('not-found', `There is no adjustment proposal ${id}`);
    return toProposal(row);
  }

  function decide(id: string, as: 'confirmed' | 'dismissed', { keyId, reason }: Decision): void {
    const { status } = read(id);
    if (status !== 'open') throw new AppError('wrong-state', `The proposal ${id} was ${status} already`);
    writeDecision.run(as, now(), keyId, reason, id);
  }

  return {
    async list({ limit, cursor, filters }) {
      checkLimit(limit);
      const list = ['adjustment-proposals', filters];
      const [after = ''] = cursor === undefined ? [] : decodeCursor(list, cursor, ['string']);
      const where = new Where().and('adjustment_proposals.id > ?', after).andFilters(CONDITIONS, filters);
      const rows = sqlite
        .prepare<(string | number)[], ProposalRow>(`${SELECT} ${where.clause} ORDER BY adjustment_proposals.id LIMIT ?`)
        .all(...where.values, limit + 1);
      const last = rows[limit - 1];
      return {
        data: rows.slice(0, limit).map(toProposal),
        nextCursor: rows.length > limit && last !== undefined ? encodeCursor(list, [last.id]) : null,
      };
    },

    confirm(id, decision) {
      return queue.write('power', () => {
        const { callId, status, decidedAt } = read(id);
        if (status === 'confirmed') {
          // Not a second refund, should the call have been charged anew since.
          const refund = rows.ofCall(callId).filter(({ action, at }) => action === 'refund' && at === decidedAt);
          return { made: false, adjustments: refund, proposal: read(id) };
        }
        decide(id, 'confirmed', decision);
        return { ...adjust.refund(callId, decision), proposal: read(id) };
      });
    },

    dismiss(id, decision) {
      return queue.write('power', () => {
        if (read(id).status !== 'dismissed') decide(id, 'dismissed', decision);
        return read(id);
      });
    },
  };
}

function toProposal({ at, decidedAt, ...row }: ProposalRow): AdjustmentProposal {
  const { id, callId, campaignId, disposition, status, decidedBy, reason } = row;
  return {
    id,
    callId,
    campaignId,
    action: 'refund',
    disposition,
    status,
    proposedAt: toIso(at),
    decidedAt: decidedAt === null ? null : toIso(decidedAt),
    decidedBy,
    reason,
  };
}
