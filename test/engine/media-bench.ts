import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { RtpStream } from '../support/phone/rtp-stream.ts';
import { readSdp, writeSdp, type Codec, type Direction } from '../support/phone/sdp.ts';
import { connectMrf, type Endpoint, type MediaServer } from './fsmrf.ts';
import { mediaServers, type MediaSource, type MediaUnderTest } from './media-engines.ts';
import { SrfApp } from './srf-app.ts';

/** Declares one group of tests for each pair of servers there is. */
export function describeMedia(subject: string, tests: (bench: MediaBench) => void): void {
  describe.each([...mediaServers])(`${subject} ($kind)`, (source: MediaSource) => {
    const bench = new MediaBench(source);
    beforeAll(() => bench.open());
    afterEach(() => bench.clear());
    afterAll(() => bench.close());
    tests(bench);
  });
}

/** An endpoint, and the phone it speaks with. */
export interface Line {
  readonly endpoint: Endpoint;
  readonly phone: RtpStream;
  /** Says anew what the phone wants: another direction, or another phone. */
  readonly renegotiate: (change: { readonly direction?: Direction; readonly phone?: RtpStream }) => Promise<void>;
}

interface Opened {
  readonly servers: MediaUnderTest;
  readonly app: SrfApp;
  readonly server: MediaServer;
}

/** A media server under test, an application that drives it by drachtio-fsmrf, and phones. */
export class MediaBench {
  readonly kind: MediaUnderTest['kind'];
  readonly #source: MediaSource;
  readonly #phones: RtpStream[] = [];
  readonly #endpoints: Endpoint[] = [];
  #open: Opened | undefined;

  constructor(source: MediaSource) {
    this.#source = source;
    this.kind = source.kind;
  }

  get servers(): MediaUnderTest {
    return this.#opened.servers;
  }

  get server(): MediaServer {
    return this.#opened.server;
  }

  get srf(): SrfApp['srf'] {
    return this.#opened.app.srf;
  }

  async open(): Promise<void> {
    const servers = await this.#source.start();
    const app = await SrfApp.connect(servers.admin);
    this.#open = { servers, app, server: await connectMrf(app.srf, servers.eventSocket) };
  }

  /** Hangs up whatever a test has left. */
  async clear(): Promise<void> {
    await Promise.all(this.#endpoints.splice(0).map((endpoint) => endpoint.destroy()));
    await Promise.all(this.#phones.splice(0).map((phone) => phone.close()));
  }

  async close(): Promise<void> {
    this.server.disconnect();
    await this.#opened.app.close();
    await this.servers.close();
  }

  async phone(toneHz: number | null = null, codec: Codec = 'PCMU'): Promise<RtpStream> {
    const phone = await RtpStream.open({ host: '127.0.0.1', toneHz, codecs: [codec] });
    this.#phones.push(phone);
    return phone;
  }

  /** An endpoint, with an offer or without; it is hung up after the test. */
  async endpoint(options: Parameters<MediaServer['createEndpoint']>[0] = {}): Promise<Endpoint> {
    const endpoint = await this.server.createEndpoint(options);
    this.#endpoints.push(endpoint);
    return endpoint;
  }

  /** An endpoint that speaks with a phone of its own, which sounds so; silent for null. */
  async line(toneHz: number | null = null, headers: Record<string, string> = {}, codec?: Codec): Promise<Line> {
    const phone = await this.phone(toneHz, codec);
    const endpoint = await this.endpoint({ remoteSdp: writeSdp(phone.offer()), headers });
    phone.follow(phone.offer(), readSdp(endpoint.local.sdp));
    let version = 1;
    return {
      endpoint,
      phone,
      renegotiate: async ({ direction, phone: next = phone }) => {
        version += 1;
        const offer = next.offer(direction);
        next.follow(offer, readSdp(await endpoint.modify(writeSdp(offer, version))));
      },
    };
  }

  get #opened(): Opened {
    if (this.#open === undefined) throw new Error('the media servers are not there yet');
    return this.#open;
  }
}

/** Resolves with what an emitter says next of this name. */
export function next<T = unknown>(emitter: NodeJS.EventEmitter, name: string): Promise<T> {
  return new Promise((resolve) => emitter.once(name, resolve));
}
