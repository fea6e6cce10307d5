import { expect, test } from 'vitest';
import { splitList } from './split-list.ts';

test.each([
  ['a', ['a']],
  [' a , b\t,c ', ['a', 'b', 'c']],
  ['a,,b,', ['a', '', 'b', '']],
  ['"Bell, A" <sip:a@h>, <sip:b,c@h;x=1,2>;q=1', ['"Bell, A" <sip:a@h>', '<sip:b,c@h;x=1,2>;q=1']],
  [String.raw`"a\", b" <sip:a@h>, c`, [String.raw`"a\", b" <sip:a@h>`, 'c']],
  ['"<" <sip:a@h>, ">" , b', ['"<" <sip:a@h>', '">"', 'b']],
  ['a, "never closed, b', ['a', '"never closed, b']],
  ['a, <never closed, b', ['a', '<never closed, b']],
  ['<a>,<b>', ['<a>', '<b>']],
])('the list %j has the elements %j', (value, elements) => {
  expect(splitList(value)).toEqual(elements);
});
