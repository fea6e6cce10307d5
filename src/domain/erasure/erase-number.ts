import { ERASED, type RecordedAni } from '../numbers/e164.ts';

/** What stands in a text where a number stood. */
const ERASED_TEXT = '[erased]';

/** What people and machines put between the digits of a number. */
const BETWEEN = '[\\s().\\-/]{0,3}';

/** Fewer digits than any number has: most texts have no more, and need no closer look. */
const MAY_HOLD_NUMBER = /(?:\d\D{0,3}){6}/;

/** Digits that tell one line from others wherever its number is written: all of the NANP's own. */
const NANP_DIGITS = 10;
/** Of other plans the last so many; of a shorter number all but the country code, which has two digits where it is long. */
const OTHER_DIGITS = { least: 6, most: 9, countryCode: 2 };

/**
 * The text without the caller's number, however it is written: `+14155550199`, `4155550199`, `(415) 555-0199`. The same
 * text where it isn't in there, and for callers without a number.
 */
export function eraseNumber(text: string, ani: RecordedAni): string {
  if (ani === 'anonymous' || ani === ERASED || !MAY_HOLD_NUMBER.test(text)) return text;
  return text.replace(patternOf(ani.slice(1), ani.startsWith('+1')), ERASED_TEXT);
}

/** Its last digits, and those of country and area that may stand before them. */
function patternOf(digits: string, isNanp: boolean): RegExp {
  const { least, most, countryCode } = OTHER_DIGITS;
  const length = isNanp ? NANP_DIGITS : Math.min(most, Math.max(least, digits.length - countryCode));
  const telling = Array.from(digits.slice(-length)).join(BETWEEN);
  return new RegExp(`\\+?\\(?(?:\\d${BETWEEN}){0,6}?${telling}`, 'g');
}
