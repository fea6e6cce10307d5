import type { Logger } from 'pino';

import type { CallFeed } from '../calls/call-feed.ts';
import type { CapUse } from '../calls/cap-use.ts';
import type { WatchedGateway } from '../calls/gateway-watch.ts';
import type { LiveCall } from '../calls/live-calls.ts';
import type { Clock } from '../calls/ports/clock.ts';
import type { Outcome } from '../domain/call/cdr.ts';
import type { CallId, WebhookEventId, WebhookId } from '../domain/ids.ts';
import type { Ani, E164 } from '../domain/numbers/e164.ts';
import type { Gazetteer } from '../domain/numbers/location.ts';
import type { RouteDecision } from '../domain/routing/route-decision.ts';
import type { EpochMs } from '../domain/time.ts';
import type { AnsweredRequest } from '../observability/http-metrics.ts';
import type { PromptFiles } from '../prompts/prompt-files.ts';
import type { ApiKeyStore } from '../store/api-keys.ts';
import type { AuditLog } from '../store/audit/audit-log.ts';
import type { CallQueries } from '../store/calls/call-queries.ts';
import type { DispositionStore } from '../store/calls/dispositions.ts';
import type { ChangeScopes } from '../store/change-scopes.ts';
import type { Erasure, ErasureOrder } from '../store/erasure/erasure.ts';
import type { ErasureStore } from '../store/erasure/erasure-store.ts';
import type { IdempotencyStore } from '../store/idempotency-store.ts';
import type { LedgerStore } from '../store/ledger/ledger-store.ts';
import type { ProposalStore } from '../store/ledger/proposals.ts';
import type { PromptStore, StoredPrompt } from '../store/prompts.ts';
import type { ResourceStore } from '../store/resource-store.ts';
import type { ConversionStore } from '../store/conversions/conversion-store.ts';
import type { DeliveryLog } from '../store/webhooks/delivery-log.ts';
import type { WebhookStore } from '../store/webhooks/webhook-store.ts';
import type { Reader } from './reading/reader.ts';

/** The calls in progress. */
export interface LiveCalls {
  /** In any order. */
  list(): readonly LiveCall[];
  /** Ends a call as the system's doing; false where no such call is live, or its end is decided already. */
  hangup(id: CallId): boolean;
  /** Pauses or resumes its recording; false where it isn't being recorded, undefined where no such call is live. */
  pauseRecording(id: CallId, paused: boolean): Promise<boolean | undefined>;
}

/** A media server as it stands. */
export interface MediaServerStatus {
  /** `host:port` of its event socket. */
  readonly name: string;
  readonly state: 'connecting' | 'up' | 'draining' | 'down' | 'refused' | 'closed';
  readonly sessions: number;
  readonly maxSessions: number | null;
  readonly calls: number;
}

/** The media servers there are. */
export interface MediaServersInUse {
  list(): readonly MediaServerStatus[];
  /** Gives it no new calls, or gives it some again; false where none is named so. */
  drain(name: string, draining: boolean): boolean;
}

/** Recordings that are complete. */
export interface RecordedCalls {
  /** By absolute path; undefined where the call has none, or none any more. */
  fileOf(id: CallId): { readonly path: string; readonly sizeBytes: number; readonly durationMs: number } | undefined;
  /** For good; false where there was none left. */
  remove(id: CallId): Promise<boolean>;
}

/** Callers who are erased, their recordings' files included. */
export interface Erasures extends Pick<ErasureStore, 'count' | 'get' | 'list'> {
  /** Rejects with AppError `not-found`, `invalid` as the store does. */
  erase(order: ErasureOrder): Promise<Erasure>;
}

/** A call that has not been made. */
export interface RouteQuestion {
  readonly did: E164;
  readonly ani: Ani;
  readonly at?: EpochMs;
  readonly zip?: string;
  readonly publisherZip?: string;
  readonly publisherState?: string;
  readonly category?: string;
  readonly seed?: number;
}

/** What would be decided for a call; `outcome` is null where a destination would be rung. */
export type RouteAnswer = RouteDecision & { readonly outcome: Outcome | null };

/** Decides without reserving anything. Undefined where the DID is none of ours. */
export type DecideRoute = (question: RouteQuestion) => Promise<RouteAnswer | undefined>;

/** `unused` where this configuration has no such part. */
export type CheckResult = 'ok' | 'failing' | 'unused';

export interface Readiness {
  readonly ready: boolean;
  readonly checks: { readonly sip: CheckResult; readonly store: CheckResult; readonly media: CheckResult };
}

export interface Health {
  /** Whether the process can do anything at all; a supervisor restarts it when not. */
  live(): boolean;
  /** Whether calls can be taken now. */
  ready(): Promise<Readiness>;
}

/** What came back of an event that was sent to try a webhook out. */
export interface PingAnswer {
  readonly eventId: WebhookEventId;
  /** Null where nothing was answered. */
  readonly status: number | null;
  /** Null where the answer was a success. */
  readonly error: string | null;
  readonly tookMs: number;
  readonly answerStart: string | null;
}

/** Everything the API leans on. */
export interface ApiDeps {
  readonly resources: ResourceStore;
  readonly calls: Pick<CallQueries, 'get'>;
  readonly dispositions: DispositionStore;
  readonly proposals: ProposalStore;
  readonly keys: Pick<ApiKeyStore, 'verify' | 'isWorking' | 'create' | 'list' | 'revoke' | 'onRevoked'>;
  readonly ledger: Pick<
    LedgerStore,
    'recordPayment' | 'changeCall' | 'refundCall' | 'billCall' | 'close' | 'latestClose'
  >;
  readonly idempotency: IdempotencyStore;
  readonly webhooks: WebhookStore;
  readonly deliveryLog: Pick<DeliveryLog, 'get' | 'replay' | 'replayAll'>;
  /** Sends a webhook an event that says nothing. Rejects with AppError `not-found`. */
  readonly pingWebhook: (id: WebhookId) => Promise<PingAnswer>;
  /** Says what is wrong with a webhook's URL; undefined where nothing is. */
  readonly webhookUrlProblem: (url: string) => string | undefined;
  readonly conversions: ConversionStore;
  readonly audit: Pick<AuditLog, 'watch' | 'note' | 'record'>;
  /** Lists and reports. */
  readonly reader: Reader;
  /** How full the caps of buyers are, one by one. */
  readonly capUse: () => Iterable<CapUse>;
  /** What the API adds to the transaction of each change. */
  readonly changes: Pick<ChangeScopes, 'run'>;
  readonly erasures: Erasures;
  readonly live: LiveCalls;
  /** What becomes of them. */
  readonly feed: Pick<CallFeed, 'ring'>;
  readonly recordings: RecordedCalls;
  readonly mediaServers: MediaServersInUse;
  readonly prompts: Pick<PromptStore, 'get' | 'list' | 'rename'>;
  readonly promptFiles: Pick<PromptFiles<StoredPrompt>, 'add' | 'remove' | 'pathOf'>;
  /** A trunk's gateways with what is known of them; undefined for a trunk that is in no plan. */
  readonly gatewaysOf: (trunkId: string) => readonly WatchedGateway[] | undefined;
  readonly decide: DecideRoute;
  readonly health: Health;
  /** The metrics in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  /** Hears of each request once its answer is out. */
  readonly onAnswered: (answered: AnsweredRequest) => void;
  readonly gazetteer: Gazetteer;
  /** Whether calls can be played to, asked, recorded and anchored: configuration that needs it is refused otherwise. */
  readonly mediaServer: boolean;
  /** Of the account, ISO 4217. */
  readonly currency: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the product, for the API's description. */
  readonly version: string;
  readonly limits?: Partial<ApiLimits>;
}

/** What one client may do in a minute. */
export interface ApiLimits {
  /** Requests from one address; 60 000 where not given, enough for anything but a script gone wild. */
  readonly requestsPerMinute: number;
  /** Requests with one key; 6 000 where not given, 0 for any number. */
  readonly requestsPerKeyPerMinute: number;
  /** Wrong keys from one address; 100 where not given. */
  readonly wrongKeysPerMinute: number;
}
