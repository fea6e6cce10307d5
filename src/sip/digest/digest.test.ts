import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoted, readDigests } from './auth-params.ts';
import { readChallenges, strongestFor } from './challenge.ts';
import { digestResponse } from './digest-response.ts';
import { NonceCounts } from './nonce-counts.ts';

describe('a response', () => {
  it('is the one of RFC 2617 section 3.5', () => {
    const response = digestResponse({
      algorithm: 'MD5',
      username: 'Mufasa',
      realm: 'testrealm@host.com',
      password: 'Circle Of Life',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      method: 'GET',
      uri: '/dir/index.html',
      counted: { nc: '00000001', cnonce: '0a4f113b' },
    });
    expect(response).toBe('6629fae49393a05397450978507c4ef1');
  });

  it('without qop is the one of RFC 2069 section 2.4, as its erratum 749 has it', () => {
    const response = digestResponse({
      algorithm: 'MD5',
      username: 'Mufasa',
      realm: 'testrealm@host.com',
      password: 'CircleOfLife',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      method: 'GET',
      uri: '/dir/index.html',
      counted: null,
    });
    expect(response).toBe('1949323746fe6a43ef61f9606e7febea');
  });

  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)('with %s is the one of RFC 7616 section 3.9.1', (algorithm, expected) => {
    const response = digestResponse({
      algorithm,
      username: 'Mufasa',
      realm: 'http-auth@example.org',
      password: 'Circle of Life',
      nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
      method: 'GET',
      uri: '/dir/index.html',
      counted: { nc: '00000001', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' },
    });
    expect(response).toBe(expected);
  });
});

describe('what is read of challenges', () => {
  it('is every one of several headers joined with commas, other schemes left out', () => {
    const value =
      'Digest realm="a, b", nonce="n1", qop="auth,auth-int", algorithm=SHA-256,' +
      'Bearer authz_server="https://x.example/", DIGEST realm=plain,nonce="n\\"2",stale=TRUE';
    expect(readChallenges(value)).toEqual([
      { realm: 'a, b', nonce: 'n1', opaque: null, algorithm: 'SHA-256', wantsCount: true, stale: false },
      { realm: 'plain', nonce: 'n\\"2', opaque: null, algorithm: 'MD5', wantsCount: false, stale: true },
    ]);
  });

  it('leaves out what we could not answer', () => {
    const value =
      'Digest realm="r", nonce="n", algorithm=SHA-512-256, Digest realm="r", nonce="n", qop="auth-int", ' +
      'Digest realm="r", algorithm=MD5, Digest nonce="n"';
    expect(readChallenges(value)).toEqual([]);
  });

  it('takes the strongest algorithm of our realm, in whatever order they come', () => {
    const value =
      'Digest realm="r", nonce="1", algorithm=MD5, Digest realm="other", nonce="2", algorithm=SHA-256, ' +
      'Digest realm="r", nonce="3", algorithm=sha-256';
    const challenges = readChallenges(value);
    expect(strongestFor('r', challenges)?.nonce).toBe('3');
    expect(strongestFor('R', challenges)).toBeUndefined();
  });

  it('is what was written, whatever the values hold', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const params = fc.uniqueArray(fc.tuple(name, fc.string({ maxLength: 20 })), { minLength: 1, selector: ([n]) => n });
    fc.assert(
      fc.property(fc.array(params, { maxLength: 4 }), (digests) => {
        const value = digests
          .map((each) => `Digest ${each.map(([key, text]) => `${key}=${quoted(text)}`).join(', ')}`)
          .join(', ');
        const read = readDigests(value).map((each) =>
          [...each].map(([key, raw]) => [key, raw.replace(/\\(.)/gs, '$1')]),
        );
        expect(read).toEqual(digests);
      }),
    );
  });

  it('is something or nothing, in good time, whatever is sent', () => {
    const pieces = fc.constantFrom(
      'Digest ',
      'realm=',
      '"',
      '\\',
      ',',
      ' ',
      'nonce="x"',
      'a=b',
      '=',
      '\t',
      'é',
      'Digest',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 60 }), (parts) => {
        expect(Array.isArray(readChallenges(parts.join('')))).toBe(true);
      }),
    );
  });
});

describe('the counts of nonces', () => {
  it('rise with each use, each nonce on its own, in eight hexadecimal digits', () => {
    const counts = new NonceCounts();
    expect([counts.next('a'), counts.next('a'), counts.next('b'), counts.next('a')]).toEqual([
      '00000001',
      '00000002',
      '00000001',
      '00000003',
    ]);
    for (let n = 0; n < 12; n += 1) counts.next('a');
    expect(counts.next('a')).toBe('00000010');
  });

  it('keep those in use, however many others come', () => {
    const counts = new NonceCounts();
    for (let n = 0; n < 5_000; n += 1) {
      counts.next(`other ${n}`);
      counts.next('ours');
    }
    expect(counts.next('ours')).toBe('00001389');
  });
});
