import type { AudioPlan, Welcoming } from '../domain/call/admission-plan.ts';
import type { BuyerScreening } from '../domain/call/dial-target.ts';
import type { Campaign } from '../domain/plan/campaign.ts';
import type { Destination } from '../domain/plan/party.ts';
import type { RouteLine } from '../domain/routing/routing-snapshot.ts';

/** How long a key is waited for after the whisper, where the destination says nothing, in seconds. */
const ACCEPT_TIMEOUT_S = 10;

/** Longest message a caller may leave, where the campaign says nothing, in seconds. */
export const VOICEMAIL_S = 120;

/** What callers of a campaign are told and asked before routing; null where they are routed at once. */
export function welcomeOf({ prompts, record, ivr, voicemailMaxS }: Campaign): Welcoming | null {
  const consent = record ? prompts.consent : undefined;
  const played = [prompts.greeting, consent].filter((prompt) => prompt !== undefined);
  if (played.length === 0 && ivr === undefined) return null;
  return {
    kind: 'welcome',
    prompts: played,
    ivr: ivr ?? null,
    messageMaxS: voicemailMaxS ?? VOICEMAIL_S,
    decision: null,
  };
}

/**
 * Whether a call's audio has to pass through a media server: exactly where something is promised that only one can do.
 * That a buyer is to be asked before being put through counts as such even where the campaign wants its audio direct.
 */
export function audioPlanOf(campaign: Campaign, lines: readonly RouteLine[]): AudioPlan {
  const { media, record, prompts } = campaign;
  const ringback = prompts.ringback ?? null;
  const screened = lines.some(({ destination }) => screeningOf(destination) !== null);
  const required = screened || record || ringback !== null || welcomeOf(campaign) !== null;
  return { media: required ? 'required' : media === 'anchored' ? 'preferred' : 'direct', ringback, record };
}

/** What whoever answers at a destination hears and does before they are put through; null for nothing. */
export function screeningOf({ whisper, acceptDigit, acceptTimeoutS }: Destination): BuyerScreening | null {
  if (whisper === undefined && acceptDigit === undefined) return null;
  const accept =
    acceptDigit === undefined ? null : { digit: acceptDigit, timeoutS: acceptTimeoutS ?? ACCEPT_TIMEOUT_S };
  return { whisper: whisper ?? null, accept };
}
