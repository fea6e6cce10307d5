import { createSocket, type Socket } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';
import type { NameService } from '../locate/name-service.ts';
import { encodeHep, type CaptureAgent, type CapturedMessage } from './encode-hep.ts';

/** A capture server, and who we are to it. */
export interface CaptureTarget extends CaptureAgent {
  /** IP address or name; a name is looked up anew every minute. */
  readonly host: string;
  readonly port: number;
}

/** What a capture client is doing without, as it happens. */
export type OnTrouble = (error: Error) => void;

const LOOK_UP_EVERY_MS = 60_000;

/** Bytes that may wait for the kernel before a copy is dropped. */
const MAX_QUEUED_BYTES = 1024 * 1024;

/** Sends copies of SIP messages to a capture server by UDP. Sending costs one buffer and never waits, throws or retries. */
export class CaptureClient {
  readonly #target: CaptureTarget;
  readonly #names: NameService;
  readonly #onTrouble: OnTrouble;
  readonly #timer: NodeJS.Timeout | undefined;
  #way: { readonly socket: Socket; readonly address: string } | undefined;
  #state: 'open' | 'unknown' | 'closed' = 'open';

  constructor(target: CaptureTarget, names: NameService, onTrouble: OnTrouble) {
    this.#target = target;
    this.#names = names;
    this.#onTrouble = onTrouble;
    if (isIP(target.host) !== 0) {
      this.#useAddress(target.host);
      return;
    }
    void this.#lookUp();
    this.#timer = setInterval(() => void this.#lookUp(), LOOK_UP_EVERY_MS);
    this.#timer.unref();
  }

  /** Sends a copy, or drops it: no address yet, a message that fits no datagram, too many waiting. */
  send(message: CapturedMessage): void {
    if (this.#way === undefined) return;
    const { socket, address } = this.#way;
    if (socket.getSendQueueSize() > MAX_QUEUED_BYTES) return;
    const packet = encodeHep(message, this.#target);
    if (packet) socket.send(packet, this.#target.port, address, () => undefined);
  }

  close(): void {
    this.#state = 'closed';
    clearInterval(this.#timer);
    this.#way?.socket.close();
    this.#way = undefined;
  }

  async #lookUp(): Promise<void> {
    const { host } = this.#target;
    const [address] = await this.#names.addresses(host);
    if (this.#state === 'closed') return;
    if (address !== undefined) {
      this.#state = 'open';
      this.#useAddress(address);
    } else if (this.#state === 'open') {
      // Said once for as long as it lasts; an address from before is still used.
      this.#state = 'unknown';
      this.#onTrouble(new Error(`the capture server ${host} has no address: is HEP_TARGET right?`));
    }
  }

  #useAddress(address: string): void {
    if (this.#way?.address === address) return;
    this.#way?.socket.close();
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    // Nobody listening there is no reason to stop.
    socket.on('error', () => undefined);
    socket.unref();
    this.#way = { socket, address };
  }
}
