import type { BuyerId, CallId, CampaignId } from '../ids.ts';
import { ERASED, type RecordedAni } from '../numbers/e164.ts';
import type { DuplicateRule } from '../plan/campaign.ts';
import type { EpochMs } from '../time.ts';
import type { PriorCallQuery } from './prior-calls.ts';

/** A window's day is 24 hours, whatever the clocks do in between. */
const DAY_MS = 86_400_000;

/** A call as the duplicate rule sees it. */
export interface DuplicateSubject {
  readonly callId: CallId;
  readonly ani: RecordedAni;
  readonly campaignId: CampaignId | null;
  readonly buyerId: BuyerId | null;
  /** When the call connected; while it is still being routed, now. */
  readonly at: EpochMs;
}

/**
 * Asks for the calls that make this one a duplicate: of the same caller, in the rule's scope, connected at most
 * `windowDays` of 24 h before it, or in the same instant and admitted first. Undefined where nothing can match: the rule
 * is off, the caller is anonymous or was erased, or the scope's campaign or buyer is not known.
 */
export function duplicateQuery(rule: DuplicateRule, subject: DuplicateSubject): PriorCallQuery | undefined {
  const window = { since: subject.at - rule.windowDays * DAY_MS, before: subject.at };
  return queryFor(rule, subject, { ...window, firstOfTie: true, trigger: rule.trigger });
}

/**
 * Asks for calls that connected during this one and were billed before it settled. Two calls of one caller may run side
 * by side, and the later may end first. Where only billed calls count it could not know of this one, so this one must see
 * it, or both would be billed.
 * Only billed calls count here, whatever the rule's trigger: one that connected later and earned nothing is no reason to
 * refuse the call that came first.
 */
export function overtakenByQuery(rule: DuplicateRule, subject: DuplicateSubject): PriorCallQuery | undefined {
  const window = { since: subject.at, before: subject.at + rule.windowDays * DAY_MS + 1 };
  return queryFor(rule, subject, { ...window, firstOfTie: false, trigger: 'billable' });
}

interface Window {
  readonly since: number;
  readonly before: number;
  readonly firstOfTie: boolean;
  readonly trigger: DuplicateRule['trigger'];
}

function queryFor(rule: DuplicateRule, subject: DuplicateSubject, window: Window): PriorCallQuery | undefined {
  const campaignId = rule.scope === 'campaign' ? subject.campaignId : null;
  const buyerId = rule.scope === 'buyer' ? subject.buyerId : null;
  const scopeKnown = rule.scope === 'all' || campaignId !== null || buyerId !== null;
  const { ani } = subject;
  if (rule.windowDays <= 0 || ani === 'anonymous' || ani === ERASED || !scopeKnown) return undefined;
  return {
    ani,
    excluding: subject.callId,
    since: window.since as EpochMs,
    before: window.before as EpochMs,
    firstOfTie: window.firstOfTie,
    trigger: window.trigger,
    campaignId,
    buyerId,
  };
}
