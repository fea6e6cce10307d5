/** A share of a whole; null where the whole is nothing, because no call is not the same as no success. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
