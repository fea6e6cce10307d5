import type { AreaId } from '../ids.ts';

/** One entry of an area; each has exactly one key. */
export type AreaEntry =
  /** ISO 3166-1 alpha-2. */
  | { readonly country: string }
  /** Two-letter US state or Canadian province. */
  | { readonly state: string }
  /** Area code, `415`. */
  | { readonly npa: string }
  /** Area code and exchange, `415555`. */
  | { readonly npaNxx: string }
  /** Five-digit ZIP or Canadian postal code, as text. */
  | { readonly zip: string }
  | { readonly zipPrefix: string }
  /** Start of the E.164 number, `+1415`. */
  | { readonly prefix: string }
  | { readonly radius: { readonly zip: string; readonly miles: number } };

/** A reusable service area. An empty `include` means everywhere. */
export interface Area {
  readonly id: AreaId;
  readonly name: string;
  readonly include: readonly AreaEntry[];
  readonly exclude: readonly AreaEntry[];
  /** Whether `state`, `country` and `radius` may rest on the number alone. */
  readonly acceptInferred: boolean;
}
