/** Credentials that an INVITE carries (RFC 3261 §22): a name, a realm, and whether they prove to know a password. */
export interface CallerProof {
  readonly username: string;
  readonly realm: string;
  /**
   * `stale` where the nonce isn't one of ours for that caller, is too old, or was used before: a new challenge is due.
   * `wrong` where our own challenge was answered wrongly. Asked once: a proof is good for one call.
   */
  check(password: string): 'right' | 'wrong' | 'stale';
}
