/** The three base timers every SIP timer is made of (RFC 3261 §17.1.1.1, table 4), in milliseconds. */
export interface SipTimers {
  /** Round-trip time estimate: the first retransmission interval. */
  readonly t1Ms: number;
  /** Ceiling of the interval between retransmissions of non-INVITE requests and INVITE responses. */
  readonly t2Ms: number;
  /** How long a message may linger in the network. */
  readonly t4Ms: number;
}

/** The values RFC 3261 recommends. */
export const rfcTimers: SipTimers = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 };

/** How long a peer is given before it counts as gone: 64·T1 (timers B, F, H, J, L and M). */
export const patienceMs = (timers: SipTimers): number => 64 * timers.t1Ms;

/** The next interval of a retransmission that doubles up to T2 (timers E and G; RFC 3261 §13.3.1.4 for a 2xx). */
export const nextIntervalMs = (intervalMs: number, timers: SipTimers): number => Math.min(2 * intervalMs, timers.t2Ms);
