import type { Channel } from './channel.ts';
import type { BridgeEnd } from './channel-surroundings.ts';
import type { HangupCause } from './hangup-cause.ts';

/** What a channel hears on hold where its partner names no music. */
const DEFAULT_MUSIC = 'local_stream://default';

/**
 * Two channels that hear each other. While one is on hold, the other hears the music the holder names (`hold_music`;
 * `silence` for none). It ends when they are parted or one hangs up: the other parks then, or hangs up too where its
 * `park_after_bridge` says no.
 */
export class Bridge {
  readonly #sides: readonly [Side, Side];
  #isOver = false;

  /** Bridges two channels that are up and in no bridge. What runs on them is ended. */
  static between(a: Channel, b: Channel, onTrouble: (error: Error) => void): Bridge {
    const bridge = new Bridge(a, b, onTrouble);
    bridge.#begin();
    return bridge;
  }

  private constructor(a: Channel, b: Channel, onTrouble: (error: Error) => void) {
    this.#sides = [new Side(this, a, b, onTrouble), new Side(this, b, a, onTrouble)];
  }

  /** Parts the two; both stay up. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const [{ channel: a }, { channel: b }] = this.#sides;
    a.port.unbridge();
    for (const side of this.#sides) side.leave();
    a.publish('CHANNEL_UNBRIDGE', { 'Bridge-A-Unique-ID': a.uuid, 'Bridge-B-Unique-ID': b.uuid });
  }

  /** One has hung up. */
  hungUp(side: Side, cause: HangupCause): void {
    const survivor = side.partner;
    survivor.variables.set('last_bridge_hangup_cause', cause);
    survivor.variables.set('bridge_hangup_cause', cause);
    this.end();
    if (!survivor.variables.isTrue('park_after_bridge')) survivor.hangup('NORMAL_CLEARING');
  }

  #begin(): void {
    const [{ channel: a }, { channel: b }] = this.#sides;
    a.interrupt();
    b.interrupt();
    for (const side of this.#sides) side.join();
    a.port.bridge(b.port);
    a.publish('CHANNEL_BRIDGE', { 'Bridge-A-Unique-ID': a.uuid, 'Bridge-B-Unique-ID': b.uuid });
    for (const side of this.#sides) side.onHoldChanged();
  }
}

/** One channel of a bridge. */
class Side implements BridgeEnd {
  readonly channel: Channel;
  readonly partner: Channel;
  readonly #bridge: Bridge;
  readonly #onTrouble: (error: Error) => void;
  /** What the partner hears in this channel's place; undefined while it hears this channel. */
  #music: string | undefined;

  constructor(bridge: Bridge, channel: Channel, partner: Channel, onTrouble: (error: Error) => void) {
    this.#bridge = bridge;
    this.channel = channel;
    this.partner = partner;
    this.#onTrouble = onTrouble;
  }

  get partnerUuid(): string {
    return this.partner.uuid;
  }

  join(): void {
    this.channel.bridge = this;
    for (const name of BRIDGE_VARIABLES) this.channel.variables.set(name, this.partner.uuid);
    this.channel.variables.set('last_bridge_to', this.partner.uuid);
  }

  leave(): void {
    this.#playToPartner(undefined);
    this.channel.bridge = undefined;
    for (const name of BRIDGE_VARIABLES) this.channel.variables.set(name, undefined);
  }

  onHoldChanged(): void {
    const music = this.channel.variables.get('hold_music') ?? DEFAULT_MUSIC;
    this.#playToPartner(this.channel.isHeld && music !== 'silence' ? music : undefined);
  }

  onPressed(digits: string): void {
    void this.partner.port.sendDigits(digits, PRESSED_MS);
  }

  onHangup(cause: HangupCause): void {
    this.#bridge.hungUp(this, cause);
  }

  #playToPartner(music: string | undefined): void {
    if (music === this.#music) return;
    this.#music = music;
    this.partner.speaker.setMusic(null);
    if (music !== undefined) void this.#open(music);
  }

  async #open(music: string): Promise<void> {
    try {
      const source = await this.partner.openSource(music, true);
      // It may be over, or another music be wanted, by now.
      if (this.#music === music) this.partner.speaker.setMusic(source);
      else source.close?.();
    } catch (error) {
      this.#onTrouble(new Error(`hold music of ${this.channel.uuid} can't be played`, { cause: error }));
    }
  }
}

/** How long a digit sounds that nobody has held: FreeSWITCH's 2000 samples. */
const PRESSED_MS = 250;

const BRIDGE_VARIABLES = ['bridge_to', 'signal_bond', 'bridge_uuid'];
