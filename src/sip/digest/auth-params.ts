/** The parameters of one challenge or one set of credentials, by lower-case name, quoted values without their quotes. */
export type AuthParams = ReadonlyMap<string, string>;

const SCHEME = /([A-Za-z][\w-]*)[ \t]+(?=[\w-]+[ \t]*=)/y;
const PARAM = /([\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y;
const SEPARATOR = /[\s,]+/y;

/**
 * Reads every `Digest …` of a WWW-Authenticate, Proxy-Authenticate, Authorization or Proxy-Authorization value
 * (RFC 3261 §20.7, §25.1). Several headers of one name reach us joined with commas, as do their parameters: a scheme is
 * a word with a parameter after a space. Other schemes are left out; what can't be read ends the list there.
 */
export function readDigests(value: string): readonly AuthParams[] {
  const digests: AuthParams[] = [];
  let current: Map<string, string> | null = null;
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(value);
    if (found) at = pattern.lastIndex;
    return found;
  };
  while (at < value.length) {
    if (take(SEPARATOR)) continue;
    const scheme = take(SCHEME);
    if (scheme) {
      current = new Map();
      if (scheme[1]?.toLowerCase() === 'digest') digests.push(current);
      continue;
    }
    const param = take(PARAM);
    if (!param) break;
    const [, name = '', quoted, bare = ''] = param;
    const key = name.toLowerCase();
    // Said twice, the first counts: a later one may be someone's addition.
    if (current && !current.has(key)) current.set(key, quoted ?? bare);
  }
  return digests;
}

/** A quoted-string (RFC 3261 §25.1). */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
