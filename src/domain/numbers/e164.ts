import type { Brand } from '../brand.ts';

/** A number in E.164 with its plus sign (ITU-T E.164: at most fifteen digits). */
export type E164 = Brand<string, 'E164'>;

/** The caller's number: E.164 after normalisation, or `anonymous`. */
export type Ani = E164 | 'anonymous';

/** What a record says in place of the caller once the caller was erased. */
export const ERASED = 'erased';

/** The caller as a record has one: known, withheld from the start, or erased since. */
export type RecordedAni = Ani | typeof ERASED;
