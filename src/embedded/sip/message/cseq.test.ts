import { describe, expect, test } from 'vitest';
import { formatCSeq, parseCSeq } from './cseq.ts';
import { formatRAck, parseRAck, parseRSeq } from './rack.ts';

describe('CSeq', () => {
  test.each([
    ['0 INVITE', { seq: 0, method: 'INVITE' }],
    ['2147483647 OPTIONS', { seq: 2_147_483_647, method: 'OPTIONS' }],
    ['7 invite', { seq: 7, method: 'invite' }],
  ])('%s reads and writes back', (text, cseq) => {
    expect(parseCSeq(text)).toEqual(cseq);
    expect(formatCSeq(cseq)).toBe(text);
  });

  test('reads leading zeros and any white space between its parts', () => {
    expect(parseCSeq('0009 \t INVITE')).toEqual({ seq: 9, method: 'INVITE' });
  });

  test.each(['', '1', 'INVITE', '1 ', '-1 INVITE', '+1 INVITE', '1.0 INVITE', '0x1 INVITE', '1 IN VITE', '1 INVITE,'])(
    'is not %j',
    (text) => {
      expect(parseCSeq(text)).toBeUndefined();
    },
  );

  test('ends below 2³¹, however long the number', () => {
    expect(parseCSeq('2147483648 INVITE')).toBeUndefined();
    expect(parseCSeq(`${'9'.repeat(400)} INVITE`)).toBeUndefined();
  });
});

describe('RSeq and RAck', () => {
  test('read and write back', () => {
    const rack = { rseq: 776_656, cseq: { seq: 1, method: 'INVITE' } };
    expect(parseRAck('776656 1 INVITE')).toEqual(rack);
    expect(formatRAck(rack)).toBe('776656 1 INVITE');
    expect(parseRSeq('4294967295')).toBe(4_294_967_295);
  });

  test.each(['', '776656', '776656 1', '0 1 INVITE', 'x 1 INVITE', '1 x INVITE', '1 1 INVITE x'])(
    'RAck is not %j',
    (text) => {
      expect(parseRAck(text)).toBeUndefined();
    },
  );

  test.each(['', '0', '4294967296', '-1', '1 2'])('RSeq is not %j', (text) => {
    expect(parseRSeq(text)).toBeUndefined();
  });
});
