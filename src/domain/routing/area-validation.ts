import { isCountry } from '../numbers/countries.ts';
import type { Gazetteer } from '../numbers/location.ts';
import { beginsNoNumber, beginsNoZip, isAreaCode } from '../numbers/spare-codes.ts';
import { countryOfState } from '../numbers/states.ts';
import { foldZip, parseZip } from '../numbers/zip.ts';
import type { AreaEntry } from '../plan/area.ts';
import { servesNobody } from './area-coverage.ts';

/** Something wrong with an area; `path` is a JSON Pointer (RFC 6901) into it. */
export interface AreaProblem {
  readonly path: string;
  readonly message: string;
}

/** An area as it arrives, its entries not yet known to have one key each. */
export interface UncheckedArea {
  readonly include: readonly Readonly<Record<string, unknown>>[];
  readonly exclude: readonly Readonly<Record<string, unknown>>[];
}

/** Undefined when the value is right, else what is wrong with it and how to mend it. */
type Check = (value: string) => string | undefined;

const TEXT_CHECKS: Readonly<Record<string, Check>> = {
  country: (value) =>
    isCountry(value.toUpperCase())
      ? undefined
      : `${quote(value)} is no country: write its ISO 3166-1 alpha-2 code, such as US, CA or GB.`,
  state: (value) =>
    countryOfState(value.toUpperCase()) === undefined
      ? `${quote(value)} is no US state, territory or Canadian province: write its two letters, such as CA or ON.`
      : undefined,
  npa: (value) =>
    isAreaCode(value)
      ? undefined
      : `${quote(value)} is no area code: write three digits in the form of one, such as 415.`,
  npaNxx: (value) =>
    isAreaCode(value.slice(0, 3)) && /^[2-9]\d{2}$/.test(value.slice(3))
      ? undefined
      : `${quote(value)} is no area code and exchange: write six digits in the form of both, such as 415555.`,
  zip: checkZip,
  zipPrefix: (value) => {
    if (beginsNoZip(value)) return `No ZIP begins with ${quote(value)}: the lowest one is 00501.`;
    return isZipPrefix(foldZip(value))
      ? undefined
      : `${quote(value)} begins no ZIP or Canadian postal code: write one to five digits, or a start such as M5V.`;
  },
  prefix: (value) => {
    if (!/^\+[1-9]\d{0,14}$/.test(value)) {
      return `${quote(value)} begins no E.164 number: write a plus sign, the country code and further digits, such as +1415.`;
    }
    return beginsNoNumber(value)
      ? `No number begins with ${quote(value)}: no such country or area code is assigned.`
      : undefined;
  },
};

const KEYS = [...Object.keys(TEXT_CHECKS), 'radius'].join(', ');

/**
 * Everything wrong with an area's entries, in their order, or that it serves nobody; none when `compileArea` may have it.
 * States and countries may be in either case, ZIPs with or without spaces. A ZIP need not be known, but the centre of a radius must be.
 */
export function validateArea(area: UncheckedArea, gazetteer: Gazetteer): AreaProblem[] {
  const problems = [
    ...area.include.flatMap((entry, index) => checkEntry(entry, `/include/${index}`, gazetteer)),
    ...area.exclude.flatMap((entry, index) => checkEntry(entry, `/exclude/${index}`, gazetteer)),
  ];
  return problems.length > 0 ? problems : checkServable(area, gazetteer);
}

/** Whether anybody is left of those taken in. */
function checkServable(area: UncheckedArea, gazetteer: Gazetteer): AreaProblem[] {
  const include = area.include as readonly unknown[] as readonly AreaEntry[];
  const exclude = area.exclude as readonly unknown[] as readonly AreaEntry[];
  if (!servesNobody({ include, exclude }, gazetteer)) return [];
  const message =
    'It would serve nobody: all that it includes is excluded again. Take an entry out of one of the lists.';
  return [{ path: '/include', message }];
}

function checkEntry(entry: Readonly<Record<string, unknown>>, path: string, gazetteer: Gazetteer): AreaProblem[] {
  const keys = Object.keys(entry);
  if (keys.length !== 1) {
    const found = keys.length === 0 ? 'has none' : `has ${keys.length} (${keys.join(', ')}): make an entry of each`;
    return [{ path, message: `An entry has exactly one of ${KEYS}; this one ${found}.` }];
  }
  const key = keys[0] ?? '';
  const value = entry[key];
  const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (key === 'radius') return checkRadius(value, at, gazetteer);
  const check = Object.hasOwn(TEXT_CHECKS, key) ? TEXT_CHECKS[key] : undefined;
  if (!check) return [{ path: at, message: `${quote(key)} is no kind of entry: use one of ${KEYS}.` }];
  return asProblems(at, checkText(value, check));
}

function checkRadius(value: unknown, path: string, gazetteer: Gazetteer): AreaProblem[] {
  if (typeof value !== 'object' || value === null) {
    return [{ path, message: 'A radius is an object with zip and miles, such as {"zip": "94107", "miles": 25}.' }];
  }
  const { zip, miles }: { zip?: unknown; miles?: unknown } = value;
  return [
    ...Object.keys(value)
      .filter((key) => key !== 'zip' && key !== 'miles')
      .map((key) => ({ path: `${path}/${key}`, message: `A radius has zip and miles alone, not ${quote(key)}.` })),
    ...asProblems(
      `${path}/zip`,
      checkText(zip, (text) => checkZip(text) ?? checkCentre(text, gazetteer)),
    ),
    ...asProblems(
      `${path}/miles`,
      typeof miles === 'number' && Number.isFinite(miles) && miles > 0 ? undefined : 'Write miles as a number above 0.',
    ),
  ];
}

function checkText(value: unknown, check: Check): string | undefined {
  return typeof value === 'string' ? check(value) : `Write it as text in quotes, not as ${describeType(value)}.`;
}

function checkZip(value: string): string | undefined {
  if (beginsNoZip(value)) return `${quote(value)} is no ZIP: the lowest one is 00501.`;
  if (parseZip(value) === foldZip(value)) return undefined;
  const hint = /^\d{3,4}$/.test(value) ? ` A ZIP keeps its leading zeros: ${quote(value.padStart(5, '0'))}?` : '';
  return `${quote(value)} is no ZIP: write five digits, or a whole Canadian postal code such as M5V 2T6.${hint}`;
}

function checkCentre(zip: string, gazetteer: Gazetteer): string | undefined {
  if (gazetteer.byZip(foldZip(zip))?.centroid) return undefined;
  if (!/^\d/.test(foldZip(zip))) {
    return `The centre is of US ZIPs only, and ${quote(zip)} is a Canadian postal code: name those around it as zipPrefix.`;
  }
  return `Where ${quote(zip)} lies is not known, so no distance from it can be: take a ZIP next to it as the centre.`;
}

/** A US prefix, or the start of a Canadian postal code: does it become one when the rest is filled in? */
function isZipPrefix(folded: string): boolean {
  if (/^\d{1,5}$/.test(folded)) return true;
  return folded.length > 0 && parseZip(folded + 'A1A1A1'.slice(folded.length)) !== undefined;
}

function asProblems(path: string, message: string | undefined): AreaProblem[] {
  return message === undefined ? [] : [{ path, message }];
}

function describeType(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
