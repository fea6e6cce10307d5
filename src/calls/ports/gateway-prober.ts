/** Asks gateways whether they are there. */
export interface GatewayProber {
  /**
   * Sends OPTIONS (RFC 3261 §11) to `sip:host…` and calls `heard` with its final status, or with null where it can't
   * be delivered. May call it late or, where the link to the SIP server breaks, never: whoever asks has its own limit.
   * Returns false where nothing could be asked: there is no SIP server to send it.
   */
  probe(gatewayUri: string, heard: (status: number | null) => void): boolean;
}
