import { join } from 'node:path';

import type { AdmissionView, CallStore } from '../calls/ports/call-store.ts';
import type { EpochMs } from '../domain/time.ts';
import type { RecordingRegister } from '../recordings/ports/recording-register.ts';
import { createApiKeyStore, type ApiKeyStore } from './api-keys.ts';
import { createAuditLog, type AuditLog } from './audit/audit-log.ts';
import { createDecisionArchive, type DecisionArchive } from './calls/decision-archive.ts';
import { createDispositionStore, type DispositionStore } from './calls/dispositions.ts';
import { checkCapCounters, type CapsCheck } from './calls/check-cap-counters.ts';
import { createCallQueries, createReadCall, type CallQueries } from './calls/call-queries.ts';
import { createCrashRecovery, type CrashRecovery } from './calls/recover-open-calls.ts';
import { createCalls } from './calls/sqlite-call-store.ts';
import { createChangeScopes, type ChangeScopes } from './change-scopes.ts';
import { createCommitQueue } from './commit-queue.ts';
import { createConversionStore, type ConversionStore } from './conversions/conversion-store.ts';
import { openDatabase, type Access } from './database.ts';
import { createErasureStore, type ErasureStore } from './erasure/erasure-store.ts';
import { createIdempotencyStore, type IdempotencyStore } from './idempotency-store.ts';
import { createAdjustCall } from './ledger/adjust-call.ts';
import { createLedgerStore, type LedgerStore } from './ledger/ledger-store.ts';
import { createLedger } from './ledger/ledger.ts';
import { createProposalStore, type ProposalStore } from './ledger/proposals.ts';
import { createLogCheckpoints } from './log-checkpoints.ts';
import { createNewId, type NewId } from './new-id.ts';
import { createPromptStore, type PromptStore } from './prompts.ts';
import { createReportCalls, type ReportCalls } from './reports/report-calls.ts';
import type { ResourceStore } from './resource-store.ts';
import { createRecordingRegister } from './recordings.ts';
import { createResourceStore } from './resources/sqlite-resource-store.ts';
import { createDeliveryLog, type DeliveryLog } from './webhooks/delivery-log.ts';
import { createDeliveryRows, type SqliteDeliveries } from './webhooks/delivery-rows.ts';
import { createEventOutbox, type EventOutbox } from './webhooks/event-outbox.ts';
import { createWantedEvents } from './webhooks/wanted-events.ts';
import { createWebhookStore, type WebhookStore } from './webhooks/webhook-store.ts';

/** What a data folder's database is called. */
const DATABASE_FILE = 'tollgate.db';

/** The database file of a data folder. */
export function databaseFileIn(dataDir: string): string {
  return join(dataDir, DATABASE_FILE);
}

/** Where the data lies: a folder, or one file (`:memory:` for a store that dies with the process). */
export type StoreLocation = { readonly dataDir: string } | { readonly file: string };

export type StoreOptions = StoreLocation & {
  /** Wall clock. */
  readonly now: () => EpochMs;
  /** `serve` unless said otherwise: the one process that takes calls. */
  readonly access?: Access;
};

/** Whether the store can be written; what it last met where it can not. */
export type StoreHealth = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** Everything Tollgate keeps. */
export interface Store extends CrashRecovery {
  readonly resources: ResourceStore;
  readonly calls: CallStore;
  /** The counters and earlier calls as they are now; for explaining, since nothing is held by looking. */
  readonly readView: () => AdmissionView;
  readonly queries: CallQueries;
  readonly decisions: DecisionArchive;
  readonly dispositions: DispositionStore;
  readonly proposals: ProposalStore;
  readonly ledger: LedgerStore;
  readonly keys: ApiKeyStore;
  readonly idempotency: IdempotencyStore;
  readonly audit: AuditLog;
  /** Settled calls, as reports count them. */
  readonly reports: ReportCalls;
  /** `check` counts everything again that caps count, and says what does not agree. */
  readonly caps: { check(): CapsCheck };
  readonly recordings: RecordingRegister;
  readonly erasures: ErasureStore;
  readonly prompts: PromptStore;
  readonly webhooks: WebhookStore;
  readonly deliveryLog: DeliveryLog;
  /** What waits to be posted, for the worker that posts it. */
  readonly deliveries: SqliteDeliveries;
  /** What webhooks are told; for the inside of transactions. */
  readonly outbox: Pick<EventOutbox, 'tell'>;
  readonly conversions: ConversionStore;
  /** What else is written in the transaction of a change; calls are no such changes. */
  readonly changes: Pick<ChangeScopes, 'run'>;
  /** Makes prefixed ULIDs, each later than the one before. */
  readonly newId: NewId;
  health(): StoreHealth;
  /** How many writes wait for a commit. */
  waitingWrites(): number;
  /** Commits what waits, closes the database and gives the data folder back. Idempotent. */
  close(): void;
}

/**
 * Opens the store, brings its schema up to date and takes the data folder for this process.
 *
 * @throws AppError `store-unavailable`: the folder is served by another process, can't be written, or was written by a
 *   newer Tollgate; nothing was changed then
 */
export function openStore(options: StoreOptions): Store {
  const { now, access = 'serve' } = options;
  const file = 'file' in options ? options.file : databaseFileIn(options.dataDir);
  const database = openDatabase(file, access);
  const { sqlite } = database;
  const checkpoints = access === 'serve' && !sqlite.memory ? createLogCheckpoints(sqlite) : undefined;
  const queue = createCommitQueue(sqlite, { afterCommit: () => checkpoints?.afterCommit() });
  const changes = createChangeScopes(queue);
  const newId = createNewId(now);
  const ledger = createLedger(sqlite, newId);
  const wanted = createWantedEvents(sqlite);
  const outbox = createEventOutbox({ sqlite, wanted, readCall: createReadCall(sqlite), newId, now });
  const audit = createAuditLog({ sqlite, queue, newId, now });
  const calls = createCalls({ sqlite, queue, ledger, outbox });
  const adjust = createAdjustCall({
    sqlite,
    ledger,
    rows: calls.rows,
    earlierCalls: calls.readView,
    outbox,
    newId,
    now,
  });
  return {
    ...createCrashRecovery(sqlite, queue, calls),
    resources: createResourceStore({ sqlite, queue: changes.queue, newId, now }),
    calls: calls.store,
    readView: calls.readView,
    queries: createCallQueries(sqlite),
    decisions: createDecisionArchive(sqlite),
    dispositions: createDispositionStore({ sqlite, queue: changes.queue, newId, now }),
    proposals: createProposalStore({ sqlite, queue: changes.queue, adjust, now }),
    ledger: createLedgerStore({ sqlite, queue: changes.queue, ledger, adjust, newId, now }),
    keys: createApiKeyStore({ sqlite, queue: changes.queue, newId, now }),
    idempotency: createIdempotencyStore({ sqlite, queue, now }),
    audit,
    webhooks: createWebhookStore({ sqlite, queue: changes.queue, wanted, outbox, newId, now }),
    deliveryLog: createDeliveryLog({ sqlite, queue: changes.queue, outbox, newId, now }),
    deliveries: createDeliveryRows({ sqlite, queue, outbox, audit }),
    outbox,
    conversions: createConversionStore({ sqlite, queue: changes.queue, newId, now }),
    reports: createReportCalls(sqlite),
    caps: { check: () => checkCapCounters(sqlite) },
    prompts: createPromptStore({ sqlite, queue: changes.queue, newId, now }),
    recordings: createRecordingRegister({
      sqlite,
      queue: changes.queue,
      now,
      onKept: ({ id, callId, durationMs }) => outbox.tell('recording.ready', callId, { recording: { id, durationMs } }),
    }),
    erasures: createErasureStore({ sqlite, changes: changes.queue, queue, audit, newId, now }),
    changes,
    newId,
    waitingWrites: () => queue.waiting(),
    health() {
      const fault = queue.fault();
      if (!sqlite.open) return { ok: false, detail: 'The database is closed' };
      return fault === null ? { ok: true } : { ok: false, detail: fault.message };
    },
    close() {
      if (!sqlite.open) return;
      queue.close();
      checkpoints?.close();
      database.close();
    },
  };
}
