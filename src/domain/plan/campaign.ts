import type { ReviewRules } from '../call/disposition.ts';
import type { CampaignId, DestinationId, PromptId } from '../ids.ts';
import type { IvrFlow } from '../ivr/ivr-flow.ts';

/** What a longer call is worth: the highest tier reached replaces the base price. */
export interface PriceTier {
  readonly minTalkS: number;
  readonly priceMicros: number;
}

/** When a caller counts as one already sold, and what that does to routing. */
export interface DuplicateRule {
  /** Whole days counted from the earlier call's `connectedAt`; 0 turns the rule off. */
  readonly windowDays: number;
  readonly scope: 'campaign' | 'buyer' | 'all';
  readonly trigger: 'connected' | 'billable';
  readonly routing: 'allow' | 'exclude-destination' | 'reject';
}

export interface CampaignPrompts {
  readonly greeting?: PromptId;
  readonly consent?: PromptId;
  readonly afterHours?: PromptId;
  readonly noRoute?: PromptId;
  readonly ringback?: PromptId;
}

/** What happens to a caller when every eligible route is closed. */
export type AfterHours =
  | { readonly action: 'reject' }
  | { readonly action: 'hangup'; readonly promptId?: PromptId }
  | { readonly action: 'voicemail'; readonly promptId?: PromptId }
  | { readonly action: 'forward'; readonly destinationId: DestinationId; readonly billable?: boolean };

export interface Screening {
  readonly anonymous: 'allow' | 'reject';
  /** STIR/SHAKEN level a trunk's verdict must reach; absent asks for none. */
  readonly minAttestation?: 'A' | 'B' | 'C';
  readonly maxCallsPerAniPerHour?: number;
}

/** One offer: vertical, terms, screening, prompts and routing plan. */
export interface Campaign {
  readonly id: CampaignId;
  readonly name: string;
  readonly vertical?: string;
  /** `test` routes but never bills; `paused` takes no calls. */
  readonly status: 'live' | 'test' | 'paused';
  readonly minTalkS: number;
  readonly priceMicros: number;
  readonly tiers: readonly PriceTier[];
  readonly duplicates: DuplicateRule;
  readonly order: 'weight' | 'price' | 'expected-revenue';
  /** Ring a tier's destinations all at once. */
  readonly simultaneous: boolean;
  readonly maxAttempts: number;
  /** From the caller's INVITE to an answer, all attempts together, in seconds. */
  readonly setupBudgetS: number;
  readonly media: 'auto' | 'anchored' | 'direct';
  readonly record: boolean;
  /** Whole days recordings are kept; absent for as long as there is room. */
  readonly recordingRetentionDays?: number;
  readonly prompts: CampaignPrompts;
  /** What callers are asked before routing; absent for nothing. */
  readonly ivr?: IvrFlow;
  readonly afterHours: AfterHours;
  /** Longest message a caller may leave, in seconds; absent means 120. */
  readonly voicemailMaxS?: number;
  readonly screening: Screening;
  /** Longest conversation, in seconds. */
  readonly maxCallS: number;
  /** What is proposed when a call of it is given a disposition; absent for nothing. */
  readonly reviewRules?: ReviewRules;
}
