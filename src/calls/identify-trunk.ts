import type { Trunk } from '../domain/plan/trunk.ts';
import type { MonoMs } from '../domain/time.ts';
import type { GuessLimit } from './guess-limit.ts';
import type { CallerProof } from './ports/caller-proof.ts';
import type { TrunkDirectory } from './trunk-directory.ts';

/** What is known of who sends an INVITE. */
export interface Sender {
  readonly address: string;
  readonly proofs: readonly CallerProof[];
}

/** Whose call it is; or that it is asked for credentials of these realms; or why it is refused. */
export type Identified =
  | { readonly kind: 'trunk'; readonly trunk: Trunk }
  | { readonly kind: 'challenge'; readonly realms: readonly string[]; readonly stale: boolean }
  | { readonly kind: 'refused'; readonly why: 'stranger' | 'wrong-credentials' | 'too-many-guesses' };

/**
 * Finds the trunk a call belongs to. Its source address names it, and is proof enough unless the trunk challenges its
 * callers. An address of no trunk is challenged where some trunk has no `sources` and challenges: then user name and
 * realm name the trunk. Anybody else is a stranger. A trunk with `sources` is never reached from elsewhere, whatever
 * the caller knows.
 */
export function identifyTrunk(sender: Sender, trunks: TrunkDirectory, guesses: GuessLimit, now: MonoMs): Identified {
  const { address } = sender;
  const bySource = trunks.find(address);
  if (bySource && !bySource.challengeInbound) return { kind: 'trunk', trunk: bySource };
  const candidates = bySource ? [bySource] : trunks.fromAnywhere;
  const realms = new Set(candidates.flatMap(({ digest }) => digest?.realm ?? []));
  if (realms.size === 0) return { kind: 'refused', why: 'stranger' };
  if (guesses.isSpent(address, now)) return { kind: 'refused', why: 'too-many-guesses' };
  const proofs = sender.proofs.filter(({ realm }) => realms.has(realm));
  let stale = false;
  for (const proof of proofs) {
    const trunk = candidates.find(({ digest }) => digest?.realm === proof.realm && digest.username === proof.username);
    // An unknown name is checked, too, for it must not be told apart from a wrong password; it is never let in.
    const verdict = proof.check(trunk?.digest?.password ?? '');
    if (verdict === 'right' && trunk) return { kind: 'trunk', trunk };
    if (verdict === 'stale') {
      stale = true;
      continue;
    }
    guesses.add(address, now);
    return { kind: 'refused', why: 'wrong-credentials' };
  }
  return { kind: 'challenge', realms: [...realms], stale };
}
