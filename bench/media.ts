import { offerFrom, readSdp, writeSdp, type Session } from '../test/support/phone/sdp.ts';
import type { OutgoingCall } from '../test/support/phone/outgoing-call.ts';
import { Phone } from '../test/support/phone/phone.ts';
import { DID, provision } from '../test/support/provision.ts';
import { TollgateProcess } from '../test/support/tollgate-process.ts';
import type { Bench } from './bench-result.ts';
import { cpuMsOf, MEASURED } from './measured-process.ts';
import { RtpLoad } from './rtp-load.ts';

const STEPS = [50, 100, 200, 300] as const;

/** A pace at which the calls of a step are placed. */
const PLACED_PER_SECOND = 50;

/** How long the audio of a step runs until it is counted, and then while it is counted, in milliseconds. */
const SETTLE_MS = 1_000;
const COUNTED_MS = 5_000;

/** One step's figures, of one path. */
interface PathFigures {
  readonly lossPercent: number;
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  /** CPU of the whole product, all its threads, per second. */
  readonly cpuMsPerS: number;
}

/** What audio through the embedded engine costs and does to packets, against the same audio sent directly. */
export const media: Bench = {
  name: 'media',
  description: 'anchored calls a core; loss and delay against a direct path, both ends of every call in this process',
  async run() {
    const rows = [];
    let last: { direct: PathFigures; anchored: PathFigures; calls: number } | null = null;
    for (const calls of STEPS) {
      const direct = await onePath(calls, 'direct');
      const anchored = await onePath(calls, 'anchored');
      last = { direct, anchored, calls };
      rows.push({
        calls,
        'loss %': round(anchored.lossPercent),
        'direct loss %': round(direct.lossPercent),
        'p50 ms': round(anchored.delayP50Ms),
        'p99 ms': round(anchored.delayP99Ms),
        'direct p50 ms': round(direct.delayP50Ms),
        'direct p99 ms': round(direct.delayP99Ms),
        'CPU ms/s': round(anchored.cpuMsPerS),
        'direct CPU ms/s': round(direct.cpuMsPerS),
        'calls a core': Math.round((calls * 1_000) / (anchored.cpuMsPerS - direct.cpuMsPerS)),
      });
    }
    const { direct, anchored, calls } = last ?? { direct: NONE, anchored: NONE, calls: 0 };
    return {
      name: 'media',
      rows,
      ratios: {
        [`anchored calls a core, at ${calls}`]: Math.round((calls * 1_000) / (anchored.cpuMsPerS - direct.cpuMsPerS)),
        [`added delay p99 ms, at ${calls}`]: round(anchored.delayP99Ms - direct.delayP99Ms),
      },
      notes: [
        'PCMU, 20 ms a packet, both ways; each call is four streams of packets for the engine, two in and two out.',
        'Calls a core: calls ÷ (CPU with anchored audio − CPU with the same calls direct), all threads of the product.',
        'The phones send and receive in this process, on the same machine: their own lateness is in both paths.',
      ],
    };
  },
};

const NONE: PathFigures = { lossPercent: 0, delayP50Ms: 0, delayP99Ms: 0, cpuMsPerS: 1 };

async function onePath(calls: number, path: 'direct' | 'anchored'): Promise<PathFigures> {
  const load = new RtpLoad();
  const carrier = await Phone.open({ name: 'carrier', remembers: false });
  const buyer = await Phone.open({ name: 'buyer', remembers: false });
  const tollgate = await TollgateProcess.start({ ...MEASURED, env: { LOG_LEVEL: 'error' } });
  try {
    await provision(tollgate, [{ name: 'buyer', uri: buyer.uri }], { campaign: { media: path } });
    buyer.onCall = async (call) => {
      const leg = await load.openLeg();
      leg.sendTo(readSdp(call.invite.body));
      call.answer({ sdp: sdpAt(leg.port) });
    };
    const up: OutgoingCall[] = [];
    for (let placed = 0; placed < calls; placed++) {
      const leg = await load.openLeg();
      const call = carrier.call({ to: `sip:${DID}@${tollgate.sip}`, sdp: sdpAt(leg.port) });
      up.push(call);
      await Promise.all([
        call.waitFor('confirmed').then(() => leg.sendTo(theirSessionOf(call))),
        new Promise((resolve) => setTimeout(resolve, 1_000 / PLACED_PER_SECOND)),
      ]);
    }
    load.start();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    load.reset();
    const [cpuMs, began] = [await cpuMsOf(tollgate.process), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, COUNTED_MS));
    const cpuMsPerS = ((await cpuMsOf(tollgate.process)) - cpuMs) / ((performance.now() - began) / 1_000);
    const { sent, received, delayP50Ms, delayP99Ms } = await load.stop();
    await Promise.all(up.map((call) => call.bye()));
    // What was on its way as counting began came for nothing, and can't be less than nothing lost.
    return { lossPercent: Math.max(0, 100 * (1 - received / sent)), delayP50Ms, delayP99Ms, cpuMsPerS };
  } finally {
    load.close();
    await tollgate.stop();
    await Promise.all([carrier.close(), buyer.close()]);
  }
}

function theirSessionOf({ theirSession }: OutgoingCall): Session {
  if (theirSession === null) throw new Error('an answer without SDP');
  return theirSession;
}

function sdpAt(port: number): string {
  return writeSdp(offerFrom({ host: '127.0.0.1', port }, ['PCMU']));
}

function round(figure: number): number {
  return Math.round(figure * 100) / 100;
}
