/** The framing of the drachtio control protocol: `<bytes>#<message>`, the length in decimal, in both directions. */

const HASH = 0x23;

/** Digits of the longest length taken; a longer one is no length. */
const MAX_DIGITS = 7;

/** Cuts what an application sends into messages. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  /**
   * Takes the next bytes and returns the messages they complete.
   * @throws {RangeError} when the stream is not framed; nothing after it can be trusted.
   */
  push(chunk: Buffer): string[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const messages: string[] = [];
    for (;;) {
      const hash = this.#pending.subarray(0, MAX_DIGITS + 1).indexOf(HASH);
      if (hash < 0) {
        if (this.#pending.length > MAX_DIGITS) throw new RangeError('a message must begin with its length and #');
        return messages;
      }
      const digits = this.#pending.toString('latin1', 0, hash);
      const length = /^\d+$/.test(digits) ? Number(digits) : 0;
      if (length === 0) throw new RangeError('the length of a message must be a number above 0');
      const end = hash + 1 + length;
      if (this.#pending.length < end) return messages;
      messages.push(this.#pending.toString('utf8', hash + 1, end));
      this.#pending = this.#pending.subarray(end);
    }
  }
}

/** One message, framed, in one buffer so that it is one write. `payload` follows `head` as it is. */
export function frame(head: string, payload: Buffer = Buffer.alloc(0)): Buffer {
  const text = Buffer.from(head);
  return Buffer.concat([Buffer.from(`${text.length + payload.length}#`), text, payload]);
}
