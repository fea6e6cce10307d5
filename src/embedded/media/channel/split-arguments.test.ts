import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitArguments } from './split-arguments.ts';

describe('arguments', () => {
  it.each([
    ['', []],
    ['  one   two ', ['one', 'two']],
    ["record '/a folder/b.wav' 10", ['record', '/a folder/b.wav', '10']],
    [String.raw`1 2 # ^\d+$ x`, ['1', '2', '#', String.raw`^\d+$`, 'x']],
    [String.raw`'it\'s here' x`, ["it's here", 'x']],
    ["it's 'not closed", ["it's", "'not", 'closed']],
  ])('%j are %j', (text, expected) => {
    expect(splitArguments(text)).toEqual(expected);
  });

  it('come back as they were, in quotes or out of them', () => {
    const word = fc
      .stringMatching(/^[A-Za-z0-9#*\\^$/.]{1,8}( [A-Za-z0-9]{1,4})?$/)
      .filter((text) => !text.endsWith('\\'));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const text = words.map((each) => (each.includes(' ') ? `'${each}'` : each)).join(' ');
        expect(splitArguments(text)).toEqual(words);
      }),
    );
  });
});
