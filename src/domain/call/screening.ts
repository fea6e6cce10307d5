import type { BlocklistEntry } from '../plan/blocklist-entry.ts';
import type { Campaign } from '../plan/campaign.ts';
import type { Ani } from '../numbers/e164.ts';
import type { Refusal } from './admission-plan.ts';

/** What screening looks at, gathered before any ringing. */
export interface ScreeningInput {
  /** Which of its own limits the trunk has reached, if any. */
  readonly trunkLimit: 'cps' | 'concurrent' | null;
  /** The live campaign of the DID; null where the number dialled is none of ours, or is switched off. */
  readonly campaign: Campaign | null;
  readonly ani: Ani;
  readonly blocked: BlocklistEntry | undefined;
  /** STIR/SHAKEN level as a trusted trunk gave it; null where it gave none. */
  readonly attestation: 'A' | 'B' | 'C' | null;
  /** Calls this ANI made to the campaign in the past hour, this one not included. */
  readonly callsThisHour: number;
}

type Refused = Omit<Refusal, 'decision' | 'kind' | 'announce'>;

const ATTESTATION_RANK = { A: 3, B: 2, C: 1 } as const;

/**
 * Whether a call is taken, in the order of the law: trunk limits, DID, blocklist, anonymous policy, attestation,
 * velocity, campaign status. Returns the first refusal with what its caller is told, or null where all is well.
 *
 * Statuses: 433 Anonymity Disallowed (RFC 5079), 608 Rejected (RFC 8688), 603 Decline (RFC 3261 §21.6.2).
 */
export function screenCall(input: ScreeningInput): Refused | null {
  const { trunkLimit, campaign, ani, blocked, attestation, callsThisHour } = input;
  if (trunkLimit) return { outcome: 'capacity', sipStatus: 503, cause: `trunk-${trunkLimit}-limit` };
  if (!campaign) return { outcome: 'unknown-did', sipStatus: 404, cause: 'unknown-did' };
  if (blocked) return { outcome: 'blocked', sipStatus: 603, cause: 'blocklist' };
  const { anonymous, minAttestation, maxCallsPerAniPerHour } = campaign.screening;
  if (ani === 'anonymous' && anonymous === 'reject') return { outcome: 'blocked', sipStatus: 433, cause: 'anonymous' };
  // A trunk that passes no verdict can't be held to one.
  if (minAttestation && attestation && ATTESTATION_RANK[attestation] < ATTESTATION_RANK[minAttestation]) {
    return { outcome: 'blocked', sipStatus: 608, cause: 'attestation' };
  }
  if (maxCallsPerAniPerHour !== undefined && ani !== 'anonymous' && callsThisHour >= maxCallsPerAniPerHour) {
    return { outcome: 'blocked', sipStatus: 603, cause: 'velocity' };
  }
  if (campaign.status === 'paused') return { outcome: 'blocked', sipStatus: 480, cause: 'campaign-paused' };
  return null;
}
