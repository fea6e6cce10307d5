import type { Logger } from 'pino';

import type { Clock } from '../calls/ports/clock.ts';
import type { CallPhase } from '../domain/call/call-state.ts';
import type { Cdr, Outcome } from '../domain/call/cdr.ts';
import type { LedgerParty, Posting, StoredPosting } from '../domain/billing/ledger.ts';
import type { ApiKey as StoredApiKey, ApiRole } from '../store/api-keys.ts';
import type { BuyerId, CallId, CampaignId, DestinationId, PublisherId, RouteId, TrunkId } from '../domain/ids.ts';
import type { Ani, E164 } from '../domain/numbers/e164.ts';
import type { Gazetteer } from '../domain/numbers/location.ts';
import type { RouteDecision } from '../domain/routing/route-decision.ts';
import type { EpochMs, IsoInstant } from '../domain/time.ts';
import type { Page, ResourceStore } from '../store/resource-store.ts';

/** A key as lists show it; its secret is never read back. */
export type ApiKey = Pick<StoredApiKey, 'id' | 'name' | 'role' | 'createdAt'>;

/** Whose key a request carries. */
export type KeyHolder = Pick<ApiKey, 'id' | 'role'>;

/** Where API keys are kept, as hashes. */
export interface ApiKeys {
  /** Undefined for a key that is unknown or revoked. The time it takes tells nothing of how much of a key is right. */
  verify(key: string): Promise<KeyHolder | undefined>;
  /** Makes a key; `key` is the secret, and this is the only time it is seen. */
  create(fields: { readonly name: string; readonly role: ApiRole }): Promise<ApiKey & { readonly key: string }>;
  /** In order of creation, revoked ones left out. Rejects with `invalid` for a foreign cursor. */
  list(query: { readonly limit: number; readonly cursor?: string }): Promise<Page<ApiKey>>;
  /** From now on the key opens nothing. Rejects with `not-found`. */
  revoke(id: string): Promise<void>;
}

/** A CDR with what was added to it after the call. */
export interface CallRecord extends Cdr {
  readonly disposition: string | null;
  /** Links of the hash chain; null while the call is open. */
  readonly hash: string | null;
  readonly prevHash: string | null;
}

/** Equality on what a CDR says, and a half-open span of `receivedAt`. */
export interface CallFilters {
  readonly campaignId?: CampaignId;
  readonly buyerId?: BuyerId;
  readonly destinationId?: DestinationId;
  readonly publisherId?: PublisherId;
  readonly routeId?: RouteId;
  readonly trunkId?: TrunkId;
  readonly did?: E164;
  readonly ani?: Ani;
  readonly outcome?: Outcome;
  /** Whether the buyer's verdict is billable; an open call is not billable yet. */
  readonly billable?: boolean;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
}

/** Calls as they were recorded, open ones included (`endedAt: null`). */
export interface CallQueries {
  /** Newest first. Rejects with `invalid` for a foreign cursor. */
  list(query: {
    readonly limit: number;
    readonly cursor?: string;
    readonly filters: CallFilters;
  }): Promise<Page<CallRecord>>;
  get(id: CallId): Promise<CallRecord | undefined>;
}

export interface LedgerFilters {
  readonly party?: LedgerParty;
  readonly callId?: CallId;
  readonly kind?: Posting['kind'];
  readonly from?: EpochMs;
  readonly to?: EpochMs;
}

/** Money a buyer paid in. */
export interface Payment {
  readonly id: string;
  readonly at: IsoInstant;
  readonly buyerId: BuyerId;
  readonly amountMicros: number;
  readonly note: string | null;
}

export interface Ledger {
  /** Newest first. Rejects with `invalid` for a foreign cursor. */
  list(query: {
    readonly limit: number;
    readonly cursor?: string;
    readonly filters: LedgerFilters;
  }): Promise<Page<StoredPosting>>;
  /** Credits the buyer and debits the house, as one event. Rejects with `not-found`. */
  recordPayment(payment: {
    readonly buyerId: BuyerId;
    readonly amountMicros: number;
    readonly note: string | null;
  }): Promise<Payment>;
}

/** A call in progress, as far as it has got. */
export interface LiveCall {
  readonly id: CallId;
  readonly state: CallPhase;
  readonly did: E164 | null;
  readonly ani: Ani;
  readonly trunkId: TrunkId;
  readonly campaignId: CampaignId | null;
  readonly publisherId: PublisherId | null;
  /** Of the attempt that is ringing first or connected; null before any. */
  readonly buyerId: BuyerId | null;
  readonly destinationId: DestinationId | null;
  readonly routeId: RouteId | null;
  readonly receivedAt: IsoInstant;
  readonly connectedAt: IsoInstant | null;
}

export interface LiveCalls {
  list(): readonly LiveCall[];
  /** Asks a call to end as if the system had hung up; false where no such call is live. */
  hangup(id: CallId): boolean;
}

/** A call that has not been made. */
export interface RouteQuestion {
  readonly did: E164;
  readonly ani: Ani;
  readonly at?: EpochMs;
  readonly zip?: string;
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

/** Everything the API leans on. */
export interface ApiDeps {
  readonly resources: ResourceStore;
  readonly calls: CallQueries;
  readonly keys: ApiKeys;
  readonly ledger: Ledger;
  readonly live: LiveCalls;
  readonly decide: DecideRoute;
  readonly health: Health;
  /** The metrics in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  readonly gazetteer: Gazetteer;
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
  /** Wrong keys from one address; 100 where not given. */
  readonly wrongKeysPerMinute: number;
}
