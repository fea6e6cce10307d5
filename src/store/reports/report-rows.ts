import type { Cdr } from '../../domain/call/cdr.ts';
import type { Sqlite } from '../database.ts';
import { writeAttempts } from './attempt-codes.ts';

/** The rows that reports count, for use inside a transaction. */
export interface ReportRows {
  /** Adds a call that settles. What is decided about its money later, a trigger on adjustments writes. */
  add(callSeq: number, cdr: Cdr): void;
}

type Group = [
  did: string,
  destination: string,
  state: string,
  outcome: string,
  campaign: string,
  publisher: string,
  buyer: string,
];

interface ReportRow {
  readonly receivedAt: number;
  readonly callSeq: number;
  readonly groupId: number;
  readonly connected: number;
  readonly buyerBillable: number;
  readonly publisherBillable: number;
  readonly talkMs: number;
  readonly chargeMicros: number;
  readonly payoutMicros: number;
  readonly attempts: string;
}

export function createReportRows(sqlite: Sqlite): ReportRows {
  const findGroup = sqlite
    .prepare<Group, number>(
      `SELECT id FROM report_groups WHERE did = ? AND destination_id = ? AND state = ? AND outcome = ?
         AND campaign_id = ? AND publisher_id = ? AND buyer_id = ?`,
    )
    .pluck();
  const insertGroup = sqlite.prepare<Group>(
    `INSERT INTO report_groups (did, destination_id, state, outcome, campaign_id, publisher_id, buyer_id)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertCall = sqlite.prepare<[ReportRow]>(
    `INSERT INTO report_calls (received_at, call_seq, group_id, connected, buyer_billable, publisher_billable, talk_ms,
       charge_micros, payout_micros, attempts)
     VALUES (@receivedAt, @callSeq, @groupId, @connected, @buyerBillable, @publisherBillable, @talkMs,
       @chargeMicros, @payoutMicros, @attempts)`,
  );

  return {
    add(callSeq, cdr) {
      const { buyerVerdict, publisherVerdict, talkMs } = cdr;
      const group = groupOf(cdr);
      insertCall.run({
        receivedAt: Date.parse(cdr.receivedAt),
        callSeq,
        groupId: findGroup.get(...group) ?? Number(insertGroup.run(...group).lastInsertRowid),
        connected: Number(cdr.connectedAt !== null),
        buyerBillable: Number(buyerVerdict?.billable ?? false),
        publisherBillable: Number(publisherVerdict?.billable ?? false),
        talkMs,
        chargeMicros: buyerVerdict?.amountMicros ?? 0,
        payoutMicros: publisherVerdict?.amountMicros ?? 0,
        attempts: writeAttempts(cdr),
      });
    },
  };
}

/** Whom and what a call belongs to; an empty text for nobody and nothing. */
function groupOf({ did, destinationId, location, outcome, campaignId, publisherId, buyerId }: Cdr): Group {
  return [
    did ?? '',
    destinationId ?? '',
    location?.state ?? '',
    outcome ?? '',
    campaignId ?? '',
    publisherId ?? '',
    buyerId ?? '',
  ];
}
