import { AppError } from '../domain/app-error.ts';

/** A file's path on this machine as the media server sees it. */
export type ToServerPath = (path: string) => string;

/**
 * What FreeSWITCH would take for something else than a part of a name: quotes and escapes, variables (`${…}`), options
 * before a file (`{…}`), a place in it (`@@`), lists (`!`), applications (`::`), other ways to open it (`://`), ends of lines.
 */
const NOT_IN_A_PATH = /['"\\$`{}^!;|]|@@|::|:\/\/|[^\x20-\x7e\u{a0}-\u{10ffff}]/u;

/** A file as the media server is to play or write it. AppError `media-failed` where its path can't be told to one. */
export function serverPath(path: string, toServerPath: ToServerPath): string {
  const there = toServerPath(path);
  if (there.startsWith('/') && !NOT_IN_A_PATH.test(there)) return there;
  throw new AppError(
    'media-failed',
    `The media server can't be told of ${JSON.stringify(there)}: use an absolute path without quotes, backslashes, control characters or any of ^ ! ; | $ { }.`,
  );
}

/** A path among other arguments: in quotes where it would be taken for two. */
export function asArgument(path: string): string {
  return path.includes(' ') ? `'${path}'` : path;
}
