import type { GatewayHealth, GatewayState } from '../domain/call/gateway-health.ts';
import { afterProbe, UNHEARD } from '../domain/call/gateway-health.ts';
import type { TrunkId } from '../domain/ids.ts';
import type { Gateway, Trunk } from '../domain/plan/trunk.ts';
import type { Clock, Timer } from './ports/clock.ts';
import type { GatewayProber } from './ports/gateway-prober.ts';

/** How often a gateway is asked, on average. */
export const PROBE_EVERY_MS = 30_000;

/** After a miss it is asked again sooner, so that a dead one is known within about 25 seconds of its first miss. */
export const PROBE_AGAIN_MS = 5_000;

/** How long an answer is waited for. */
export const PROBE_LIMIT_MS = 3_500;

/** A new gateway is first asked within this time. */
const FIRST_PROBE_MS = 1_000;

/** Each pause is drawn this much shorter or longer, so that many gateways aren't asked all at once. */
const JITTER = 0.2;

/** A gateway of a trunk with what is known of it. */
export interface WatchedGateway {
  readonly gateway: Gateway;
  readonly health: GatewayHealth;
}

/** What the watch needs of the world. */
export interface GatewayWatchOptions {
  readonly prober: GatewayProber;
  readonly clock: Clock;
  /** Numbers in [0, 1), for the jitter. */
  readonly draw: () => number;
  /** A gateway went from one state to another. */
  readonly onChange: (gatewayUri: string, state: GatewayState, health: GatewayHealth) => void;
}

interface Watched {
  health: GatewayHealth;
  timer: Timer | null;
  /** Identity of the probe whose answer is awaited; a late answer to an older one is still an answer. */
  probe: object | null;
}

/**
 * Keeps asking the gateways of enabled trunks, and so knows which of them can take calls. A gateway that several trunks
 * share is asked once. Made to be given each new plan; forgets what is no longer in it.
 */
export class GatewayWatch {
  readonly #options: GatewayWatchOptions;
  readonly #watched = new Map<string, Watched>();
  #trunks: readonly Trunk[] = [];

  constructor(options: GatewayWatchOptions) {
    this.#options = options;
  }

  /** Takes up the trunks as they are now: begins with new gateways, and leaves alone what is gone. */
  watch(trunks: readonly Trunk[]): void {
    this.#trunks = trunks;
    const wanted = new Set(
      trunks
        .filter((trunk) => trunk.enabled)
        .flatMap(({ gateways }) => gateways.filter(isProbed).map(({ uri }) => uri)),
    );
    for (const [uri, { timer }] of this.#watched) {
      if (wanted.has(uri)) continue;
      timer?.stop();
      this.#watched.delete(uri);
    }
    for (const uri of wanted) {
      if (this.#watched.has(uri)) continue;
      const watched: Watched = { health: UNHEARD, timer: null, probe: null };
      this.#watched.set(uri, watched);
      this.#schedule(uri, watched, this.#options.draw() * FIRST_PROBE_MS);
    }
  }

  /** Whether a gateway is known to take no calls now. */
  isDown(gatewayUri: string): boolean {
    return this.#watched.get(gatewayUri)?.health.state === 'down';
  }

  /** A call failed there in a way that may be the gateway's own: it is asked at once, unless it is being asked. */
  suspect(gatewayUri: string): void {
    const watched = this.#watched.get(gatewayUri);
    if (!watched || watched.probe) return;
    watched.timer?.stop();
    this.#probe(gatewayUri, watched);
  }

  /** A trunk's gateways as they stand; those that aren't probed are `unknown`. Undefined for an unknown trunk. */
  gatewaysOf(trunkId: string): readonly WatchedGateway[] | undefined {
    const trunk = this.#trunks.find(({ id }) => id === trunkId);
    return trunk?.gateways.map((gateway) => ({ gateway, health: this.#healthOf(gateway) }));
  }

  /** Every gateway that is known to be up or down, with each trunk it belongs to. */
  known(): readonly { readonly trunkId: TrunkId; readonly uri: string; readonly isUp: boolean }[] {
    return this.#trunks.flatMap(({ id, gateways }) =>
      gateways.flatMap((gateway) => {
        const { state } = this.#healthOf(gateway);
        return state === 'unknown' ? [] : [{ trunkId: id, uri: gateway.uri, isUp: state === 'up' }];
      }),
    );
  }

  /** Asks no more. */
  close(): void {
    this.watch([]);
  }

  #healthOf(gateway: Gateway): GatewayHealth {
    return (isProbed(gateway) ? this.#watched.get(gateway.uri)?.health : undefined) ?? UNHEARD;
  }

  #schedule(uri: string, watched: Watched, delayMs: number): void {
    watched.timer = this.#options.clock.startTimer(delayMs, () => this.#probe(uri, watched));
  }

  #probe(uri: string, watched: Watched): void {
    const probe = {};
    watched.probe = probe;
    const { clock, prober } = this.#options;
    const isSent = prober.probe(uri, (status) => this.#heard(uri, watched, probe, status));
    if (!isSent) {
      // Our own side is down, which says nothing of theirs.
      watched.probe = null;
      this.#scheduleNext(uri, watched, PROBE_EVERY_MS);
      return;
    }
    // Answered already where the prober knows at once.
    if (watched.probe !== probe) return;
    watched.timer = clock.startTimer(PROBE_LIMIT_MS, () => this.#heard(uri, watched, probe, null));
  }

  #heard(uri: string, watched: Watched, probe: object, status: number | null): void {
    if (this.#watched.get(uri) !== watched) return;
    const isLate = watched.probe !== probe;
    // Its silence was counted when its time was up; what a SIP server says of it long after is no news.
    if (isLate && (status === null || status === 408)) return;
    if (!isLate) {
      watched.probe = null;
      watched.timer?.stop();
    }
    const before = watched.health.state;
    watched.health = afterProbe(watched.health, status, this.#options.clock.now().wall);
    if (watched.health.state !== before) this.#options.onChange(uri, watched.health.state, watched.health);
    if (!isLate) this.#scheduleNext(uri, watched, watched.health.misses > 0 ? PROBE_AGAIN_MS : PROBE_EVERY_MS);
  }

  #scheduleNext(uri: string, watched: Watched, aboutMs: number): void {
    this.#schedule(uri, watched, aboutMs * (1 - JITTER + 2 * JITTER * this.#options.draw()));
  }
}

function isProbed(gateway: Gateway): boolean {
  return gateway.probe ?? true;
}
