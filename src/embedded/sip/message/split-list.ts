import { endOfQuoted, trimLws } from './grammar.ts';

/**
 * The elements of a comma-separated header value (RFC 3261 §7.3.1), trimmed, empty ones included. Commas inside a
 * quoted string or inside `<…>` separate nothing; where a quote or bracket never closes, the rest is one element.
 */
export function splitList(value: string): string[] {
  if (!value.includes(',')) return [trimLws(value)];
  const elements: string[] = [];
  let start = 0;
  for (let at = 0; at < value.length; at++) {
    const char = value[at];
    if (char === ',') {
      elements.push(trimLws(value, start, at));
      start = at + 1;
    } else if (char === '"' || char === '<') {
      const closed = char === '"' ? endOfQuoted(value, at) : value.indexOf('>', at) + 1;
      at = closed > 0 ? closed - 1 : value.length;
    }
  }
  elements.push(trimLws(value, start));
  return elements;
}
