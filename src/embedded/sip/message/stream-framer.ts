/** Cuts a byte stream into SIP messages and keep-alives (RFC 3261 §18.3, RFC 5626 §3.5.1). */
import { parseContentLength } from './content-length.ts';
import { trimLws } from './grammar.ts';
import { MAX_MESSAGE_BYTES } from './message-limits.ts';
import { salvageMessage } from './parse-message.ts';
import type { Defect } from './read-head.ts';
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

const CR = 0x0d;
const LF = 0x0a;
const FIRST_CAPACITY = 4_096;

/** Each Content-Length field of a head, folded lines and compact form included. */
const LENGTH_FIELDS = /\r\n(?:Content-Length|l)[ \t]*:((?:[^\r]|\r\n[ \t])*)/gi;

/**
 * One connection's framer. Any chunking of the same bytes gives the same frames. It holds at most one message and what
 * the last chunk brought beyond it.
 */
export class StreamFramer {
  #buffer = Buffer.allocUnsafe(FIRST_CAPACITY);
  /** Unread bytes are `#buffer[#start…#end)`; those before `#scanned` hold no end of the head. */
  #start = 0;
  #end = 0;
  #scanned = 0;
  /** Bytes of the message at `#start`, once its head has been read. */
  #messageLength: number | undefined;
  /** Whether the CRLF before `#start` is the first half of a ping. */
  #halfPing = false;
  #isBroken = false;

  /** Takes the next bytes of the stream and returns the frames they complete. */
  push(chunk: Buffer): StreamFrame[] {
    const frames: StreamFrame[] = [];
    if (this.#isBroken) return frames;
    this.#append(chunk);
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    this.#release();
    return frames;
  }

  /** The next frame, or undefined when more bytes are needed. */
  #next(): StreamFrame | undefined {
    if (this.#isBroken) return undefined;
    if (this.#messageLength === undefined) {
      const ping = this.#skipLineBreaks();
      if (ping !== undefined || this.#start === this.#end) return ping;
      const broken = this.#readHead();
      if (broken !== undefined) return broken;
    }
    const length = this.#messageLength;
    if (length === undefined || this.#end - this.#start < length) return undefined;
    const bytes = Buffer.from(this.#buffer.subarray(this.#start, this.#start + length));
    this.#start += length;
    this.#scanned = this.#start;
    this.#messageLength = undefined;
    return { kind: 'message', bytes };
  }

  /** Skips CRLFs between messages. Two in a row are a ping; a single one means nothing (RFC 3261 §7.5). */
  #skipLineBreaks(): StreamFrame | undefined {
    while (this.#end - this.#start >= 2 && this.#buffer[this.#start] === CR && this.#buffer[this.#start + 1] === LF) {
      this.#start += 2;
      this.#scanned = this.#start;
      this.#halfPing = !this.#halfPing;
      if (!this.#halfPing) return { kind: 'ping' };
    }
    return undefined;
  }

  /** Looks for the end of the head, line by line, and learns the message's length from it. */
  #readHead(): StreamFrame | undefined {
    const limit = Math.min(this.#end, this.#start + MAX_MESSAGE_BYTES);
    const readable = this.#buffer.subarray(0, limit);
    for (;;) {
      const lineFeed = readable.indexOf(LF, this.#scanned);
      if (lineFeed < 0) break;
      this.#scanned = lineFeed + 1;
      if (lineFeed === this.#start || readable[lineFeed - 1] !== CR) {
        return this.#break(lineFeed + 1, { status: 400, reason: 'Line Not Ended by CRLF' });
      }
      if (readable[lineFeed - 2] === LF) return this.#learnLength(lineFeed + 1);
    }
    this.#scanned = limit;
    if (limit - this.#start < MAX_MESSAGE_BYTES) return undefined;
    return this.#break(limit, { status: 513, reason: 'Message Too Large' });
  }

  #learnLength(headEnd: number): StreamFrame | undefined {
    this.#halfPing = false;
    const head = this.#buffer.toString('latin1', this.#start, headEnd);
    const values = Array.from(head.matchAll(LENGTH_FIELDS), ([, value = '']) => trimLws(value.replaceAll('\r\n', ' ')));
    const bodyLength = parseContentLength(values);
    if (bodyLength === undefined) {
      const reason = values.length === 0 ? 'Missing Content-Length' : 'Invalid Content-Length';
      return this.#break(headEnd, { status: 400, reason });
    }
    const length = headEnd - this.#start + bodyLength;
    if (length > MAX_MESSAGE_BYTES) return this.#break(headEnd, { status: 413, reason: 'Request Entity Too Large' });
    this.#messageLength = length;
    return undefined;
  }

  /** Gives up on the stream; what stands before `end` may still tell whom to answer. */
  #break(end: number, defect: Defect): StreamFrame {
    const malformed = salvageMessage(this.#buffer.subarray(this.#start, end), defect);
    this.#isBroken = true;
    this.#buffer = Buffer.alloc(0);
    return { kind: 'broken', reason: defect.reason, malformed };
  }

  /** Between messages there is nothing to hold: a connection that once carried much must not keep the room for it. */
  #release(): void {
    if (this.#start < this.#end || this.#isBroken) return;
    if (this.#buffer.length > FIRST_CAPACITY) this.#buffer = Buffer.allocUnsafe(FIRST_CAPACITY);
    this.#start = 0;
    this.#end = 0;
    this.#scanned = 0;
  }

  /** Appends a chunk, moving unread bytes to the front; capacity doubles, so that tiny chunks stay cheap. */
  #append(chunk: Buffer): void {
    const unread = this.#end - this.#start;
    if (this.#end + chunk.length > this.#buffer.length) {
      const needed = unread + chunk.length;
      const mustGrow = needed > this.#buffer.length / 2;
      const target = mustGrow ? Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2)) : this.#buffer;
      this.#buffer.copy(target, 0, this.#start, this.#end);
      this.#buffer = target;
      this.#scanned -= this.#start;
      this.#start = 0;
      this.#end = unread;
    }
    chunk.copy(this.#buffer, this.#end);
    this.#end += chunk.length;
  }
}
