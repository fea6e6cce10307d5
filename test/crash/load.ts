import { seededRandom } from '../../src/domain/routing/seeded-random.ts';
import type { Milestone } from '../support/phone/call-events.ts';
import type { IncomingCall } from '../support/phone/incoming-call.ts';
import type { OutgoingCall } from '../support/phone/outgoing-call.ts';
import { Phone } from '../support/phone/phone.ts';
import { DID } from '../support/provision.ts';

/** How hurried everybody is; milliseconds. */
export interface LoadPace {
  /** Between two new calls, on average. */
  readonly meanGapMs: number;
  readonly longestRingMs: number;
  readonly longestTalkMs: number;
}

const USUAL_PACE: LoadPace = { meanGapMs: 40, longestRingMs: 800, longestTalkMs: 1_500 };

/** A call as its caller saw it. */
export interface PlacedCall {
  readonly ani: string;
  readonly leg: OutgoingCall;
}

/** What one buyer's telephone has, and the most it ever had at once. */
export interface BuyerPhone {
  readonly phone: Phone;
  /** Calls that ring or are up. */
  readonly busy: Set<IncomingCall>;
  most: number;
}

/**
 * Callers and buyers who do what people do, by a seed: call, ring, answer, decline, give up, talk, hang up. While
 * `frozen` nobody does anything of his own accord, so that what ends then was ended by Tollgate.
 */
export class Load {
  /** Every call so far; whoever needs them no more may empty it. */
  readonly placed: PlacedCall[] = [];
  readonly buyers: ReadonlyMap<string, BuyerPhone>;
  readonly #carrier: Phone;
  readonly #random: () => number;
  readonly #pace: LoadPace;
  #sip = '';
  #frozen = true;
  #left = 0;
  #timer: NodeJS.Timeout | undefined;
  #nextCaller = 2_000_000;

  static async open(seed: number, names: readonly string[], pace = USUAL_PACE): Promise<Load> {
    const carrier = await Phone.open({ name: 'carrier', remembers: false });
    const buyers = new Map<string, BuyerPhone>();
    for (const name of names) {
      buyers.set(name, { phone: await Phone.open({ name, remembers: false }), busy: new Set(), most: 0 });
    }
    return new Load(carrier, buyers, seed, pace);
  }

  private constructor(carrier: Phone, buyers: ReadonlyMap<string, BuyerPhone>, seed: number, pace: LoadPace) {
    this.#pace = pace;
    this.#carrier = carrier;
    this.#random = seededRandom(seed);
    this.buyers = buyers;
    for (const buyer of buyers.values()) buyer.phone.onCall = (call) => this.#onCall(buyer, call);
  }

  /** New calls from now on, to `sip`, so many of them at most. */
  thaw(sip: string, count = Number.POSITIVE_INFINITY): void {
    this.#sip = sip;
    this.#left = count;
    this.#frozen = false;
    this.#placeNext();
  }

  /** No new calls, and those there are stay as they are. */
  freeze(): void {
    this.#frozen = true;
    clearTimeout(this.#timer);
  }

  /** Places one call by hand; its buyer answers at once and the caller hangs up as soon as it is answered. */
  placeShortCall(sip: string): PlacedCall {
    const call = this.#place(sip);
    call.leg.when('answered', () => void call.leg.bye().catch(() => undefined));
    return call;
  }

  /** From now on every call that comes in is answered at once. */
  answerAtOnce(): void {
    for (const { phone } of this.buyers.values()) {
      phone.onCall = (call) => {
        call.ring();
        call.answer();
      };
    }
  }

  /** Legs of either side that ring or are up. */
  get up(): { readonly callers: readonly PlacedCall[]; readonly buyers: readonly IncomingCall[] } {
    return {
      callers: this.placed.filter(({ leg }) => !leg.has('ended')),
      buyers: [...this.buyers.values()].flatMap(({ busy }) => Array.from(busy)),
    };
  }

  async close(): Promise<void> {
    this.freeze();
    await Promise.all([this.#carrier.close(), ...[...this.buyers.values()].map(({ phone }) => phone.close())]);
  }

  #placeNext(): void {
    if (this.#frozen || this.#left === 0) return;
    this.#left -= 1;
    const { leg } = this.#place(this.#sip);
    const whenThawed = (milestone: Milestone, delayMs: number, act: () => void): void => {
      leg.when(milestone, () => setTimeout(() => !this.#frozen && !leg.has('ended') && act(), delayMs).unref());
    };
    const fate = this.#random();
    // A tenth give up while it rings; of the others half hang up first.
    if (fate < 0.1) whenThawed('ringing', this.#upTo(this.#pace.longestRingMs), () => leg.cancel());
    else if (fate < 0.55)
      whenThawed('confirmed', this.#upTo(this.#pace.longestTalkMs), () => void leg.bye().catch(() => undefined));
    this.#timer = setTimeout(() => this.#placeNext(), this.#upTo(2 * this.#pace.meanGapMs));
  }

  #place(sip: string): PlacedCall {
    const ani = `+1305${(this.#nextCaller += 1)}`;
    const leg = this.#carrier.call({ to: `sip:${DID}@${sip}`, from: `sip:${ani}@carrier.example` });
    const call = { ani, leg };
    this.placed.push(call);
    return call;
  }

  #onCall(buyer: BuyerPhone, call: IncomingCall): void {
    buyer.busy.add(call);
    buyer.most = Math.max(buyer.most, buyer.busy.size);
    call.when('ended', () => buyer.busy.delete(call));
    const fate = this.#random();
    const talkMs = this.#random() < 0.5 ? this.#upTo(this.#pace.longestTalkMs) : null;
    call.ring();
    const later = (delayMs: number, act: () => void): void => {
      call.after(delayMs, () => !this.#frozen && !call.has('ended') && act());
    };
    if (fate < 0.1) later(this.#upTo(this.#pace.longestRingMs), () => call.reject(486));
    else if (fate < 0.2) later(this.#upTo(this.#pace.longestRingMs), () => call.reject(503));
    // The next tenth rings until somebody gives up.
    else if (fate >= 0.3) later(this.#upTo(this.#pace.longestRingMs), () => call.answer());
    if (talkMs !== null) call.when('confirmed', () => later(talkMs, () => void call.bye().catch(() => undefined)));
  }

  #upTo(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}
