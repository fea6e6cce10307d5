import { readdirSync, readFileSync } from 'node:fs';
import type { Dice } from './mutations.ts';

const FOLDER = new URL('../support/rfc4475/', import.meta.url);

/** The torture messages of RFC 4475, by name. */
export const RFC_4475: ReadonlyMap<string, Buffer> = new Map(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.dat'))
    .toSorted()
    .map((file) => [file.replace('.dat', ''), readFileSync(new URL(file, FOLDER))]),
);

/** So many bytes of identity are enough for no two messages of a run to share theirs. */
const IDENTITY_DIGITS = 12;

function identity(dice: Dice): string {
  return Array.from({ length: IDENTITY_DIGITS }, () => dice.below(16).toString(16)).join('');
}

/**
 * The same message as another one: with a branch, Call-ID and From tag of its own. Sent as it is a second time, the
 * first one's transaction would swallow it as a retransmission and nothing behind would ever see it.
 */
export function renewed(message: Buffer, dice: Dice): Buffer {
  const fresh = identity(dice);
  const text = message
    .toString('latin1')
    .replace(/(branch\s*=\s*z9hG4bK)[^\s;,]+/gi, `$1${fresh}`)
    .replace(/^(Call-ID|i)(\s*:\s*)(\S+)/im, `$1$2${fresh}.$3`)
    .replace(/^((?:From|f)\s*:.*;\s*tag\s*=\s*)[^\s;]+/im, `$1${fresh}`);
  return Buffer.from(text, 'latin1');
}
