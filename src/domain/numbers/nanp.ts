import type { Ani, E164 } from './e164.ts';

/** NPA and NXX may begin with 2 to 9, the line takes any digit. Which NPAs are assigned changes monthly: not asked. */
const NANP_E164 = /^\+1[2-9]\d{2}[2-9]\d{6}$/;

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** 800 and its relief codes in service, then those NANPA holds for the next ones. */
const TOLL_FREE_NPAS = words('800 833 844 855 866 877 888 822 880 881 882 883 884 885 886 887 889');

/** 456 inbound international, 600s Canadian services, 700 carrier services, 710 government, 900 premium. */
const SERVICE_NPAS = words('456 600 622 633 644 655 677 688 700 710 900');

/** 5XX personal communications: 500 and 521 to 529, then the reserve NANPA opens one by one. */
const PERSONAL_NPAS = words(
  '500 521 522 523 524 525 526 527 528 529 ' +
    '532 533 535 538 542 543 544 545 546 547 549 550 552 553 554 556 566 577 578 588 589',
);

/** Whether the text is `+1` and ten digits in the form of the North American Numbering Plan, `[2-9]XX[2-9]XXXXXX`. */
export function isNanp(e164: string): boolean {
  return NANP_E164.test(e164);
}

/** The area code of a NANP number; null for any other number and for anonymous callers. */
export function npaOf(ani: Ani): string | null {
  return ani.startsWith('+1') ? ani.slice(2, 5) : null;
}

/** Area code and exchange of a NANP number, six digits; null for any other number and for anonymous callers. */
export function npaNxxOf(ani: Ani): string | null {
  return ani.startsWith('+1') ? ani.slice(2, 8) : null;
}

/** The ten digits of a NANP number without its country code; undefined for other numbers. */
export function nationalDigitsOf(e164: E164): string | undefined {
  return e164.startsWith('+1') ? e164.slice(2) : undefined;
}

/** Whether calls to the area code are paid by the callee. As a caller's number it says nothing of where they are. */
export function isTollFree(npa: string): boolean {
  return TOLL_FREE_NPAS.has(npa);
}

/** Whether the area code belongs to a service instead of a place: toll-free, personal, premium, government, carrier. */
export function isNonGeographic(npa: string): boolean {
  return TOLL_FREE_NPAS.has(npa) || SERVICE_NPAS.has(npa) || PERSONAL_NPAS.has(npa);
}
