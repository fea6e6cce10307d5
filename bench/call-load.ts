import { uriOf } from '../test/support/phone/addresses.ts';
import { answers } from '../test/support/phone/behaviours.ts';
import type { OutgoingCall } from '../test/support/phone/outgoing-call.ts';
import { Phone } from '../test/support/phone/phone.ts';
import { requiredHeader } from '../test/support/phone/sip-wire.ts';
import { DID } from '../test/support/provision.ts';

/** Numbers that callers have, `+1212555xxxx`, before the first comes again. */
const NUMBERS = 10_000;

/** How long one of many calls may take to be answered, in milliseconds. */
const HOLD_LIMIT_MS = 30_000;

/** What one caller met. */
export interface PlacedCall {
  readonly ani: string;
  /** aLeg INVITE sent to bLeg INVITE received, in milliseconds, on the one clock of both phones. */
  readonly setupMs: number;
}

/** Calls that are up. */
export interface HeldCalls {
  /** Hangs them up at the rate they were placed, and waits for every answer. */
  release(): Promise<void>;
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

  /** So many calls that stay up until `release`, placed at a steady rate. */
  async hold(sip: string, load: { calls: number; perSecond: number }): Promise<HeldCalls> {
    const start = performance.now();
    const held = await Promise.all(
      Array.from({ length: load.calls }, async (_, n) => {
        await delayUntil(start + (n * 1_000) / load.perSecond);
        const call = this.#dial(sip, this.#nextNumber());
        await call.waitFor('confirmed', { timeoutMs: HOLD_LIMIT_MS });
        return call;
      }),
    );
    return {
      release: async () => {
        const begin = performance.now();
        await Promise.all(
          held.map(async (call, n) => {
            await delayUntil(begin + (n * 1_000) / load.perSecond);
            await call.bye();
          }),
        );
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#carrier.close(), this.#buyer.close()]);
  }

  /** One call, from INVITE to the answer of the BYE. Rejects where it isn't connected. */
  async #call(sip: string): Promise<PlacedCall> {
    const ani = this.#nextNumber();
    const arrived = new Promise<number>((resolve) => this.#expected.set(ani, resolve));
    const sentAt = performance.now();
    const call = this.#dial(sip, ani);
    await call.waitFor('confirmed');
    const setupMs = (await arrived) - sentAt;
    this.#expected.delete(ani);
    await call.bye();
    return { ani, setupMs };
  }

  #nextNumber(): string {
    return `+1212555${String(this.#placed++ % NUMBERS).padStart(4, '0')}`;
  }

  #dial(sip: string, ani: string): OutgoingCall {
    return this.#carrier.call({ to: `sip:${DID}@${sip}`, from: `sip:${ani}@127.0.0.1` });
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
