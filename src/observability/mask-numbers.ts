/** E.164, as it is or as it stands in a URL. */
const E164 = /(?:\+|%2B)[1-9]\d{6,14}/gi;

/** The user of a SIP URI that is a number, and a tel URI (RFC 3966). */
const IN_URI = /(?<=\bsips?:)\d{7,15}(?=@)|(?<=\btel:)\+?[\d().-]{7,20}/gi;

/** What stands under a key that names a number, however it was written. */
const UNDER_KEY = /(?<="(?:did|dnis|ani|number)":")[^"]*/g;

/** All digits but the last four. */
const LEADING_DIGITS = /\d(?=(?:\D*\d){4})/g;

/**
 * A line of the log with telephone numbers reduced to their last four digits: enough to tell two callers of one minute
 * apart, not enough to call either. Works on the whole line, so that a number within a message or a stack is found too.
 */
export function maskNumbers(line: string): string {
  const mask = (number: string): string => number.replaceAll(LEADING_DIGITS, '*').replace('%*', '%2');
  return line.replaceAll(UNDER_KEY, mask).replaceAll(E164, mask).replaceAll(IN_URI, mask);
}
