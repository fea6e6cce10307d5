import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** How often another pair is tried where the system chooses the ports. */
const ANY_ATTEMPTS = 100;

/** Two UDP sockets side by side: RTP on an even port, RTCP on the next (RFC 3550 §11). */
export interface PortPair {
  readonly port: number;
  readonly rtp: Socket;
  readonly rtcp: Socket;
  /** Closes both and gives the ports back. Idempotent. */
  release(): void;
}

/** Why there is no port for a channel's audio; says what is taken by whom and what to do. */
export class NoRtpPortError extends Error {
  override readonly name = 'NoRtpPortError';
}

/** The UDP ports audio may use, handed out in pairs. The pair that has been free the longest goes first. */
export class PortRange {
  readonly host: string;
  readonly #range: string;
  readonly #total: number;
  /** Free even ports, the longest free first; null where the system chooses. */
  readonly #free: number[] | null;
  #inUse = 0;

  /**
   * @param host address to bind to
   * @param min first and last port that may be used; both 0 take whatever ports are free
   * @throws {RangeError} where the range is none, or holds no pair
   */
  constructor({ host, min, max }: { readonly host: string; readonly min: number; readonly max: number }) {
    this.host = host;
    this.#range = `${min}–${max}`;
    const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port < 65_536;
    const isAny = min === 0 && max === 0;
    this.#free = isAny ? null : evenPorts(min, max);
    this.#total = this.#free?.length ?? Infinity;
    if (!isAny && !(isPort(min) && isPort(max) && this.#total > 0)) {
      const advice = 'give an even port and at least the one after it, e.g. 20000 and 29999';
      throw new RangeError(`RTP ports ${this.#range} hold no pair: ${advice}; 0 and 0 take any that are free`);
    }
  }

  /** Pairs handed out and not given back. */
  get inUse(): number {
    return this.#inUse;
  }

  /**
   * Binds a pair.
   * @throws {NoRtpPortError} (as a rejection) when all are taken, or the address can't be bound to.
   */
  async open(): Promise<PortPair> {
    this.#inUse += 1;
    try {
      return this.#free === null ? await this.#openAny() : await this.#openFree(this.#free);
    } catch (error) {
      this.#inUse -= 1;
      throw error;
    }
  }

  /** Tries each free pair once; one that another program has is put at the end, and may be free next time. */
  async #openFree(free: number[]): Promise<PortPair> {
    for (let left = free.length; left > 0; left -= 1) {
      const port = free.shift();
      if (port === undefined) break;
      const sockets = await this.#bindPair(port).catch((error: unknown) => {
        free.push(port);
        throw error;
      });
      if (sockets !== null) return this.#pair(port, sockets, () => free.push(port));
      free.push(port);
    }
    const taken = this.#inUse - 1;
    throw new NoRtpPortError(
      `no RTP port is free: of the ${this.#total} pairs of ${this.#range}, calls have ${taken} ` +
        `and other programs the rest; widen RTP_PORT_MIN and RTP_PORT_MAX`,
    );
  }

  /** Lets the system choose a port, and takes its neighbour with it. */
  async #openAny(): Promise<PortPair> {
    for (let attempt = 0; attempt < ANY_ATTEMPTS; attempt += 1) {
      const first = await this.#bind(0);
      if (first === null) break;
      const { port } = first.address();
      const isEven = port % 2 === 0;
      const second = await this.#bind(isEven ? port + 1 : port - 1);
      if (second === null) first.close();
      else if (isEven) return this.#pair(port, [first, second], () => undefined);
      else return this.#pair(port - 1, [second, first], () => undefined);
    }
    throw new NoRtpPortError(`the system has no two UDP ports side by side left on ${this.host}`);
  }

  #pair(port: number, [rtp, rtcp]: readonly [Socket, Socket], giveBack: () => void): PortPair {
    let isOpen = true;
    const release = (): void => {
      if (!isOpen) return;
      isOpen = false;
      rtp.close();
      rtcp.close();
      this.#inUse -= 1;
      giveBack();
    };
    return { port, rtp, rtcp, release };
  }

  async #bindPair(port: number): Promise<readonly [Socket, Socket] | null> {
    const rtp = await this.#bind(port);
    if (rtp === null) return null;
    try {
      const rtcp = await this.#bind(port + 1);
      if (rtcp !== null) return [rtp, rtcp];
    } catch (error) {
      rtp.close();
      throw error;
    }
    rtp.close();
    return null;
  }

  /** A bound socket; null where the port is somebody else's. */
  async #bind(port: number): Promise<Socket | null> {
    const family = isIPv6(this.host) ? 6 : 4;
    const socket = createSocket({
      type: `udp${family}`,
      // Nothing but addresses is ever sent to, so that no packet has to wait for a resolver.
      lookup: (address, _options, found) => found(null, address, family),
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('error', reject);
    socket.bind({ address: this.host, port, exclusive: true }, resolve);
    try {
      await promise;
    } catch (error) {
      socket.close();
      const code = (error as NodeJS.ErrnoException).code;
      // A port that this user may not have is as good as taken.
      if (code === 'EADDRINUSE' || code === 'EACCES') return null;
      throw new NoRtpPortError(`can't bind RTP to ${this.host}: ${code}; is that one of this machine's addresses?`, {
        cause: error,
      });
    }
    socket.off('error', reject);
    return socket;
  }
}

function evenPorts(min: number, max: number): number[] {
  const first = min + (min % 2);
  const pairs = Math.max(0, Math.floor((max - first + 1) / 2));
  return Array.from({ length: Math.min(pairs, 32_768) }, (_, i) => first + i * 2);
}
