import type { RecordedAni } from '../numbers/e164.ts';
import { eraseNumber } from './erase-number.ts';

/**
 * A JSON value without what people wrote of a caller: members called `note` are null, and the caller's number is out of
 * every text, however deep. The value itself is left as it is.
 */
export function eraseTexts(value: unknown, ani: RecordedAni): unknown {
  if (typeof value === 'string') return eraseNumber(value, ani);
  if (Array.isArray(value)) return value.map((item: unknown) => eraseTexts(item, ani));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === 'note' ? null : eraseTexts(inner, ani)]),
  );
}
