/**
 * The few lexical rules of RFC 3261 §25.1 that every header's grammar leans on. White space here is SP and HTAB alone:
 * `String.trim` would also eat U+FEFF and U+00A0, which are ordinary text in a header value.
 */

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const SP = 0x20;
const HTAB = 0x09;

/** Whether `text` is a `token` (RFC 3261 §25.1): not empty, no separators, no control characters, ASCII only. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** `text` from `start` to `end` (exclusive) without the SP and HTAB around it. */
export function trimLws(text: string, start = 0, end = text.length): string {
  let from = start;
  let to = end;
  while (from < to && isLws(text.charCodeAt(from))) from++;
  while (to > from && isLws(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** Whether a character code is SP or HTAB. */
export function isLws(code: number): boolean {
  return code === SP || code === HTAB;
}

/**
 * Where the quoted string that opens at `open` ends: the index after its closing quote, or -1 when it never closes.
 * A backslash takes the next character with it, whatever it is (RFC 3261 §25.1, quoted-pair).
 */
export function endOfQuoted(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '"') return at + 1;
  }
  return -1;
}

/** A decimal number of digits alone, at most `max`; undefined for anything else. Leading zeros are allowed. */
export function parseDecimal(text: string, max: number): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}
