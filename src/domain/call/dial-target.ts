import type { Terms } from '../billing/terms.ts';
import type { AttemptId, BuyerId, DestinationId, PromptId, RouteId } from '../ids.ts';

/** One address to send a bLeg INVITE to. Made from configuration alone: nothing the caller sent can choose it. */
export interface DialAddress {
  /** Request-URI, `sip:…`. */
  readonly uri: string;
  /** Where the packet goes when that differs from the URI's host: `sip:host:port;transport=udp`. */
  readonly nextHop: string | null;
  /** User part of From towards this address, in the form its trunk wants; null keeps the caller's ANI. */
  readonly fromUser: string | null;
  /** Credentials for this gateway's own challenge, and the one realm they are for. */
  readonly digest: { readonly username: string; readonly password: string; readonly realm: string } | null;
  /** The trunk's gateway it leads to, as configured; null for a destination dialled directly. */
  readonly gateway: string | null;
  /** Its trunk is trusted with who calls, private callers included (RFC 3325 §7). */
  readonly trusted: boolean;
  /** Its trunk may not dial this number: the attempt fails without an INVITE. */
  readonly barred: boolean;
}

/** What whoever answers hears and does before they are put through to the caller. */
export interface BuyerScreening {
  readonly whisper: PromptId | null;
  /** The key that takes the call, and how long it is waited for after the whisper; null where answering is enough. */
  readonly accept: { readonly digit: string; readonly timeoutS: number } | null;
}

/** A route whose place is reserved and whose terms are frozen: what an attempt needs and owes. */
export interface DialTarget {
  /** Its place in the caps is held under this id, whichever of its addresses is being tried. */
  readonly reservationId: AttemptId;
  /** Null for a destination that calls are forwarded to, past all routes. */
  readonly routeId: RouteId | null;
  readonly destinationId: DestinationId;
  readonly buyerId: BuyerId;
  /** Tried one after the other while failures are the network's and not the callee's. Never empty. */
  readonly addresses: readonly [DialAddress, ...DialAddress[]];
  readonly ringTimeoutS: number;
  readonly terms: Terms;
  readonly screening: BuyerScreening | null;
}
