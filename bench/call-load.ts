import { uriOf } from '../test/support/phone/addresses.ts';
import { answers } from '../test/support/phone/behaviours.ts';
import { Phone } from '../test/support/phone/phone.ts';
import { requiredHeader } from '../test/support/phone/sip-wire.ts';
import { DID } from '../test/support/provision.ts';

/** Numbers that callers have, `+1212555xxxx`, before the first comes again. */
const NUMBERS = 10_000;

/** What one caller met. */
export interface PlacedCall {
  readonly ani: string;
  /** aLeg INVITE sent to bLeg INVITE received, in milliseconds, on the one clock of both phones. */
  readonly setupMs: number;
}

/** What came of a run. */
export interface LoadResult {
  readonly calls: readonly PlacedCall[];
  /** From the first INVITE to the last call's end. */
  readonly seconds: number;
}

/**
 * A carrier and a buyer, simulated in this process. The carrier calls the DID; the buyer rings, answers at once; the
 * carrier hangs up at once: every message of a call and no pause.
 */
export class CallLoad {
  readonly #carrier: Phone;
  readonly #buyer: Phone;
  /** Who waits for whose bLeg INVITE, by the caller's number. */
  readonly #expected = new Map<string, (atMs: number) => void>();
  #placed = 0;

  static async open(): Promise<CallLoad> {
    const [carrier, buyer] = await Promise.all(
      ['carrier', 'buyer'].map((name) => Phone.open({ name, remembers: false })),
    );
    if (!carrier || !buyer) throw new Error('no phones');
    return new CallLoad(carrier, buyer);
  }

  private constructor(carrier: Phone, buyer: Phone) {
    this.#carrier = carrier;
    this.#buyer = buyer;
    const answer = answers();
    buyer.onCall = (call) => {
      const atMs = performance.now();
      const [, user = ''] = /^sip:([^@]+)@/.exec(uriOf(requiredHeader(call.invite, 'From'))) ?? [];
      this.#expected.get(user)?.(atMs);
      return answer(call);
    };
  }

  /** Where the buyer is to be called. */
  get buyerUri(): string {
    return this.#buyer.uri;
  }

  /** So many calls to a server at `host:port`, `inFlight` at any time: as fast as it can. */
  async asFastAsItCan(sip: string, load: { calls: number; inFlight: number }): Promise<LoadResult> {
    const calls: PlacedCall[] = [];
    let left = load.calls;
    const line = async (): Promise<void> => {
      while (left-- > 0) calls.push(await this.#call(sip));
    };
    return timed(calls, () => Promise.all(Array.from({ length: load.inFlight }, line)));
  }

  /** So many calls, one each `1 / perSecond` seconds whatever became of those before. */
  async atRate(sip: string, load: { calls: number; perSecond: number }): Promise<LoadResult> {
    const calls: PlacedCall[] = [];
    const start = performance.now();
    const one = async (n: number): Promise<void> => {
      await delayUntil(start + (n * 1_000) / load.perSecond);
      calls.push(await this.#call(sip));
    };
    return timed(calls, () => Promise.all(Array.from({ length: load.calls }, (_, n) => one(n))));
  }

  async close(): Promise<void> {
    await Promise.all([this.#carrier.close(), this.#buyer.close()]);
  }

  /** One call, from INVITE to the answer of the BYE. Rejects where it isn't connected. */
  async #call(sip: string): Promise<PlacedCall> {
    const ani = `+1212555${String(this.#placed++ % NUMBERS).padStart(4, '0')}`;
    const arrived = new Promise<number>((resolve) => this.#expected.set(ani, resolve));
    const sentAt = performance.now();
    const call = this.#carrier.call({ to: `sip:${DID}@${sip}`, from: `sip:${ani}@127.0.0.1` });
    await call.waitFor('confirmed');
    const setupMs = (await arrived) - sentAt;
    this.#expected.delete(ani);
    await call.bye();
    return { ani, setupMs };
  }
}

async function timed(calls: readonly PlacedCall[], work: () => Promise<unknown>): Promise<LoadResult> {
  const begin = performance.now();
  await work();
  return { calls, seconds: (performance.now() - begin) / 1_000 };
}

function delayUntil(atMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, atMs - performance.now()));
  });
}
