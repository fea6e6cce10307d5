import type { TrunkId } from '../ids.ts';

/** Digest credentials for one realm (RFC 8760 adds SHA-256 to RFC 2617's MD5). */
export interface DigestCredentials {
  readonly username: string;
  readonly password: string;
  readonly realm: string;
}

/** One address of a carrier. Lower priority first; weight shares among equals. */
export interface Gateway {
  /** `sip:host[:port][;transport=udp|tcp]`. */
  readonly uri: string;
  readonly priority: number;
  readonly weight: number;
  /** Whether it is asked by OPTIONS if it is there; absent means yes. */
  readonly probe?: boolean;
}

/** How a carrier wants numbers written: `+14155550100`, `14155550100`, or `4155550100`. */
export type NumberFormat = 'e164' | 'e164-without-plus' | 'national';

/** A carrier we take calls from and/or place calls through. */
export interface Trunk {
  readonly id: TrunkId;
  readonly name: string;
  /** CIDR blocks or addresses calls come from; empty for one that is only dialled through, or known by credentials. */
  readonly sources: readonly string[];
  readonly gateways: readonly Gateway[];
  readonly digest?: DigestCredentials;
  /** Also challenge this trunk's own calls with `digest`; without `sources` they may then come from anywhere. */
  readonly challengeInbound: boolean;
  /** New calls a second. */
  readonly maxCps?: number;
  readonly maxConcurrent?: number;
  /** Believe P-Asserted-Identity, Diversion, History-Info and Identity from here. */
  readonly trustIdentity: boolean;
  /** Believe X-Caller-Zip and X-Caller-State from here; absent means no. */
  readonly trustLocation?: boolean;
  /** E.164 prefixes that may be dialled through this trunk; absent means any. */
  readonly allowedPrefixes?: readonly string[];
  readonly numberFormat: NumberFormat;
  readonly enabled: boolean;
}
