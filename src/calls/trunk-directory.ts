import { BlockList, isIP } from 'node:net';
import type { Trunk } from '../domain/plan/trunk.ts';

interface Source {
  readonly trunk: Trunk;
  readonly prefixLength: number;
  readonly block: BlockList;
}

/** Finds the trunk a packet's source address belongs to. Immutable; made anew with each plan. */
export class TrunkDirectory {
  readonly #sources: readonly Source[];
  /** Trunks whose callers may come from any address, for their credentials say whose they are. */
  readonly fromAnywhere: readonly Trunk[];

  constructor(trunks: readonly Trunk[]) {
    this.fromAnywhere = trunks.filter(
      ({ enabled, sources, challengeInbound, digest }) => enabled && sources.length === 0 && challengeInbound && digest,
    );
    this.#sources = trunks
      .filter((trunk) => trunk.enabled)
      .flatMap((trunk) => trunk.sources.flatMap((cidr) => sourceOf(trunk, cidr) ?? []))
      .sort((a, b) => b.prefixLength - a.prefixLength);
  }

  /** The trunk with the most specific block that holds the address; undefined for a stranger. */
  find(address: string): Trunk | undefined {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    return this.#sources.find((source) => source.block.check(address, family))?.trunk;
  }
}

/** A block the API has let through is well formed; one that isn't matches nothing, rather than everything. */
function sourceOf(trunk: Trunk, cidr: string): Source | undefined {
  const [address = '', bits] = cidr.split('/');
  const version = isIP(address);
  if (version === 0) return undefined;
  const width = version === 6 ? 128 : 32;
  const prefixLength = bits === undefined ? width : Number(bits);
  if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > width) return undefined;
  const block = new BlockList();
  block.addSubnet(address, prefixLength, version === 6 ? 'ipv6' : 'ipv4');
  return { trunk, prefixLength, block };
}
