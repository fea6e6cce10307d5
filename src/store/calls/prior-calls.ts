import type { PriorCalls, PriorCallQuery } from '../../domain/billing/prior-calls.ts';
import type { BuyerId, CallId, CampaignId, DestinationId } from '../../domain/ids.ts';
import type { Ani } from '../../domain/numbers/e164.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Sqlite } from '../database.ts';

/** What a caller did before: connected calls for the duplicate rule, every call for screening by velocity. */
export interface CallHistory extends PriorCalls {
  /** Calls this ANI made to the campaign since the instant, whatever became of them. */
  callsFromAni(ani: Ani, campaignId: CampaignId, since: EpochMs): number;
  /** Every buyer the caller reached in matching calls. */
  priorBuyers(query: PriorCallQuery): readonly BuyerId[];
}

interface MatchParameters {
  readonly ani: string;
  readonly excluding: string;
  readonly since: number;
  readonly before: number;
  readonly firstOfTie: number;
  readonly billableOnly: number;
  readonly campaignId: string | null;
  readonly buyerId: string | null;
}

/**
 * `ani <> 'anonymous'` and `connected_at IS NOT NULL` let SQLite use the index `calls_by_ani_connected`. A call that is
 * still going on has its `connected_at`, and is billable to nobody yet.
 */
const MATCHES = `FROM calls
  WHERE ani = @ani AND ani <> 'anonymous' AND connected_at IS NOT NULL
    AND connected_at >= @since AND connected_at < @before + @firstOfTie
    AND (connected_at < @before OR seq < (SELECT seq FROM calls WHERE id = @excluding))
    AND id <> @excluding AND destination_id IS NOT NULL
    AND (NOT @billableOnly OR buyer_billable = 1)
    AND (@campaignId IS NULL OR campaign_id = @campaignId)
    AND (@buyerId IS NULL OR buyer_id = @buyerId)`;

/**
 * The history of callers, as the transaction it is asked in sees it. Transactions come one after the other, so of two
 * calls of one caller the one settled second always sees the first, whichever connected first, and where the rule counts
 * connected calls, the one settled first sees the other, too; which of them counts is the judge's question
 * (`domain/billing/duplicate-query.ts`), and it asks both ways.
 *
 * Most callers are new, so it is asked first whether anything matches at all: SQLite plans a search that sorts anew each
 * time its parameters change, which takes ten times as long as the search itself.
 */
export function createCallHistory(sqlite: Sqlite): CallHistory {
  const any = sqlite.prepare<[MatchParameters], 1>(`SELECT 1 ${MATCHES} LIMIT 1`);
  const latest = sqlite.prepare<[MatchParameters], { callId: CallId; destinationId: DestinationId }>(
    `SELECT id AS callId, destination_id AS destinationId ${MATCHES} ORDER BY connected_at DESC, seq DESC LIMIT 1`,
  );
  const destinations = sqlite
    .prepare<[MatchParameters], DestinationId>(`SELECT DISTINCT destination_id ${MATCHES} ORDER BY destination_id`)
    .pluck();
  const buyers = sqlite
    .prepare<[MatchParameters], BuyerId>(
      `SELECT DISTINCT buyer_id ${MATCHES} AND buyer_id IS NOT NULL ORDER BY buyer_id`,
    )
    .pluck();
  const countFromAni = sqlite
    .prepare<[string, number, string], number>(
      'SELECT count(*) FROM calls WHERE ani = ? AND received_at >= ? AND campaign_id = ?',
    )
    .pluck();

  return {
    latestPriorCall(query) {
      const parameters = matchParameters(query);
      return any.get(parameters) && latest.get(parameters);
    },
    priorDestinations(query) {
      const parameters = matchParameters(query);
      return any.get(parameters) ? destinations.all(parameters) : [];
    },
    priorBuyers(query) {
      const parameters = matchParameters(query);
      return any.get(parameters) ? buyers.all(parameters) : [];
    },
    callsFromAni(ani, campaignId, since) {
      return countFromAni.get(ani, since, campaignId) ?? 0;
    },
  };
}

function matchParameters(query: PriorCallQuery): MatchParameters {
  const { trigger, firstOfTie, ...rest } = query;
  return { ...rest, firstOfTie: Number(firstOfTie), billableOnly: Number(trigger === 'billable') };
}
