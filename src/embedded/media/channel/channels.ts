import type { AudioPort } from '../audio-port.ts';
import { Bridge } from './bridge.ts';
import { Channel } from './channel.ts';
import type { ChannelFacts } from './channel-facts.ts';
import type { ChannelLeg, ChannelServices } from './channel-surroundings.ts';
import type { HangupCause } from './hangup-cause.ts';

/** Every channel there is. */
export class Channels implements Iterable<Channel> {
  readonly #services: ChannelServices;
  readonly #byUuid = new Map<string, Channel>();
  readonly #bridges = new Map<Channel, Bridge>();
  #everCount = 0;
  #peak = 0;

  constructor(services: ChannelServices) {
    this.#services = services;
  }

  get size(): number {
    return this.#byUuid.size;
  }

  /** How many there have been. */
  get everCount(): number {
    return this.#everCount;
  }

  /** The most there have been at once. */
  get peak(): number {
    return this.#peak;
  }

  /** A channel for a call that has been answered. It is kept until everything on it has ended. */
  open(facts: ChannelFacts, port: AudioPort, leg: ChannelLeg): Channel {
    const channel = new Channel(facts, port, leg, this.#services);
    this.#byUuid.set(channel.uuid, channel);
    this.#everCount += 1;
    this.#peak = Math.max(this.#peak, this.#byUuid.size);
    void this.#forget(channel);
    return channel;
  }

  /** The channel of that name that is up, or is ending. */
  get(uuid: string): Channel | undefined {
    return this.#byUuid.get(uuid);
  }

  /** Bridges two channels that are up; each leaves the bridge it is in. */
  bridge(a: Channel, b: Channel): void {
    this.part(a);
    this.part(b);
    const bridge = Bridge.between(a, b, this.#services.onBug);
    this.#bridges.set(a, bridge);
    this.#bridges.set(b, bridge);
  }

  /** Takes a channel out of its bridge, if it is in one; both stay up. */
  part(channel: Channel): void {
    this.#bridges.get(channel)?.end();
    this.#bridges.delete(channel);
  }

  hangupAll(cause: HangupCause): void {
    for (const channel of this.#byUuid.values()) channel.hangup(cause);
  }

  async #forget(channel: Channel): Promise<void> {
    await channel.ended;
    this.#byUuid.delete(channel.uuid);
    this.#bridges.delete(channel);
  }

  [Symbol.iterator](): IterableIterator<Channel> {
    return this.#byUuid.values();
  }
}
