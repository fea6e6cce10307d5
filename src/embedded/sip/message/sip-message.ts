/**
 * SIP messages as the embedded engine holds them (RFC 3261 §7): a start line, the header fields in the order they
 * came, and the body's bytes. Values are kept as text; a grammar is applied only where the engine needs one.
 */

/** One header field. `name` is the canonical long form (`Via`, `Call-ID`); `value` is unfolded and trimmed. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** Header fields in wire order. Comma-separated lists stay as received; `listValues` splits them. */
type HeaderFields = readonly HeaderField[];

export interface SipRequest {
  readonly kind: 'request';
  /** Case-sensitive token (RFC 3261 §7.1). */
  readonly method: string;
  /** Request-URI exactly as received. */
  readonly uri: string;
  readonly headers: HeaderFields;
  readonly body: Buffer;
}

export interface SipResponse {
  readonly kind: 'response';
  /** 100…699. */
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderFields;
  readonly body: Buffer;
}

export type SipMessage = SipRequest | SipResponse;

/** Why bytes were refused, and what a UAS answers to such a request (RFC 3261 §8.2, §16.3; RFC 4475). */
export interface MalformedMessage {
  readonly status: 400 | 413 | 505 | 513;
  readonly reason: string;
  /**
   * As much of the request as could be read, when at least its topmost Via tells where to answer; any other header,
   * From or To included, may be missing or broken, and the body is empty. Never to be handed on. Undefined means the
   * message can only be dropped (a response, an ACK, or no usable Via).
   */
  readonly answerable: SipRequest | undefined;
}

export type ParseResult =
  { readonly ok: true; readonly message: SipMessage } | { readonly ok: false; readonly malformed: MalformedMessage };
