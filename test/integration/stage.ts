import assert from 'node:assert/strict';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/calls/ports/clock.ts';
import type { Cdr } from '../../src/domain/call/cdr.ts';
import type { IncomingCall } from '../support/phone/incoming-call.ts';
import { Ladder } from '../support/phone/ladder.ts';
import type { CallOptions, OutgoingCall } from '../support/phone/outgoing-call.ts';
import { Phone, type Behaviour } from '../support/phone/phone.ts';
import type { SipMessage } from '../support/phone/sip-wire.ts';
import { Product } from '../support/product.ts';
import { DID, provision, type Provisioned, type SampleDestination } from '../support/provision.ts';
import type { Json } from '../support/rest-client.ts';
import { messageOnWire, stepsOf, timesOnWire, wireLabels } from './wire.ts';

/** Who calls unless a test says otherwise: a number of Manhattan. */
export const CALLER = '+12125550123';

/** RFC 3261's round trip for the phones, short so that what is lost on purpose comes again soon. */
const T1_MS = 100;

/** A buyer's phone, how it acts, and what is provisioned for it beside. */
export interface BuyerPart extends Omit<SampleDestination, 'name' | 'uri'> {
  readonly acts: Behaviour;
  /** Listens on TCP too. */
  readonly tcp?: boolean;
  /** What is provisioned as its address, where that is not simply the phone's. */
  readonly dialledAt?: (phone: Phone) => string;
}

/** What a test begins with. */
export interface Scene {
  /** Buyers by name; the first has the best priority. */
  readonly buyers?: Readonly<Record<string, Behaviour | BuyerPart>>;
  readonly campaign?: Json;
  readonly trunk?: Json;
  readonly publisher?: Json;
  readonly did?: Json;
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

/**
 * The product between a carrier's phone and buyers' phones, all of it gone when the test is over. Records are read
 * through the stage, and whoever reads them gets the rules checked that hold after any call: no phone rings on, no leg is
 * left up, no call is live, and the attempts in the records are exactly the INVITEs the buyers saw.
 */
export class Stage {
  readonly product: Product;
  readonly carrier: Phone;
  readonly ids: Provisioned;
  readonly ladder: Ladder;
  readonly #buyers: ReadonlyMap<string, Phone>;
  readonly #calls: OutgoingCall[] = [];
  readonly #others: Phone[] = [];

  /** Starts the product, opens the phones and provisions a campaign with a route to each buyer. */
  static async set(scene: Scene = {}): Promise<Stage> {
    const ladder = new Ladder();
    const carrier = await openPhone({ name: 'carrier', ladder, tcp: true });
    const buyers = new Map<string, Phone>();
    const destinations: SampleDestination[] = [];
    for (const [name, part] of Object.entries(scene.buyers ?? {})) {
      const { acts, tcp = false, dialledAt, ...sample } = typeof part === 'function' ? { acts: part } : part;
      const phone = await openPhone({ name, ladder, tcp, onCall: acts });
      buyers.set(name, phone);
      destinations.push({ name, uri: dialledAt?.(phone) ?? phone.uri, ...sample });
    }
    const { campaign = {}, trunk = {}, publisher = {}, did = {}, env = {}, clock } = scene;
    const product = await Product.start({ env, ...(clock ? { clock } : {}) });
    // The last to be opened is the first to be closed: calls that a failed test left up can still be hung up.
    onTestFinished(() => product.stop());
    ladder.name(product.sip, 'tollgate');
    const ids = await provision(product, destinations, { campaign, trunk, publisher, did });
    return new Stage(product, carrier, buyers, ids, ladder);
  }

  private constructor(
    product: Product,
    carrier: Phone,
    buyers: ReadonlyMap<string, Phone>,
    ids: Provisioned,
    ladder: Ladder,
  ) {
    this.product = product;
    this.carrier = carrier;
    this.ids = ids;
    this.ladder = ladder;
    this.#buyers = buyers;
  }

  /** A buyer's phone. */
  buyer(name: string): Phone {
    const phone = this.#buyers.get(name);
    if (!phone) throw new Error(`there is no buyer ${name} on this stage`);
    return phone;
  }

  /** One more phone that no route leads to: a second carrier, a stranger. */
  async addPhone(name: string, host: string): Promise<Phone> {
    const phone = await openPhone({ name, ladder: this.ladder, host });
    this.#others.push(phone);
    return phone;
  }

  /** Calls the DID from the carrier's phone, or another's. */
  call(options: Partial<CallOptions> & { by?: Phone } = {}): OutgoingCall {
    const { by = this.carrier, ...rest } = options;
    const call = by.call({ to: this.number(DID), from: `sip:${CALLER}@127.0.0.1`, ...rest });
    this.#calls.push(call);
    return call;
  }

  /** URI of a number at the product. */
  number(number: string): string {
    return `sip:${number}@${this.product.sip}`;
  }

  /** Calls, and resolves when both sides are on the line. */
  async connect(name: string, options: Partial<CallOptions> = {}): Promise<[OutgoingCall, IncomingCall]> {
    const before = this.buyer(name).calls.length;
    const call = this.call(options);
    await call.waitFor('confirmed');
    const answered = await this.buyer(name).waitForCall({ count: before + 1 });
    await answered.waitFor('confirmed');
    return [call, answered];
  }

  /** What a phone sent (`→`) and received (`←`), in order, each message once however often it was repeated. */
  wire(phone: Phone | string): string[] {
    return wireLabels(this.ladder, typeof phone === 'string' ? this.buyer(phone).name : phone.name);
  }

  /** The first message of that label that a phone sent or received; an error where there is none. */
  message(phone: string, label: string): SipMessage {
    return messageOnWire(this.ladder, phone, label);
  }

  /** How often a phone sent or received a message of that label, its repetitions included. */
  times(phone: string, label: string): number {
    return timesOnWire(this.ladder, phone, label);
  }

  /** The one record there is, once the call is over everywhere. */
  async onlyCdr(): Promise<Cdr> {
    const [cdr] = await this.cdrs(1);
    if (!cdr) throw new Error('a record was promised');
    return cdr;
  }

  /** The records, newest first, once that many calls are over everywhere. */
  async cdrs(count: number): Promise<readonly Cdr[]> {
    const cdrs = await this.product.waitForCdrs(count);
    assert.equal(cdrs.length, count, `${count} calls were made`);
    await this.#everyLegIsDown();
    assert.deepEqual((await this.product.get('/live-calls')).data, [], 'no call is live any more');
    this.#attemptsAreWhatBuyersSaw(cdrs);
    return cdrs;
  }

  /** Asserts that the measured talk is what these phones saw, by causes and effects alone: nothing to be tolerant about. */
  expectTalk(cdr: Cdr, call: OutgoingCall, answered: IncomingCall): void {
    const { shortestMs, longestMs } = stepsOf(this.ladder, call.callId, answered.callId).talk();
    // Whole milliseconds on one side, fractions on the other.
    const isHonest = cdr.talkMs >= shortestMs - 1 && cdr.talkMs <= longestMs + 1;
    assert.ok(isHonest, `talkMs is ${cdr.talkMs}; the phones saw from ${shortestMs} to ${longestMs}`);
  }

  async #everyLegIsDown(): Promise<void> {
    for (const call of this.#calls) await call.waitFor('ended');
    for (const phone of this.#buyers.values()) {
      for (const call of phone.calls) {
        const wasSilent = call.pending && !call.has('ringing') && !call.has('cancelled');
        if (wasSilent) continue;
        await call.waitFor('ACK');
        await call.waitFor('ended');
      }
    }
  }

  #attemptsAreWhatBuyersSaw(cdrs: readonly Cdr[]): void {
    const attempts = cdrs.flatMap((cdr) => cdr.attempts);
    for (const phone of this.#buyers.values()) {
      const dialled = attempts.filter(({ gateway, reason }) => gateway === phone.at && reason !== 'loop');
      // An INVITE that was challenged comes again with credentials: the same call, and the same attempt.
      const seen = new Set(phone.calls.map((call) => call.callId));
      assert.equal(seen.size, dialled.length, `INVITEs that ${phone.name} saw, against attempts in the records`);
    }
  }
}

async function openPhone(options: Parameters<typeof Phone.open>[0]): Promise<Phone> {
  const phone = await Phone.open({ t1Ms: T1_MS, ...options });
  onTestFinished(() => phone.close());
  return phone;
}
