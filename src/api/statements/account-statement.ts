import type { Statement } from '../../domain/billing/statement.ts';
import type { IsoInstant } from '../../domain/time.ts';

/** A statement with what its paper says above the lines. */
export interface AccountStatement extends Statement {
  readonly account: { readonly kind: 'buyer' | 'publisher'; readonly id: string; readonly name: string };
  /** ISO 4217. */
  readonly currency: string;
  /** IANA zone in which dates were read and times are printed. */
  readonly timezone: string;
  /** `[from, to)`; null where it has no bound. */
  readonly from: IsoInstant | null;
  readonly to: IsoInstant | null;
}
