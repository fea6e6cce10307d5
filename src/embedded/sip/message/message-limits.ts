/** What the engine is willing to read; beyond it a message is refused, so that no peer can make it work or hoard. */

/** Bytes of a whole message: the most that one UDP datagram can carry (RFC 3261 §18.1.1). */
export const MAX_MESSAGE_BYTES = 65_535;

/** Header fields of one message. A request that crossed 70 hops with Via and Record-Route each has about 160. */
export const MAX_HEADER_FIELDS = 256;

/** Characters of one line as sent, folded lines counted one by one. */
export const MAX_LINE_CHARS = 8_192;
