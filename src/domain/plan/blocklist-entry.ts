import type { Brand } from '../brand.ts';
import type { EpochMs } from '../time.ts';

export type BlocklistEntryId = Brand<string, 'BlocklistEntryId'>;

/** A caller we refuse: an E.164 number, or a prefix of one. */
export interface BlocklistEntry {
  readonly id: BlocklistEntryId;
  /** `+14155550100`, or a shorter `+1415` that matches every number it begins. */
  readonly match: string;
  readonly reason?: string;
  readonly expiresAt?: EpochMs;
}
