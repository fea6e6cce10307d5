import type { AttemptReason } from '../../domain/call/attempt.ts';
import type { DialAddress } from '../../domain/call/dial-target.ts';
import type { CallId } from '../../domain/ids.ts';
import type { ALeg, Heard, Vanished } from './a-leg.ts';

/** One bLeg INVITE to be sent. */
export interface DialOrder {
  readonly callId: CallId;
  readonly address: DialAddress;
  /** Who the buyer sees calling: From's user and display name. */
  readonly caller: { readonly user: string; readonly displayName: string | null };
  /** Who calls, as a trusted trunk asserted it and a trusted trunk may be told (P-Asserted-Identity, RFC 3325). */
  readonly asserted: {
    readonly user: string;
    readonly displayName: string | null;
    readonly attestation: 'A' | 'B' | 'C' | null;
  } | null;
  /** The caller asked for privacy (RFC 3323): said to whoever is told of the call. */
  readonly wantsPrivacy: boolean;
  /** SDP offered to the buyer, complete; null has the buyer make the offer, which the caller's ACK answers. */
  readonly sdp: string | null;
  /** Already one less than the caller's (RFC 3261 §16.6). */
  readonly maxForwards: number;
  /** Identity headers of a trusted trunk to carry on. */
  readonly passOn: Readonly<Record<string, string>>;
}

/** What a destination's leg reports. `cause` is a Reason header's value where there was one. */
export type BLegEvent =
  /** The INVITE is out: how the SIP server knows it and the dialog that its answer makes. Again where credentials were asked for. */
  | { readonly type: 'sent'; readonly transactionId: string; readonly dialogId: string }
  | { readonly type: 'progress'; readonly status: 180 | 183; readonly sdp: string | null }
  | { readonly type: 'answered'; readonly sdp: string }
  | {
      readonly type: 'failed';
      readonly sipStatus: number | null;
      readonly cause: string | null;
      readonly reason?: AttemptReason;
    }
  | { readonly type: 'hungUp'; readonly cause: string | null }
  | Heard
  | Vanished;

/** us ↔ destination. Commands never throw. */
export interface BLeg {
  /** CANCEL with a Reason; a 2xx that crosses it is still reported as `answered`. */
  cancel(reason: AttemptReason): void;
  /** BYE, after ACK where that is still owed; then `hungUp`. */
  hangUp(cause: string): void;
  /** The dialog as the SIP server knows it; null until answered. */
  readonly dialogId: string | null;
}

/** One leg's side of a media server: what answers its in-dialog requests. */
export interface AnchoredSide {
  /** An offer; or null, where the other side wants to hear ours. Resolves with our SDP, rejects where it can't be taken. */
  offered(sdp: string | null): Promise<string>;
  /** The answer to the offer it wanted to hear. */
  answered(sdp: string): Promise<void>;
  /** Keys pressed, by INFO. */
  pressed(digits: string): void;
}

/** Places calls to destinations and joins answered legs. */
export interface Dialer {
  dial(order: DialOrder, report: (event: BLegEvent) => void): BLeg;
  /** From here in-dialog requests of one leg (re-INVITE, UPDATE, INFO) are carried to the other. */
  join(aLeg: ALeg, bLeg: BLeg): void;
  /** From here in-dialog requests of the leg are answered by its own side of a media server, and not carried. */
  anchor(leg: ALeg | BLeg, side: AnchoredSide): void;
}
