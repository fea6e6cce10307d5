import { AppError } from '../domain/app-error.ts';
import { cutText } from './cut-text.ts';

/** The ETag of a revision: strong, since equal revisions are equal byte for byte (RFC 9110 section 8.8.3). */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/**
 * Holds a revision against If-Match (RFC 9110 section 13.1.1): one or several strong ETags, or `*` for any. Weak ones
 * never match.
 *
 * @throws AppError `version-conflict` where none matches
 */
export function requireMatch(ifMatch: string | undefined, revision: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const wanted = ifMatch.split(',').map((tag) => tag.trim());
  if (wanted.includes(etagOf(revision))) return;
  throw new AppError(
    'version-conflict',
    `If-Match asks for ${cutText(ifMatch)}, and the current ETag is ${etagOf(revision)}: read it again and redo the change.`,
  );
}
