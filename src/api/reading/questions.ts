import type { AuditQuery } from '../../store/audit/list-audit-log.ts';
import type { CallQuery } from '../../store/calls/call-queries.ts';
import type { DispositionReportQuery } from '../../store/calls/disposition-report.ts';
import type { ReviewQueueQuery } from '../../store/calls/review-queue.ts';
import type { PostingQuery } from '../../store/ledger/posting-queries.ts';
import type { DeliveryQuery } from '../../store/webhooks/list-deliveries.ts';
import type { SummaryQuery } from '../../reporting/summarize.ts';
import type { KeyHolder } from '../holder.ts';
import type { StatementQuestion } from '../statements/read-account-statement.ts';
import type { ExportQuestion } from './write-export.ts';

/** What a report is written as. */
export type ReportForm = 'json' | 'csv';

/**
 * What can be read apart from calls, by name: all that a request says of it once it was found valid and allowed. Plain
 * values, since they cross to another thread; `holder` is whose eyes the answer is for.
 */
export interface Questions {
  readonly calls: { readonly query: CallQuery; readonly holder: KeyHolder };
  readonly 'review-queue': ReviewQueueQuery;
  readonly summary: { readonly query: SummaryQuery; readonly holder: KeyHolder; readonly form: ReportForm };
  readonly dispositions: { readonly query: DispositionReportQuery; readonly form: ReportForm };
  readonly ledger: PostingQuery;
  readonly statement: StatementQuestion;
  readonly 'audit-log': AuditQuery;
  readonly deliveries: DeliveryQuery & { readonly webhookId: string };
  readonly export: ExportQuestion;
}

export type QuestionName = keyof Questions;
