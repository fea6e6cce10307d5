import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { SocketAddress } from './flow.ts';

/** How long the list of this machine's addresses is believed. */
const REFRESH_MS = 10_000;

const WILDCARDS = new Set(['0.0.0.0', '::']);

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** One address of this machine and the network it stands in. */
interface OwnAddress {
  readonly address: string;
  readonly cidr: string | null;
  readonly internal: boolean;
}

/**
 * Which address this engine gives of itself: in Via, in Contact, and in place of `localhost` in what the application
 * sends. A peer on this very machine is always told an address it can reach from here, whatever is advertised.
 */
export class LocalAddress {
  readonly #bound: SocketAddress;
  readonly #advertisedHost: string | undefined;
  #own: readonly OwnAddress[] = [];
  #readAtMs = Number.NEGATIVE_INFINITY;

  /** `bound` is what the sockets listen on; `advertisedHost` what the outside world is to use instead. */
  constructor(bound: SocketAddress, advertisedHost: string | undefined) {
    this.#bound = bound;
    this.#advertisedHost = advertisedHost;
  }

  get port(): number {
    return this.#bound.port;
  }

  /** The address to give to the peer at the IP address `peer`. */
  hostFor(peer: string): string {
    return this.#advertisedHost === undefined || isLoopback(peer) ? this.ownFor(peer) : this.#advertisedHost;
  }

  /** This machine's own address towards the IP address `peer`, whatever is advertised. */
  ownFor(peer: string): string {
    if (!WILDCARDS.has(this.#bound.host)) return this.#bound.host;
    return isLoopback(peer) ? loopbackLike(peer) : this.#ownAddressNear(peer);
  }

  /** Whether a socket address is this engine's own, so that sending there would be a loop. */
  isOwn({ host, port }: SocketAddress): boolean {
    if (port !== this.#bound.port) return false;
    if (host === this.#bound.host || host === this.#advertisedHost) return true;
    if (!WILDCARDS.has(this.#bound.host)) return false;
    return isLoopback(host) || this.#ownAddresses().some(({ address }) => address === host);
  }

  /** The address of the interface whose network the peer is in; else the first that leads out of this machine. */
  #ownAddressNear(peer: string): string {
    const family = isIPv6(peer) ? 'ipv6' : 'ipv4';
    const candidates = this.#ownAddresses().filter(({ address }) => isIPv6(address) === (family === 'ipv6'));
    const near = candidates.find(({ cidr }) => cidr !== null && subnet(cidr, family).check(peer, family));
    return (near ?? candidates.find(({ internal }) => !internal))?.address ?? loopbackLike(peer);
  }

  #ownAddresses(): readonly OwnAddress[] {
    const nowMs = performance.now();
    if (nowMs - this.#readAtMs > REFRESH_MS) {
      this.#readAtMs = nowMs;
      this.#own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    }
    return this.#own;
  }
}

/** Whether an IP address is one of the loopback network. */
export const isLoopback = (host: string): boolean => loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');

const loopbackLike = (peer: string): string => (isIPv6(peer) ? '::1' : '127.0.0.1');

function subnet(cidr: string, family: 'ipv4' | 'ipv6'): BlockList {
  const slash = cidr.lastIndexOf('/');
  const list = new BlockList();
  list.addSubnet(cidr.slice(0, slash), Number(cidr.slice(slash + 1)), family);
  return list;
}
