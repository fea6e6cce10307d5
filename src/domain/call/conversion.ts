import type { BuyerId, CallId, ConversionId } from '../ids.ts';
import type { IsoInstant } from '../time.ts';

/**
 * What somebody else reports of a call after it: a sale, an appointment kept. It stands beside the CDR and moves neither
 * that nor money: what is owed follows from the call's terms and from people's adjustments alone.
 */
export interface Conversion {
  /** `cnv_…` */
  readonly id: ConversionId;
  readonly callId: CallId;
  /** The reporter's own name for it: the same one again is the same conversion. */
  readonly externalId: string;
  /** What it is, in the reporter's words: `sale`, `appointment` … */
  readonly kind: string;
  /** What it is worth to the reporter; null where that was not told. */
  readonly valueMicros: number | null;
  /** When it happened; null where that was not told. */
  readonly occurredAt: IsoInstant | null;
  /** When it was first reported. */
  readonly reportedAt: IsoInstant;
  /** Who reported it. */
  readonly reporter: ConversionReporter;
}

/** The house, or one of its buyers: each has external ids of its own. */
export type ConversionReporter = 'house' | `buyer:${BuyerId}`;
