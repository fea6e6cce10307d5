import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallMedia, MediaEvent, MediaSide } from '../../src/calls/ports/call-media.ts';
import { systemClock } from '../../src/calls/system-clock.ts';
import type { AttemptId, CallId } from '../../src/domain/ids.ts';
import { connectFsmrf } from '../../src/media/fsmrf-link.ts';
import { MediaPool, type MediaPoolOptions } from '../../src/media/media-pool.ts';
import type { PoolEvent } from '../../src/media/pooled-server.ts';
import type { ServerLink } from '../../src/media/server-link.ts';
import { RtpStream, type RtpStreamOptions } from '../support/phone/rtp-stream.ts';
import { readSdp, writeSdp, type Direction } from '../support/phone/sdp.ts';
import { toneWav } from '../support/tone-wav.ts';
import type { MediaUnderTest } from './media-engines.ts';
import { SrfApp } from './srf-app.ts';

/** What whoever is put on hold hears. */
export const HOLD_HZ = 1_300;

const HERE = '127.0.0.1';
const USUAL_LIMIT_MS = 4_000;
const ASKED_FOR_CHANNELS = 40;

/** A call on a media server: who it is between, and what it has reported. */
export interface StagedCall {
  readonly media: CallMedia;
  readonly caller: RtpStream;
  readonly events: readonly MediaEvent[];
  /** Resolves with the first event. */
  readonly happens: Promise<MediaEvent>;
}

/** A pool on the server under test, and simulated phones that speak RTP with it. */
export class MediaStage {
  readonly pool: MediaPool;
  readonly poolEvents: readonly PoolEvent[];
  /** For files that the server is to play or write. */
  readonly folder: string;
  readonly #app: SrfApp;
  readonly #instanceId: string;
  /** A link of the test's own, to see what the server has. */
  readonly #probe: ServerLink;
  readonly #streams: RtpStream[] = [];
  #calls = 0;

  static async open(server: MediaUnderTest, options: Partial<MediaPoolOptions> = {}): Promise<MediaStage> {
    const folder = await mkdtemp(join(tmpdir(), 'tollgate-media-'));
    const holdMusic = join(folder, 'hold.wav');
    await writeFile(holdMusic, toneWav(HOLD_HZ, 2_000));
    const app = await SrfApp.connect(server.admin);
    const { srf } = app;
    const poolEvents: PoolEvent[] = [];
    const instanceId = `stage-${process.pid}-${Math.random().toString(36).slice(2)}`;
    const pool = new MediaPool({
      servers: [server.eventSocket],
      srf,
      listenAddress: HERE,
      instanceId,
      holdMusic,
      clock: systemClock,
      report: (event) => poolEvents.push(event),
      ...options,
    });
    await pool.start();
    const patience = { clock: systemClock, limitMs: USUAL_LIMIT_MS };
    const quiet = { onHeartbeat: () => undefined, onEnd: () => undefined, onFault: () => undefined };
    const probe = await connectFsmrf(server.eventSocket, { srf, listenAddress: HERE, patience }, quiet);
    return new MediaStage({ app, pool, poolEvents, folder, probe, instanceId: options.instanceId ?? instanceId });
  }

  private constructor(parts: {
    readonly app: SrfApp;
    readonly pool: MediaPool;
    readonly poolEvents: readonly PoolEvent[];
    readonly folder: string;
    readonly probe: ServerLink;
    readonly instanceId: string;
  }) {
    this.#app = parts.app;
    this.pool = parts.pool;
    this.poolEvents = parts.poolEvents;
    this.folder = parts.folder;
    this.#probe = parts.probe;
    this.#instanceId = parts.instanceId;
  }

  /** Waits until the server shows so many channels of this stage: its list lags behind by a moment. */
  async channels(count: number): Promise<readonly string[]> {
    for (let asked = 0; ; asked++) {
      const ours = await this.#channels();
      if (ours.length === count) return ours;
      if (asked === ASKED_FOR_CHANNELS) throw new Error(`${ours.length} channels in place of ${count}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Has the server do something behind the pool's back. */
  async command(text: string): Promise<string> {
    return this.#probe.command(text);
  }

  /** A file of one tone, in the stage's folder. */
  async toneFile(hz: number, durationMs: number): Promise<string> {
    const path = join(this.folder, `${hz} Hz, ${durationMs} ms.wav`);
    await writeFile(path, toneWav(hz, durationMs));
    return path;
  }

  /** A phone that sends a tone and listens. */
  async phone(toneHz: number | null, options: Partial<RtpStreamOptions> = {}): Promise<RtpStream> {
    const stream = await RtpStream.open({ host: '127.0.0.1', toneHz, ...options });
    this.#streams.push(stream);
    return stream;
  }

  /** Gives a caller media; it offers, and speaks as it is answered. */
  async call(caller: RtpStream): Promise<StagedCall> {
    const offer = caller.offer();
    const call = await this.openCall(caller, writeSdp(offer));
    caller.follow(offer, readSdp(call.media.callerSdp));
    return call;
  }

  /** Gives a caller media for an offer, or for none. */
  async openCall(caller: RtpStream, offer: string | null): Promise<StagedCall> {
    const events: MediaEvent[] = [];
    const first = Promise.withResolvers<MediaEvent>();
    this.#calls += 1;
    const media = await this.pool.open({ callId: `call_${this.#calls}` as CallId, offer }, (event) => {
      events.push(event);
      first.resolve(event);
    });
    return { media, caller, events, happens: first.promise };
  }

  /** Has a destination answer what it is offered. */
  async answer({ media }: StagedCall, attempt: string, buyer: RtpStream): Promise<AttemptId> {
    const attemptId = attempt as AttemptId;
    const offer = readSdp(await media.openBuyer(attemptId));
    const answer = buyer.answer(offer);
    if (!answer) throw new Error('The buyer speaks none of the codecs offered.');
    await media.negotiate(attemptId, writeSdp(answer));
    buyer.follow(answer, offer);
    return attemptId;
  }

  /** Has a phone change its session: hold, resume. */
  async reoffer({ media }: StagedCall, side: MediaSide, phone: RtpStream, direction: Direction): Promise<string> {
    const offer = phone.offer(direction);
    const answer = await media.negotiate(side, writeSdp(offer));
    phone.follow(offer, readSdp(answer));
    return answer;
  }

  /** Closes a phone before the others. */
  async silence(phone: RtpStream): Promise<void> {
    this.#streams.splice(this.#streams.indexOf(phone), 1);
    await phone.close();
  }

  async close(): Promise<void> {
    await this.pool.close();
    this.#probe.close();
    await this.#app.close();
    await Promise.all(this.#streams.map((stream) => stream.close()));
    await rm(this.folder, { recursive: true });
  }

  async #channels(): Promise<readonly string[]> {
    const { rows = [] } = JSON.parse(await this.#probe.command('show channels as json')) as {
      rows?: readonly { uuid: string }[];
    };
    const ours: string[] = [];
    for (const { uuid } of rows) {
      const mark = await this.#probe.command(`uuid_getvar ${uuid} sip_h_X-Tollgate-Instance`).catch(() => '');
      if (mark.trim() === this.#instanceId) ours.push(uuid);
    }
    return ours;
  }
}

/** Resolves when the phone has sent so many packets more, of 20 ms each: time goes by as it hears it. */
export function speaksOn(phone: RtpStream, packets: number): Promise<void> {
  const until = phone.sent + packets;
  return phone.waitUntil(() => phone.sent >= until, `to speak ${packets} packets more`);
}

/** Resolves once each hears the other. */
export async function hearEachOther(a: RtpStream, aHz: number, b: RtpStream, bHz: number): Promise<void> {
  await Promise.all([a.waitToHear(bHz), b.waitToHear(aHz)]);
}
