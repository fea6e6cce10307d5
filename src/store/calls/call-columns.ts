import type { Cdr } from '../../domain/call/cdr.ts';

/** What lists filter by and reports count, taken from a CDR: columns say nothing that the record doesn't. */
export interface CallColumns {
  readonly connected_at: number | null;
  readonly ended_at: number | null;
  readonly did: string | null;
  readonly ani: string;
  readonly trunk_id: string;
  readonly campaign_id: string | null;
  readonly publisher_id: string | null;
  readonly buyer_id: string | null;
  readonly destination_id: string | null;
  readonly route_id: string | null;
  readonly state: string | null;
  readonly outcome: string | null;
  readonly talk_ms: number;
  readonly estimated: number;
  readonly buyer_billable: number;
  readonly charge_micros: number;
  readonly publisher_billable: number;
  readonly payout_micros: number;
}

/** Names of the columns, in the order in which statements list them. */
export const COLUMN_NAMES = [
  'connected_at',
  'ended_at',
  'did',
  'ani',
  'trunk_id',
  'campaign_id',
  'publisher_id',
  'buyer_id',
  'destination_id',
  'route_id',
  'state',
  'outcome',
  'talk_ms',
  'estimated',
  'buyer_billable',
  'charge_micros',
  'publisher_billable',
  'payout_micros',
] as const satisfies readonly (keyof CallColumns)[];

export function columnsOf(cdr: Cdr): CallColumns {
  return {
    connected_at: cdr.connectedAt === null ? null : Date.parse(cdr.connectedAt),
    ended_at: cdr.endedAt === null ? null : Date.parse(cdr.endedAt),
    did: cdr.did,
    ani: cdr.ani,
    trunk_id: cdr.trunkId,
    campaign_id: cdr.campaignId,
    publisher_id: cdr.publisherId,
    buyer_id: cdr.buyerId,
    destination_id: cdr.destinationId,
    route_id: cdr.routeId,
    state: cdr.location?.state ?? null,
    outcome: cdr.outcome,
    talk_ms: cdr.talkMs,
    estimated: Number(cdr.estimated),
    buyer_billable: Number(cdr.buyerVerdict?.billable ?? false),
    charge_micros: cdr.buyerVerdict?.amountMicros ?? 0,
    publisher_billable: Number(cdr.publisherVerdict?.billable ?? false),
    payout_micros: cdr.publisherVerdict?.amountMicros ?? 0,
  };
}
