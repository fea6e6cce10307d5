import type { CallLeg } from '../../support/phone/call-leg.ts';
import type { IncomingCall } from '../../support/phone/incoming-call.ts';
import type { OutgoingCall } from '../../support/phone/outgoing-call.ts';
import type { Phone } from '../../support/phone/phone.ts';
import { RtpStream } from '../../support/phone/rtp-stream.ts';
import { PHASES, type Fate, type Moment } from './phases.ts';
import { SCENES } from './scenes.ts';

/** A call that has come to nothing of what was planned is hung up by its caller after this. */
const PATIENCE_MS = 6_000;

/** SIP gives an answer 64·T1 for its ACK (RFC 3261 §13.3.1.4), and its BYE as much; all others have ended long before. */
const ENDS_WITHIN_MS = { acked: 15_000, unacked: 70_000 };

const ZIP = '94107';

/** A call whose both ends do as its fate says. */
export class ActedCall {
  readonly ani: string;
  readonly fate: Fate;
  /** Whether it was hung up in the phase that was meant. */
  endedAsMeant = false;
  readonly #sip: string;
  readonly #carrier: Phone;
  readonly #streams: RtpStream[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #buyers: IncomingCall[] = [];
  #caller: OutgoingCall | null = null;

  constructor(ani: string, fate: Fate, { sip, carrier }: { readonly sip: string; readonly carrier: Phone }) {
    this.ani = ani;
    this.fate = fate;
    this.#sip = sip;
    this.#carrier = carrier;
  }

  /** Calls; resolves once every leg has ended, or rejects where one does not. */
  async run(): Promise<void> {
    const { scene, voices, lateOffer, acks } = this.fate;
    const audio = voices.caller ? { audio: await this.#voice(440) } : {};
    const caller = this.#carrier.call({
      to: `sip:${SCENES[scene]}@${this.#sip}`,
      from: `sip:${this.ani}@carrier.example`,
      acks,
      ...(lateOffer ? { sdp: null } : {}),
      ...audio,
    });
    this.#caller = caller;
    this.#reached('placed');
    caller.when('ringing', () => this.#reached('callerRinging'));
    caller.when('confirmed', () => this.#onCallerConfirmed(caller));
    this.#later(acks ? PATIENCE_MS : ENDS_WITHIN_MS.unacked, () => this.#hangUp('caller'));
    const timeoutMs = acks ? ENDS_WITHIN_MS.acked : ENDS_WITHIN_MS.unacked;
    try {
      await caller.waitFor('ended', { timeoutMs });
      await Promise.all(this.#buyers.map((buyer) => buyer.waitFor('ended', { timeoutMs })));
    } finally {
      for (const timer of this.#timers) clearTimeout(timer);
      await Promise.all(this.#streams.map((stream) => stream.close()));
    }
  }

  /** What the phone of its buyer does with it. */
  async atBuyer(buyer: IncomingCall): Promise<void> {
    const { phase, voices, ringMs } = this.fate;
    this.#buyers.push(buyer);
    if (voices.buyer) buyer.speakThrough(await this.#voice(1_000));
    if (phase === 'earlyMedia') buyer.playEarly();
    else buyer.ring();
    buyer.when('confirmed', () => this.#onBuyerConfirmed(buyer));
    this.#reached('buyerRinging');
    if (phase === 'ringing' || phase === 'earlyMedia') return;
    this.#later(ringMs, () => {
      buyer.answer();
      this.#reached('buyerAnswered');
    });
  }

  async #voice(toneHz: number): Promise<RtpStream> {
    const stream = await RtpStream.open({ host: '127.0.0.1', toneHz });
    this.#streams.push(stream);
    return stream;
  }

  #onCallerConfirmed(caller: OutgoingCall): void {
    const { phase, scene, reinvites, digits } = this.fate;
    this.#reached('callerConfirmed');
    this.#onBothConfirmed();
    if (reinvites) void caller.reinvite().catch(() => undefined);
    if (scene !== 'asked') return;
    const entered = phase === 'questions' ? ZIP.slice(0, digits) : ZIP;
    void this.#press(caller, entered).then(() => phase !== 'questions' && this.#reached('zipEntered'));
  }

  #onBuyerConfirmed(buyer: IncomingCall): void {
    const { phase, scene, digits } = this.fate;
    this.#reached('buyerConfirmed');
    this.#onBothConfirmed();
    if (scene !== 'screened') return;
    // Whoever is to hang up in the question presses nothing, or something else.
    if (phase === 'whisper') void this.#press(buyer, '9'.repeat(digits % 2));
    else void this.#press(buyer, '1').then(() => this.#reached('keyPressed'));
  }

  #onBothConfirmed(): void {
    const caller = this.#caller;
    const buyer = this.#buyers.find((leg) => leg.has('confirmed'));
    if (!caller?.has('confirmed') || !buyer) return;
    this.#reached('bothConfirmed');
    if (this.fate.phase !== 'hold') return;
    const holder = this.fate.ender === 'caller' ? buyer : caller;
    void holder
      .hold()
      .then(() => (this.fate.reinvites && !holder.has('ended') ? holder.resume() : null))
      .catch(() => undefined);
    this.#reached('onHold');
  }

  /** Presses keys one after the other; in the audio they are on their way when this resolves. */
  async #press(leg: CallLeg, keys: string): Promise<void> {
    const [voice] = this.#streams;
    if (!this.fate.keysInInfo && voice && leg === this.#caller) {
      voice.sendDigits(keys);
      return;
    }
    for (const key of keys) {
      if (leg.has('ended')) return;
      await leg.info('application/dtmf-relay', `Signal=${key}\r\nDuration=160`).catch(() => undefined);
    }
  }

  #reached(moment: Moment): void {
    const { phase, endsAfterMs, ender, acks } = this.fate;
    if (moment !== PHASES[phase].begins || this.endedAsMeant) return;
    if (ender === 'nobody' || !acks) {
      this.endedAsMeant = true;
      return;
    }
    this.#later(endsAfterMs, () => {
      this.endedAsMeant = this.#caller?.has('ended') === false;
      if (ender !== 'buyer') this.#hangUp('caller');
      if (ender !== 'caller') this.#hangUp('buyer');
    });
  }

  /** The caller gives up or hangs up; the buyer, where there is one, refuses or hangs up. */
  #hangUp(who: 'caller' | 'buyer'): void {
    const caller = this.#caller;
    const buyer = this.#buyers.find((leg) => !leg.has('ended'));
    if (who === 'buyer' && buyer) {
      if (buyer.pending) buyer.reject(this.fate.refusal);
      else void buyer.bye().catch(() => undefined);
    } else if (caller && !caller.has('ended')) {
      if (caller.has('answered')) void caller.bye().catch(() => undefined);
      else caller.cancel();
    }
  }

  #later(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }
}
