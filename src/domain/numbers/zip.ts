const US_ZIP = /^\d{5}$/;
const US_ZIP_PLUS_FOUR = /^(\d{5})-?\d{4}$/;

/** Canada Post leaves out D, F, I, O, Q and U, and W and Z in the first place. */
const CANADIAN_POSTAL_CODE = /^[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z]\d[ABCEGHJ-NPRSTV-Z]\d$/;

/** A ZIP, its prefix or a Canadian postal code as it is compared: capitals, no spaces. */
export function foldZip(text: string): string {
  return text.replace(/\s/g, '').toUpperCase();
}

/**
 * Reads a US ZIP (`94107`, `94107-1234` loses its last four) or Canadian postal code (`m5v 2t6` gives `M5V2T6`).
 * Always text: `02134` keeps its zero. Undefined for anything else; whether the code is in use is not asked.
 */
export function parseZip(text: string): string | undefined {
  const folded = foldZip(text);
  if (US_ZIP.test(folded) || CANADIAN_POSTAL_CODE.test(folded)) return folded;
  return US_ZIP_PLUS_FOUR.exec(folded)?.[1];
}
