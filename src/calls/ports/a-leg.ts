import type { LocationClues } from '../../domain/numbers/locate-caller.ts';
import type { CallerProof } from './caller-proof.ts';

/** What a caller's INVITE says, read but not yet judged. All text is as received, unfolded. */
export interface InboundInvite {
  readonly sipCallId: string;
  readonly source: { readonly address: string; readonly port: number; readonly transport: string };
  /** User part of the Request-URI: the number dialled. */
  readonly dnis: string;
  readonly from: { readonly user: string; readonly displayName: string | null };
  /** User part of the first P-Asserted-Identity (RFC 3325); believed only from a trunk that is trusted for it. */
  readonly assertedIdentity: { readonly user: string; readonly displayName: string | null } | null;
  /** Privacy asks for `id`, `user` or `header` (RFC 3323). */
  readonly wantsPrivacy: boolean;
  /** `verstat` or an attestation the trunk passes on (ATIS-1000074); null where it says nothing. */
  readonly attestation: 'A' | 'B' | 'C' | null;
  /** Where X-Caller-Zip and X-Caller-State say the caller is; believed only from a trunk that is trusted for it. */
  readonly supplied: Pick<LocationClues, 'publisherZip' | 'publisherState'>;
  /** The offer, or null for a late offer (RFC 3264 in the ACK). */
  readonly sdp: string | null;
  readonly maxForwards: number;
  /** Identity headers a trusted trunk's call carries on to the buyer, by name: Diversion, History-Info, Identity. */
  readonly passOn: Readonly<Record<string, string>>;
  /** Credentials it carries, none of them checked. */
  readonly proofs: readonly CallerProof[];
}

/** The other side has shown, within the call, that it is there. */
export interface Heard {
  readonly type: 'heard';
}

/**
 * The leg is gone without a word from the other side: its session was not refreshed (RFC 4028 §10), or it never ACKed.
 * `cause` is our own word for it. Refreshes that the SIP server made by itself are not `heard`: `unseenMs` is how old the
 * last one that was answered can be at most; null where there were none.
 */
export interface Vanished {
  readonly type: 'vanished';
  readonly cause: string;
  readonly unseenMs: number | null;
}

/** What the caller's leg reports. `cause` is a Reason header's value where there was one (RFC 3326). */
export type ALegEvent =
  | { readonly type: 'cancelled'; readonly cause: string | null }
  /** `sdp` is the answer it brought to an offer of ours; null for none. */
  | { readonly type: 'acked'; readonly sdp: string | null }
  | { readonly type: 'hungUp'; readonly cause: string | null }
  | Heard
  | Vanished
  | { readonly type: 'answerFailed'; readonly cause: string }
  /** Our BYE was answered, or there is no one left to answer it. */
  | { readonly type: 'closed' }
  /** The link to the SIP server broke before the call was answered: the caller can't be reached any more. */
  | { readonly type: 'lost' };

/** caller ↔ us. Commands never throw; what becomes of them is reported as events. */
export interface ALeg {
  showProgress(status: 180 | 183, sdp: string | null): void;
  /** 200 with our answer; then `acked`, `answerFailed` or `hungUp`. */
  answer(sdp: string): void;
  /** Final response 3xx–6xx; the leg is over with it. */
  reject(status: number, options: { readonly cause: string | null; readonly retryAfterS?: number }): void;
  /**
   * 401 that asks for credentials of one of these realms (RFC 3261 §22.2); the leg is over with it. `stale` says that
   * those it carried would have done but for their nonce.
   */
  challenge(realms: readonly string[], stale: boolean): void;
  /** BYE; then `closed`. */
  hangUp(cause: string): void;
  /** The INVITE as the SIP server knows it. */
  readonly transactionId: string;
  /** The dialog that our answer makes, as the SIP server knows it. */
  readonly dialogId: string;
}

/** Hears a leg from its very first event; given synchronously, so that an early CANCEL isn't missed. */
export type ALegListener = (event: ALegEvent) => void;

/** Takes a new call, or answers it by itself and returns null where it is none of ours to keep. */
export type InviteHandler = (invite: InboundInvite, leg: ALeg) => ALegListener | null;
