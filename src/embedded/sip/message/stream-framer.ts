/** Cuts a byte stream into SIP messages and keep-alives (RFC 3261 §18.3, RFC 5626 §3.5.1). */
import type { MalformedMessage } from './sip-message.ts';

/** What a stream yields. */
export type StreamFrame =
  /** One whole message, ready for `parseMessage`. */
  | { readonly kind: 'message'; readonly bytes: Buffer }
  /** A double CRLF between messages: answer it with a single CRLF (RFC 5626 §4.4.1). */
  | { readonly kind: 'ping' }
  /**
   * The stream can't be cut any further: answer `malformed` when it is answerable, then close the connection. It is the
   * last frame; later chunks yield nothing.
   */
  | { readonly kind: 'broken'; readonly reason: string; readonly malformed: MalformedMessage };

/** One connection's framer. Any chunking of the same bytes gives the same frames. */
export class StreamFramer {
  /** Takes the next bytes of the stream and returns the frames they complete. */
  push(chunk: Buffer): StreamFrame[] {
    return chunk.length === 0 ? [] : [{ kind: 'ping' }];
  }
}
