const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/**
 * Country codes that ITU-T has assigned to nobody (E.164, list of assigned country codes), those being left out that once
 * were or are kept for somebody. Codes of services without a country, such as 800 and 883, are in use.
 */
const SPARE_COUNTRY_CODES = words(
  '210 214 215 217 219 259 280 281 282 283 284 285 286 287 288 289 292 293 294 295 296 384 422 424 425 426 427 428 429 ' +
    '693 694 695 696 697 698 699 801 802 803 804 805 806 807 809 830 831 832 833 834 835 836 837 838 839 851 854 857 ' +
    '858 859 884 885 887 889 890 891 892 893 894 895 896 897 898 899 978 990 997 999',
);

const DIGITS = Array.from('0123456789');

/**
 * Whether no number begins so, of those that there are and those that area codes still to come will bring: `+999`, `+28`,
 * `+1911`, `+11`.
 *
 * @param prefix a plus sign and digits
 */
export function beginsNoNumber(prefix: string): boolean {
  const digits = prefix.slice(1);
  if (digits.startsWith('1')) return /^1(?:[01]|[2-9](?:9|11))/.test(digits);
  if (digits.length >= 3) return SPARE_COUNTRY_CODES.has(digits.slice(0, 3));
  return digits.length === 2 && DIGITS.every((last) => SPARE_COUNTRY_CODES.has(digits + last));
}

/** Whether three digits can be an area code: N11 are services (911), and N9X are kept for when numbers grow longer. */
export function isAreaCode(digits: string): boolean {
  return /^[2-9](?!9|11)\d{2}$/.test(digits);
}

/** Whether digits begin ZIPs that are never assigned: the lowest one is 00501. */
export function beginsNoZip(digits: string): boolean {
  return /^00[0-4]/.test(digits);
}
