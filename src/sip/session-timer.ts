import type { SipMessageView } from './drachtio.ts';
import { outgoingHeaders } from './outgoing-headers.ts';

/** The smallest session interval we take, in seconds: the smallest there is (RFC 4028 §5). */
export const MIN_SESSION_S = 90;

/** The session interval we ask for where the other side asks for none, in seconds (RFC 4028 §4 recommends it). */
export const SESSION_S = 1_800;

/**
 * Longest that the SIP server takes to find out that a refresh of its own is not answered: 64·T1, and the few seconds by
 * which it spreads its refreshes.
 */
const REFRESH_FAILS_WITHIN_S = 37;

/** A session as both sides have agreed to keep it up. */
export interface SessionTerms {
  readonly intervalS: number;
  /** Whose refreshes keep it up. Ours are sent by the SIP server, which tells us nothing of them. */
  readonly refresher: 'us' | 'them';
}

/**
 * The session timer of one leg (RFC 4028): what our requests ask for and our answers agree to. We have the other side
 * refresh wherever it can: its refreshes are seen, and prove that it is there. The SIP server watches the clock, and hangs
 * the leg up when nothing came.
 */
export class SessionTimer {
  #terms: SessionTerms | null = null;

  get terms(): SessionTerms | null {
    return this.#terms;
  }

  /**
   * How much of a silence before the server hung up may hide answered refreshes of its own, in milliseconds: the last one
   * is at most so old. Null where the other side refreshed, so that each was seen.
   */
  get unseenMs(): number | null {
    if (this.#terms?.refresher !== 'us') return null;
    return (this.#terms.intervalS / 2 + REFRESH_FAILS_WITHIN_S) * 1_000;
  }

  /**
   * Agrees to what an INVITE or UPDATE asks for, and returns the headers its 2xx says so with (RFC 4028 §9). To one that
   * asks for nothing what was agreed on stays, or `otherwiseS` is proposed where its sender knows session timers.
   */
  agreeTo(request: SipMessageView, otherwiseS: number | null): Record<string, string> {
    const asked = readSession(request);
    const knows = knowsTimers(request);
    const intervalS = asked?.intervalS ?? this.#terms?.intervalS ?? otherwiseS;
    if (intervalS === null || (!knows && !asked)) {
      this.#terms = null;
      return {};
    }
    const refresher = !knows || asked?.refresher === 'uas' ? 'us' : 'them';
    this.#terms = { intervalS: Math.max(intervalS, MIN_SESSION_S), refresher };
    return outgoingHeaders({
      supported: 'timer',
      // RFC 4028 §9: required of a caller that is to refresh, and only of such a one.
      require: refresher === 'them' ? 'timer' : null,
      sessionExpires: `${this.#terms.intervalS};refresher=${refresher === 'them' ? 'uac' : 'uas'}`,
    });
  }

  /** What a 2xx to an INVITE or UPDATE of ours agrees to; without an interval the session has no limit (§7.2). */
  agreed(response: SipMessageView): void {
    const agreed = readSession(response);
    this.#terms = agreed && { intervalS: agreed.intervalS, refresher: agreed.refresher === 'uas' ? 'them' : 'us' };
  }

  /** Headers that keep the session as it is through an INVITE or UPDATE of ours: without them it would have no limit. */
  keptBy(): Record<string, string> {
    if (!this.#terms) return {};
    return askFor(this.#terms.intervalS, this.#terms.refresher === 'us' ? 'uac' : 'uas');
  }
}

/** Headers of an INVITE that begins a call: a session that the other side refreshes, if it can (RFC 4028 §7.1). */
export function askForSession(intervalS: number): Record<string, string> {
  return askFor(intervalS, 'uas');
}

/** The interval that a 422 asks for instead, in seconds; null where it names none that is longer (RFC 4028 §7.3). */
export function longerSession(refusal: SipMessageView, triedS: number): number | null {
  const minS = refusal.has('Min-SE') ? Number.parseInt(refusal.get('Min-SE'), 10) : Number.NaN;
  return Number.isSafeInteger(minS) && minS > triedS && minS < 2 ** 31 ? minS : null;
}

/** Whether a request asks for an interval too small: 422 with our own in Min-SE (RFC 4028 §9). */
export function isSessionTooShort(request: SipMessageView): boolean {
  const asked = readSession(request);
  return asked !== null && asked.intervalS < MIN_SESSION_S && knowsTimers(request);
}

function askFor(intervalS: number, refresher: 'uac' | 'uas'): Record<string, string> {
  return outgoingHeaders({
    supported: 'timer',
    sessionExpires: `${intervalS};refresher=${refresher}`,
    minSe: MIN_SESSION_S,
  });
}

function knowsTimers(message: SipMessageView): boolean {
  return ['Supported', 'Require'].some(
    (name) =>
      message.has(name) &&
      message
        .get(name)
        .split(',')
        .some((tag) => tag.trim().toLowerCase() === 'timer'),
  );
}

/** Session-Expires (RFC 4028 §4); null where there is none that can be read. */
function readSession(message: SipMessageView): { intervalS: number; refresher: 'uac' | 'uas' | null } | null {
  if (!message.has('Session-Expires')) return null;
  const value = message.get('Session-Expires');
  const seconds = /^\s*(\d{1,9})\s*(?:;|$)/.exec(value)?.[1];
  if (seconds === undefined) return null;
  const refresher = /;\s*refresher\s*=\s*(uac|uas)\b/i.exec(value)?.[1]?.toLowerCase();
  return { intervalS: Number(seconds), refresher: refresher === 'uac' || refresher === 'uas' ? refresher : null };
}
