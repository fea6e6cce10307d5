import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A packet of 20 ms of G.711: header and sound (RFC 3550 §5.1, RFC 3551 §4.5.14). */
const HEADER_BYTES = 12;
const SOUND_BYTES = 160;
const PACKET_MS = 20;

/** Legs take turns within those 20 ms, as phones do that know nothing of each other. */
const TURNS = 20;

/** What came of the packets of a while. */
export interface RtpFigures {
  readonly sent: number;
  readonly received: number;
  /** From one socket's send to the other's receipt, in milliseconds, both on one clock. */
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
}

/** One phone's audio: it sends from here, to wherever it is told. */
export class RtpLeg {
  readonly #socket: Socket;
  readonly #packet = Buffer.alloc(HEADER_BYTES + SOUND_BYTES, 0xff);
  readonly port: number;
  #sequence = 0;
  #to: { readonly host: string; readonly port: number } | null = null;

  static async open(onPacket: (delayMs: number) => void): Promise<RtpLeg> {
    const socket = createSocket({
      type: 'udp4',
      recvBufferSize: 1 << 20,
      // Addresses alone are sent to: nothing is looked up.
      lookup: (host, _options, done) => done(null, host, 4),
    });
    // Bound at once, as there is nothing to look up.
    const listening = once(socket, 'listening');
    socket.bind(0, '127.0.0.1');
    await listening;
    return new RtpLeg(socket, onPacket);
  }

  private constructor(socket: Socket, onPacket: (delayMs: number) => void) {
    this.#socket = socket;
    this.port = socket.address().port;
    this.#packet[0] = 0x80;
    this.#packet[1] = 0;
    this.#packet.writeUInt32BE(this.port, 8);
    socket.on('message', (bytes) => {
      if (bytes.length === HEADER_BYTES + SOUND_BYTES) onPacket(performance.now() - bytes.readDoubleBE(HEADER_BYTES));
    });
  }

  sendTo(to: { readonly host: string; readonly port: number }): void {
    this.#to = to;
  }

  /** Sends the next packet, with the moment in it; false where nobody is there to send to. */
  send(): boolean {
    if (this.#to === null) return false;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#packet.writeUInt16BE(this.#sequence, 2);
    this.#packet.writeUInt32BE(this.#sequence * SOUND_BYTES, 4);
    this.#packet.writeDoubleBE(performance.now(), HEADER_BYTES);
    this.#socket.send(this.#packet, this.#to.port, this.#to.host);
    return true;
  }

  close(): void {
    this.#socket.close();
  }
}

/** The audio of many calls, all of it from and to this process. */
export class RtpLoad {
  readonly #legs: RtpLeg[] = [];
  #timer: NodeJS.Timeout | null = null;
  #sent = 0;
  #delays: number[] = [];

  async openLeg(): Promise<RtpLeg> {
    const leg = await RtpLeg.open((delayMs) => this.#delays.push(delayMs));
    this.#legs.push(leg);
    return leg;
  }

  /** Begins to send, each leg 50 times a second. */
  start(): void {
    const began = performance.now();
    let turn = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) * TURNS) / PACKET_MS);
      // After a stall of ours what was missed is left out: a burst would measure us and not the product.
      if (due - turn > TURNS) turn = due - TURNS;
      for (; turn < due; turn++) {
        for (let at = turn % TURNS; at < this.#legs.length; at += TURNS) this.#sent += Number(this.#legs[at]?.send());
      }
    }, 1);
  }

  /** Forgets what was counted so far. */
  reset(): void {
    this.#sent = 0;
    this.#delays = [];
  }

  /** Stops sending; what is on its way still counts. */
  async stop(): Promise<RtpFigures> {
    if (this.#timer) clearInterval(this.#timer);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const delays = Float64Array.from(this.#delays).sort();
    const nearest = (share: number): number => delays[Math.max(0, Math.ceil(share * delays.length) - 1)] ?? 0;
    return { sent: this.#sent, received: delays.length, delayP50Ms: nearest(0.5), delayP99Ms: nearest(0.99) };
  }

  close(): void {
    for (const leg of this.#legs) leg.close();
  }
}
