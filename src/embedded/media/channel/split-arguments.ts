/**
 * Splits an application's or command's arguments at spaces; what stands between single quotes is one argument, spaces
 * and all. A backslash keeps the quote after it and is itself in every other place, so that regular expressions pass.
 */
export function splitArguments(text: string): string[] {
  const found: string[] = [];
  for (const [, quoted, bare = ''] of text.matchAll(/'((?:\\'|[^'])*)'(?= |$)|([^ ]+)/g)) {
    found.push((quoted ?? bare).replaceAll(String.raw`\'`, "'"));
  }
  return found;
}
