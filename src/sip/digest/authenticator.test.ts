import { describe, expect, it } from 'vitest';
import { readDigests } from './auth-params.ts';
import { Authenticator } from './authenticator.ts';
import { digestResponse, type DigestAlgorithm } from './digest-response.ts';

const ADDRESS = '198.51.100.7';
const CALLER = { username: 'carrier', realm: 'tollgate.example', password: 'secret' };
const URI = 'sip:+14155550100@tollgate.example';

/** A clock to turn, and an authenticator that goes by it. */
function setUp() {
  const clock = { nowMs: 1_795_000_000_000 };
  return { clock, authenticator: new Authenticator(() => clock.nowMs) };
}

interface Answer {
  algorithm?: DigestAlgorithm;
  nc?: string | null;
  password?: string;
  uri?: string;
  method?: string;
}

/** The nonce of the challenge for an algorithm. */
function nonceOf(authenticator: Authenticator, algorithm: DigestAlgorithm = 'SHA-256', address = ADDRESS): string {
  const challenges = authenticator.challenges([CALLER.realm], address, false).flatMap((value) => readDigests(value));
  return challenges.find((challenge) => challenge.get('algorithm') === algorithm)?.get('nonce') ?? '';
}

/** The Authorization of a caller who was given this nonce. */
function authorization(nonce: string, answer: Answer = {}): string {
  const { algorithm = 'SHA-256', nc = '00000001', password = CALLER.password, uri = URI, method = 'INVITE' } = answer;
  const counted = nc === null ? null : { nc, cnonce: 'c0' };
  const response = digestResponse({ ...CALLER, algorithm, password, nonce, method, uri, counted });
  const count = nc === null ? '' : `, qop=auth, nc=${nc}, cnonce="c0"`;
  return (
    `Digest username="${CALLER.username}", realm="${CALLER.realm}", nonce="${nonce}", uri="${uri}", ` +
    `response="${response}", algorithm=${algorithm}${count}`
  );
}

/** How the proof of a request is judged. */
function verdict(authenticator: Authenticator, value: string, address = ADDRESS): string | undefined {
  const request = {
    method: 'INVITE',
    uri: URI,
    source_address: address,
    has: (header: string) => header === 'Authorization',
    get: () => value,
  };
  return authenticator.proofsOf(request)[0]?.check(CALLER.password);
}

describe('challenges', () => {
  it('are one for each realm and algorithm, the strongest first, each in a header of its own', () => {
    const { authenticator } = setUp();
    const values = authenticator.challenges(['one', 'two'], ADDRESS, true);
    const shown = values.map((value) => {
      const [challenge] = readDigests(value);
      return [challenge?.get('realm'), challenge?.get('algorithm'), challenge?.get('qop'), challenge?.get('stale')];
    });
    expect(shown).toEqual([
      ['one', 'SHA-256', 'auth', 'true'],
      ['two', 'SHA-256', 'auth', 'true'],
      ['one', 'MD5', 'auth', 'true'],
      ['two', 'MD5', 'auth', 'true'],
    ]);
  });
});

describe('the answer of a caller', () => {
  it.each(['SHA-256', 'MD5'] as const)('with %s and the right password is right', (algorithm) => {
    const { authenticator } = setUp();
    expect(verdict(authenticator, authorization(nonceOf(authenticator, algorithm), { algorithm }))).toBe('right');
  });

  it('says who it is', () => {
    const { authenticator } = setUp();
    const request = { method: 'INVITE', uri: URI, source_address: ADDRESS, has: () => true };
    const proofs = authenticator.proofsOf({ ...request, get: () => authorization('n') });
    expect(proofs).toMatchObject([{ username: CALLER.username, realm: CALLER.realm }]);
    expect(authenticator.proofsOf({ ...request, get: () => 'Digest nonce="n"' })).toEqual([]);
    expect(authenticator.proofsOf({ ...request, has: () => false, get: () => '' })).toEqual([]);
  });

  it.each<[string, Answer]>([
    ['another password', { password: 'guess' }],
    ['another method', { method: 'REGISTER' }],
    ['another number', { uri: 'sip:+19005550000@tollgate.example' }],
    ['a count that is none', { nc: '1' }],
  ])('for %s is wrong', (_what, answer) => {
    const { authenticator } = setUp();
    expect(verdict(authenticator, authorization(nonceOf(authenticator), answer))).toBe('wrong');
  });

  it('counts up: a count that was seen is stale, a higher one right', () => {
    const { authenticator } = setUp();
    const nonce = nonceOf(authenticator);
    const use = (nc: string): string | undefined => verdict(authenticator, authorization(nonce, { nc }));
    expect(['00000001', '00000001', '00000003', '00000002', '00000004'].map(use)).toEqual([
      'right',
      'stale',
      'right',
      'stale',
      'right',
    ]);
  });

  it('without a count is good for one use', () => {
    const { authenticator } = setUp();
    const value = authorization(nonceOf(authenticator), { nc: null });
    expect([verdict(authenticator, value), verdict(authenticator, value)]).toEqual(['right', 'stale']);
  });

  it('spends no count where it is wrong', () => {
    const { authenticator } = setUp();
    const nonce = nonceOf(authenticator);
    expect(verdict(authenticator, authorization(nonce, { password: 'guess' }))).toBe('wrong');
    expect(verdict(authenticator, authorization(nonce))).toBe('right');
  });

  it('is stale after a minute, from another address, and with a nonce of someone else or of another spelling', () => {
    const { clock, authenticator } = setUp();
    const nonce = nonceOf(authenticator);
    expect(verdict(authenticator, authorization(nonce), '203.0.113.9')).toBe('stale');
    expect(verdict(authenticator, authorization(nonceOf(setUp().authenticator)))).toBe('stale');
    expect(verdict(authenticator, authorization(`${nonce}=`))).toBe('stale');
    expect(verdict(authenticator, authorization('', { password: 'guess' }))).toBe('stale');
    clock.nowMs += 60_000;
    expect(verdict(authenticator, authorization(nonce))).toBe('right');
    clock.nowMs += 1;
    expect(verdict(authenticator, authorization(nonce, { nc: '00000002' }))).toBe('stale');
  });
});
