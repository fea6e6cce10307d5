import { describe, expect, it } from 'vitest';
import { sample } from '../../test/support/sample-plan.ts';
import type { TrunkId } from '../domain/ids.ts';
import type { Trunk } from '../domain/plan/trunk.ts';
import type { MonoMs } from '../domain/time.ts';
import { GuessLimit } from './guess-limit.ts';
import { identifyTrunk, type Identified } from './identify-trunk.ts';
import type { CallerProof } from './ports/caller-proof.ts';
import { TrunkDirectory } from './trunk-directory.ts';

const KNOWN = '198.51.100.7';
const STRANGER = '203.0.113.9';

function trunk(name: string, fields: Partial<Trunk>): Trunk {
  return { id: name as TrunkId, ...sample.trunk({ name, sources: [], ...fields }) };
}

const digest = (username: string, realm = 'tollgate') => ({ username, realm, password: `secret of ${username}` });

/** A proof that is right where it is asked with this password. */
function proof(username: string, password: string, realm = 'tollgate'): CallerProof {
  return { username, realm, check: (expected) => (expected === password ? 'right' : 'wrong') };
}

const PLAIN = trunk('plain', { sources: ['192.0.2.0/24'] });
const CHALLENGED = trunk('challenged', { sources: [`${KNOWN}/32`], challengeInbound: true, digest: digest('bob') });
const ROAMING = trunk('roaming', { challengeInbound: true, digest: digest('ann') });

function setUp(...trunks: readonly Trunk[]) {
  const directory = new TrunkDirectory(trunks);
  const guesses = new GuessLimit();
  return (address: string, proofs: readonly CallerProof[] = [], atMs = 0): string =>
    inWords(identifyTrunk({ address, proofs }, directory, guesses, atMs as MonoMs));
}

function inWords(who: Identified): string {
  if (who.kind === 'trunk') return who.trunk.name;
  return who.kind === 'challenge' ? `challenge ${who.realms.join()}${who.stale ? ' stale' : ''}` : who.why;
}

describe('whose call it is', () => {
  it("is its source address's trunk, where that doesn't challenge", () => {
    expect(setUp(PLAIN, ROAMING)('192.0.2.5')).toBe('plain');
  });

  it('is a stranger where no trunk takes calls from anywhere, whatever it knows', () => {
    const identify = setUp(PLAIN, CHALLENGED);
    expect(identify(STRANGER)).toBe('stranger');
    expect(identify(STRANGER, [proof('bob', 'secret of bob')])).toBe('stranger');
    expect(setUp({ ...ROAMING, enabled: false })(STRANGER)).toBe('stranger');
    expect(setUp({ ...ROAMING, challengeInbound: false })(STRANGER)).toBe('stranger');
  });

  it('is to be proved where its trunk challenges, with the credentials of that trunk alone', () => {
    const identify = setUp(CHALLENGED, ROAMING);
    expect(identify(KNOWN)).toBe('challenge tollgate');
    expect(identify(KNOWN, [proof('bob', 'secret of bob')])).toBe('challenged');
    expect(identify(KNOWN, [proof('ann', 'secret of ann')])).toBe('wrong-credentials');
  });

  it('is told by user name and realm for callers from anywhere', () => {
    const other = trunk('other', { challengeInbound: true, digest: digest('ann', 'elsewhere') });
    const identify = setUp(PLAIN, ROAMING, other);
    expect(identify(STRANGER)).toBe('challenge tollgate,elsewhere');
    expect(identify(STRANGER, [proof('ann', 'secret of ann', 'elsewhere')])).toBe('other');
    expect(identify(STRANGER, [proof('ann', 'secret of ann')])).toBe('roaming');
    expect(identify(STRANGER, [proof('ann', 'secret of ann', 'third')])).toBe('challenge tollgate,elsewhere');
  });

  it('is asked for again where only the nonce is stale', () => {
    const stale: CallerProof = { username: 'ann', realm: 'tollgate', check: () => 'stale' };
    expect(setUp(ROAMING)(STRANGER, [stale])).toBe('challenge tollgate stale');
    expect(setUp(ROAMING)(STRANGER, [stale, proof('ann', 'secret of ann')])).toBe('roaming');
  });

  it('is nobody for an unknown name, even one that proves to know no password', () => {
    expect(setUp(ROAMING)(STRANGER, [proof('eve', '')])).toBe('wrong-credentials');
  });

  it('is not listened to after ten wrong answers, for the rest of that minute, and only there', () => {
    const identify = setUp(ROAMING);
    for (let guess = 0; guess < 10; guess += 1) {
      expect(identify(STRANGER, [proof('ann', 'guess')], guess)).toBe('wrong-credentials');
    }
    const right = [proof('ann', 'secret of ann')];
    expect(identify(STRANGER, right, 59_999)).toBe('too-many-guesses');
    expect(identify('203.0.113.10', right, 59_999)).toBe('roaming');
    expect(identify(STRANGER, right, 60_000)).toBe('roaming');
  });
});
