import type { Ani } from '../numbers/e164.ts';
import type { BlocklistEntry } from '../plan/blocklist-entry.ts';
import type { EpochMs } from '../time.ts';

/** Blocklist entries by what they match. */
export interface BlocklistIndex {
  /** An entry that lapses can stand beside one that doesn't. */
  readonly byMatch: ReadonlyMap<string, readonly BlocklistEntry[]>;
  /** The lengths of all matches, longest first. */
  readonly lengths: readonly number[];
}

/** Indexes entries so that a look-up costs one step for each length in use, however many there are. */
export function buildBlocklistIndex(entries: readonly BlocklistEntry[]): BlocklistIndex {
  const byMatch = Map.groupBy(entries, (entry) => entry.match);
  const lengths = new Set(entries.map((entry) => entry.match.length));
  return { byMatch, lengths: Array.from(lengths).sort((a, b) => b - a) };
}

/** The longest entry in force that begins the caller's number; anonymous callers match none. */
export function findBlock(
  { blocklist }: { readonly blocklist: BlocklistIndex },
  ani: Ani,
  now: EpochMs,
): BlocklistEntry | undefined {
  for (const length of blocklist.lengths) {
    if (length > ani.length) continue;
    const found = blocklist.byMatch
      .get(ani.slice(0, length))
      ?.find(({ expiresAt }) => expiresAt === undefined || now < expiresAt);
    if (found) return found;
  }
  return undefined;
}
