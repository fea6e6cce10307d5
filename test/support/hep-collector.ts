import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A HEP packet read back, its chunks by number: the specification's, not the product's names for them. */
export interface HepPacket {
  /** 2 for IPv4, 10 for IPv6. */
  readonly family: number;
  /** 17 for UDP, 6 for TCP. */
  readonly protocol: number;
  /** `address:port`; IPv6 addresses as eight full groups. */
  readonly from: string;
  readonly to: string;
  readonly atMs: number;
  /** 1 is SIP. */
  readonly payloadType: number;
  readonly agentId: number;
  readonly password: string | null;
  readonly payload: string;
}

/** Reads one packet of HEP version 3; throws where its lengths don't add up. */
export function decodeHep(packet: Buffer): HepPacket {
  if (packet.toString('latin1', 0, 4) !== 'HEP3') throw new Error('the packet is not HEP3');
  if (packet.readUInt16BE(4) !== packet.length)
    throw new Error(`${packet.readUInt16BE(4)} said, ${packet.length} came`);
  const chunks = new Map<number, Buffer>();
  for (let at = 6; at < packet.length; at += packet.readUInt16BE(at + 4)) {
    if (packet.readUInt16BE(at) !== 0) throw new Error('a chunk of some vendor');
    chunks.set(packet.readUInt16BE(at + 2), packet.subarray(at + 6, at + packet.readUInt16BE(at + 4)));
  }
  const chunk = (type: number): Buffer => chunks.get(type) ?? Buffer.alloc(0);
  const host = (v4: number, v6: number): string =>
    chunks.has(v4) ? [...chunk(v4)].join('.') : (chunk(v6).toString('hex').match(/.{4}/g) ?? []).join(':');
  return {
    family: chunk(1).readUInt8(),
    protocol: chunk(2).readUInt8(),
    from: `${host(3, 5)}:${chunk(7).readUInt16BE()}`,
    to: `${host(4, 6)}:${chunk(8).readUInt16BE()}`,
    atMs: chunk(9).readUInt32BE() * 1_000 + chunk(10).readUInt32BE() / 1_000,
    payloadType: chunk(11).readUInt8(),
    agentId: chunk(12).readUInt32BE(),
    password: chunks.get(14)?.toString() ?? null,
    payload: chunk(15).toString(),
  };
}

/** A capture server on a free loopback port that keeps what it gets. */
export class HepCollector {
  readonly packets: HepPacket[] = [];
  readonly #socket = createSocket('udp4');

  static async open(): Promise<HepCollector> {
    const collector = new HepCollector();
    collector.#socket.on('message', (packet) => collector.packets.push(decodeHep(packet)));
    collector.#socket.bind(0, '127.0.0.1');
    await once(collector.#socket, 'listening');
    return collector;
  }

  /** `host:port`. */
  get at(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  close(): void {
    this.#socket.close();
  }
}
