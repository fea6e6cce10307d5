import { seededRandom } from '../../../src/domain/routing/seeded-random.ts';
import { Phone } from '../../support/phone/phone.ts';
import { requiredHeader } from '../../support/phone/sip-wire.ts';
import { ActedCall } from './acted-call.ts';
import { drawFate, type Phase } from './phases.ts';

/** How many calls there are at once, and how many of them never see their answer ACKed. */
export interface AnchoredPace {
  readonly parallel: number;
  readonly shareWithoutAck: number;
}

/** What came of the calls that were placed. */
export interface Placed {
  readonly anis: readonly string[];
  /** So many were hung up in each phase; those whose plan came to nothing are not among them. */
  readonly hungUpIn: Readonly<Partial<Record<Phase, number>>>;
  /** Calls that never had their answer ACKed. */
  readonly withoutAck: number;
  /** Legs that did not end. */
  readonly stuck: readonly string[];
}

/** A carrier and a buyers' phone between whom calls are hung up in every phase, by a seed. */
export class AnchoredLoad {
  readonly buyerUri: string;
  readonly #carrier: Phone;
  readonly #buyers: Phone;
  readonly #random: () => number;
  readonly #byAni = new Map<string, ActedCall>();
  #nextCaller = 3_000_000;

  static async open(seed: number): Promise<AnchoredLoad> {
    const carrier = await Phone.open({ name: 'carrier', remembers: false });
    return new AnchoredLoad(carrier, await Phone.open({ name: 'buyers', remembers: false }), seed);
  }

  private constructor(carrier: Phone, buyers: Phone, seed: number) {
    this.#carrier = carrier;
    this.#buyers = buyers;
    this.#random = seededRandom(seed);
    this.buyerUri = buyers.uri;
    buyers.onCall = async (leg) => {
      const [ani = ''] = /\+\d+/.exec(requiredHeader(leg.invite, 'From')) ?? [];
      const call = this.#byAni.get(ani);
      if (call) await call.atBuyer(leg);
      else leg.reject(404);
    };
  }

  /** Places so many calls, and resolves once each has ended or was found not to end. */
  async place(sip: string, count: number, { parallel, shareWithoutAck }: AnchoredPace): Promise<Placed> {
    const calls = Array.from({ length: count }, (_, n) => {
      const ani = `+1305${(this.#nextCaller += 1)}`;
      const fate = drawFate(n, this.#random, shareWithoutAck);
      return new ActedCall(ani, fate, { sip, carrier: this.#carrier });
    });
    const stuck: string[] = [];
    const run = async (call: ActedCall): Promise<void> => {
      this.#byAni.set(call.ani, call);
      await call.run().catch((error: unknown) => {
        stuck.push(
          `${call.ani} (${JSON.stringify(call.fate)}): ${error instanceof Error ? error.message : String(error)}`,
        );
      });
      this.#byAni.delete(call.ani);
    };
    // A call that waits for its ACK in vain does so for half a minute, beside all the others.
    const slow = calls.filter(({ fate }) => !fate.acks).map(run);
    const queue = calls.filter(({ fate }) => fate.acks).values();
    const work = async (): Promise<void> => {
      for (const call of queue) await run(call);
    };
    await Promise.all([...slow, ...Array.from({ length: parallel }, work)]);
    const hungUpIn: Partial<Record<Phase, number>> = {};
    for (const { endedAsMeant, fate } of calls) {
      if (endedAsMeant) hungUpIn[fate.phase] = (hungUpIn[fate.phase] ?? 0) + 1;
    }
    return { anis: calls.map(({ ani }) => ani), hungUpIn, withoutAck: slow.length, stuck };
  }

  async close(): Promise<void> {
    await Promise.all([this.#carrier.close(), this.#buyers.close()]);
  }
}
