import { describe, expect, it } from 'vitest';
import { readDigests } from './auth-params.ts';
import { ChallengeAnswers } from './challenge-answers.ts';
import { digestResponse } from './digest-response.ts';
import { NonceCounts } from './nonce-counts.ts';

const CREDENTIALS = { username: 'toll"gate', password: 'secret', realm: 'carrier.example' };
const INVITE = { method: 'INVITE', uri: 'sip:+13105550111@gw.example' };

function challenged(status: 401 | 407, ...values: string[]) {
  const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
  return { status, has: (header: string) => header === name && values.length > 0, get: () => values.join(',') };
}

const ours = (extra = ''): string => `Digest realm="carrier.example", nonce="n1"${extra}`;

function answers(credentials: typeof CREDENTIALS | null = CREDENTIALS): ChallengeAnswers {
  return new ChallengeAnswers(credentials, new NonceCounts());
}

/** The parameters of an answer that must have been given. */
function given(answer: ReturnType<ChallengeAnswers['answer']>): Record<string, string> {
  if (!answer.answered) throw new Error(`not answered: ${answer.why}`);
  return Object.fromEntries(readDigests(answer.value)[0] ?? []);
}

describe('answering a challenge', () => {
  it('proves the password with the strongest algorithm offered, counted where it is to be', () => {
    const response = challenged(407, ours(', algorithm=MD5'), ours(', algorithm=SHA-256, qop="auth", opaque="o"'));
    const answer = answers().answer(response, INVITE);
    const { cnonce = '', nc = '', response: proof, ...params } = given(answer);
    expect(answer).toMatchObject({ header: 'proxyAuthorization' });
    expect(params).toEqual({
      username: 'toll\\"gate',
      realm: 'carrier.example',
      nonce: 'n1',
      uri: INVITE.uri,
      algorithm: 'SHA-256',
      qop: 'auth',
      opaque: 'o',
    });
    const counted = { nc, cnonce };
    expect(proof).toBe(digestResponse({ ...CREDENTIALS, ...INVITE, algorithm: 'SHA-256', nonce: 'n1', counted }));
    expect(nc).toBe('00000001');
  });

  it('goes without a count where none was offered, in the header that fits a 401', () => {
    const answer = answers().answer(challenged(401, ours()), INVITE);
    const params = given(answer);
    expect(answer).toMatchObject({ header: 'authorization' });
    expect(params).not.toHaveProperty('qop');
    expect(params).not.toHaveProperty('nc');
    const { response } = params;
    expect(response).toBe(digestResponse({ ...CREDENTIALS, ...INVITE, algorithm: 'MD5', nonce: 'n1', counted: null }));
  });

  it('is refused for every realm but its own, and without credentials', () => {
    const other = 'Digest realm="evil.example", nonce="n1"';
    const notForUs = { answered: false, why: 'challenge-not-for-us' };
    expect(answers().answer(challenged(401, other), INVITE)).toEqual(notForUs);
    expect(answers().answer(challenged(401), INVITE)).toEqual(notForUs);
    expect(answers(null).answer(challenged(401, ours()), INVITE)).toEqual({ answered: false, why: 'no-credentials' });
  });

  it('happens once; once more where only the nonce was stale; and then no more', () => {
    const refused = { answered: false, why: 'credentials-refused' };
    const plain = answers();
    plain.answer(challenged(401, ours()), INVITE);
    expect(plain.answer(challenged(401, 'Digest realm="carrier.example", nonce="n2"'), INVITE)).toEqual(refused);

    const stale = answers();
    stale.answer(challenged(401, ours()), INVITE);
    expect(stale.answer(challenged(401, ours(', stale=true')), INVITE)).toEqual(refused);
    const fresh = (nonce: string) => challenged(401, `Digest realm="carrier.example", nonce="${nonce}", stale=true`);
    expect(given(stale.answer(fresh('n2'), INVITE))['nonce']).toBe('n2');
    expect(stale.answer(fresh('n3'), INVITE)).toEqual(refused);
  });

  it('counts a nonce that several requests are given', () => {
    const counts = new NonceCounts();
    const nc = (): string =>
      given(new ChallengeAnswers(CREDENTIALS, counts).answer(challenged(401, ours(', qop=auth')), INVITE))['nc'] ?? '';
    expect([nc(), nc()]).toEqual(['00000001', '00000002']);
  });
});
