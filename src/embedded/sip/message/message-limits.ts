/** What the engine is willing to read; beyond it a message is refused, so that no peer can make it work or hoard. */

/** Bytes of a whole message: the most that one UDP datagram can carry (RFC 3261 §18.1.1). */
export const MAX_MESSAGE_BYTES = 65_535;

/** Header fields of one message. A request that crossed 70 hops with Via and Record-Route each has about 160. */
export const MAX_HEADER_FIELDS = 256;

/** Characters of one line as sent, and of a header value once its lines are unfolded. */
export const MAX_LINE_CHARS = 8_192;

/** Characters of a Content-Type: applications search it, and some take the square of its length for it. */
export const MAX_CONTENT_TYPE_CHARS = 256;
