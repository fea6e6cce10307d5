import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net';

/** A latched peer that has been silent for so long may be followed to another port of its address. */
const RELATCH_AFTER_MS = 3000;

/** Addresses that mean nothing outside their own network: a peer behind NAT may name one (RFC 1918, 3927, 4193, 6598). */
const privateAddresses = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  privateAddresses.addSubnet(network, bits);
}
privateAddresses.addSubnet('fc00::', 7, 'ipv6');
privateAddresses.addSubnet('fe80::', 10, 'ipv6');

/** An address as sockets write it, and a port. */
interface Peer {
  readonly address: string;
  readonly port: number;
}

/** Nobody heard yet · heard, but something else was agreed since · heard as agreed. */
type Latch =
  | { readonly kind: 'open' }
  | { readonly kind: 'former'; readonly peer: Peer }
  | { readonly kind: 'settled'; readonly peer: Peer };

const OPEN: Latch = { kind: 'open' };

/**
 * Whom an RTP port listens to and sends to. A peer behind NAT shows its real address by its first packet (symmetric RTP,
 * RFC 4961); from then on nobody else is listened to, so that no stranger gets into a call or draws its audio away:
 *
 * - The address and port agreed on are always believed, and its address more than any other.
 * - Another port of the agreed address is taken for the peer as long as it isn't settled who the peer is.
 * - Another address altogether only where the agreed one is private, and nobody has been heard yet.
 * - Once settled, another port of the same address only after seconds of silence, or after a new agreement.
 */
export class PeerLatch {
  readonly #family: 'ipv4' | 'ipv6';
  #agreed: Peer | null = null;
  #agreedIsPrivate = false;
  #latch: Latch = OPEN;
  #heardAtMs = 0;

  /** @param family of the socket; an IPv6 one reaches IPv4 peers as mapped addresses */
  constructor(family: 'ipv4' | 'ipv6') {
    this.#family = family;
  }

  /** Takes up an agreement. What was heard before stays believed if nothing changed, and until a better shows itself. */
  agree(address: string, port: number): void {
    const agreed = this.#reachable(address, port);
    if (agreed?.address === this.#agreed?.address && agreed?.port === this.#agreed?.port) return;
    this.#agreed = agreed;
    this.#agreedIsPrivate = agreed !== null && privateAddresses.check(agreed.address, familyOf(agreed.address));
    if (this.#latch.kind === 'settled') this.#latch = { kind: 'former', peer: this.#latch.peer };
  }

  /** Where to send to; null where there is nowhere: nothing agreed, or an address that can't be sent to (`0.0.0.0`). */
  get target(): Peer | null {
    if (this.#agreed === null || this.#latch.kind === 'open') return this.#agreed;
    return this.#latch.kind === 'settled' || this.#agreedIsPrivate ? this.#latch.peer : this.#agreed;
  }

  /** Whether a packet from there is the peer's. Called for each packet, in the order they come. */
  admits(address: string, port: number, nowMs: number): boolean {
    const latch = this.#latch;
    const isLatched = latch.kind !== 'open' && latch.peer.port === port && latch.peer.address === address;
    if (!isLatched || latch.kind === 'former') {
      if (this.#fits(address, port, nowMs)) this.#latch = { kind: 'settled', peer: { address, port } };
      else if (!isLatched) return false;
    }
    this.#heardAtMs = nowMs;
    return true;
  }

  /** Whether somebody at this address, whatever the port, can be the peer: for RTCP, which has a port of its own. */
  knows(address: string): boolean {
    return address === this.#agreed?.address || (this.#latch.kind !== 'open' && this.#latch.peer.address === address);
  }

  /** Whether a source is to be latched onto. */
  #fits(address: string, port: number, nowMs: number): boolean {
    const agreed = this.#agreed;
    if (agreed === null) return false;
    const latch = this.#latch;
    if (address === agreed.address && (port === agreed.port || latch.kind === 'open')) return true;
    if (latch.kind === 'open') return this.#agreedIsPrivate;
    if (address === agreed.address && latch.peer.address !== address) return true;
    if (address !== agreed.address && address !== latch.peer.address) return false;
    const isOther = address !== latch.peer.address || port !== latch.peer.port;
    return isOther && (latch.kind === 'former' || nowMs - this.#heardAtMs >= RELATCH_AFTER_MS);
  }

  #reachable(address: string, port: number): Peer | null {
    const version = isIP(address);
    const isNowhere = version === 0 || address === '0.0.0.0' || address === '::' || !(port > 0 && port < 65_536);
    if (isNowhere || (version === 6 && this.#family === 'ipv4')) return null;
    const mapped = version === 4 && this.#family === 'ipv6' ? `::ffff:${address}` : address;
    return { address: new SocketAddress({ address: mapped, family: familyOf(mapped) }).address, port };
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
