import { textField } from './fields.ts';

/** What callers want, in a word: set by an IVR, accepted by routes. Compared as it is written. */
export function categoryField(description: string) {
  return textField(description, 'roof-repair', {
    maxLength: 64,
    // As any line of text, without spaces round it: two that look alike are alike.
    pattern: '^(?=\\S)[^\\x00-\\x1f\\x7f\\ud800-\\udfff]*(?<=\\S)$',
    'x-expects': 'Write one line of text with 1 to 64 characters, none of them a space at its end or beginning.',
  });
}
