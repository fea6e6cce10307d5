/** How much of what was sent an answer repeats: enough to find it by. */
const MOST_CHARACTERS = 60;

/** The beginning of a text that somebody sent, and `…` where it goes on: no answer grows with what it refuses. */
export function cutText(text: string, most = MOST_CHARACTERS): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`;
}

/** A JSON Pointer (RFC 6901) with each of its names cut in the same way, and never within an escape. */
export function cutPath(path: string): string {
  if (path.length <= MOST_CHARACTERS) return path;
  return path
    .split('/')
    .map((name) => cutText(name).replace(/~…$/, '…'))
    .join('/');
}
