import type { CallId, ErasureId } from '../../domain/ids.ts';
import type { E164 } from '../../domain/numbers/e164.ts';
import type { IsoInstant } from '../../domain/time.ts';

/** Whose calls are erased: a caller's, by number, or certain calls, whoever made them. */
export type ErasureSubject =
  { readonly about: 'caller'; readonly ani: E164 } | { readonly about: 'calls'; readonly callIds: readonly CallId[] };

/** An erasure as it is asked for. */
export interface ErasureOrder {
  readonly subject: ErasureSubject;
  /** Why, for whoever looks later; it stays, so it must not say who. */
  readonly note: string | null;
  /** Whose key asked for it. */
  readonly keyId: string;
}

/** What there is to erase. */
export interface ErasureFindings {
  /** Settled calls that are not erased yet. */
  readonly calls: number;
  /** Recordings of these that are still there. */
  readonly recordings: number;
  /** Calls in progress: they can be erased once they have ended. */
  readonly openCalls: number;
  /** The blocklist holds the number, or how it begins. That is configuration, and stays until somebody removes it. */
  readonly blocklisted: boolean;
}

/** An erasure that was carried out: what became of how much, never of whom. */
export interface Erasure {
  readonly id: ErasureId;
  readonly at: IsoInstant;
  /** Whose key asked for it; `system` where calls grew too old, `cli` for the command line. */
  readonly keyId: string;
  readonly about: ErasureSubject['about'] | 'age';
  readonly note: string | null;
  readonly callsErased: number;
  readonly recordingsDeleted: number;
  /** Calls of the caller that were in progress at the time, and so are not erased. */
  readonly openCalls: number;
  readonly blocklisted: boolean;
}
