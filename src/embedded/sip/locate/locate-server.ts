import { isIP } from 'node:net';
import type { SipUri } from '../message/sip-uri.ts';
import type { TransportName } from '../transport/flow.ts';
import type { NameService } from './name-service.ts';
import { srvOrder } from './srv-order.ts';

/** A place to send a request to. */
export interface Target {
  readonly transport: TransportName;
  /** IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** True where the URI itself names the transport, so that a large request may not change it (RFC 3261 §18.1.1). */
  readonly transportIsExplicit: boolean;
}

/** Answers are believed this long; names rarely change faster, and a call must not wait for them twice. */
const CACHE_MS = 30_000;

/** Names remembered at once. */
const MAX_CACHED = 2000;

const DEFAULT_PORT = 5060;

/** Finds the servers a SIP URI means (RFC 3263 without NAPTR), in the order to try them. */
export class Locator {
  readonly #names: NameService;
  readonly #cache = new Map<string, { readonly until: number; readonly targets: Promise<readonly Target[]> }>();

  constructor(names: NameService) {
    this.#names = names;
  }

  /**
   * The targets of a URI; none when its name is unknown or its transport is not spoken here. IP addresses are answered
   * without asking anybody. Questions asked at the same time for one name are asked once.
   */
  async locate(uri: SipUri): Promise<readonly Target[]> {
    if (uri.scheme !== 'sip') return [];
    const transport = spokenTransport(uri.params.get('transport'));
    if (transport === 'unspoken') return [];
    // RFC 3261 §16.6: `maddr` stands in for the host.
    const host = uri.params.get('maddr') ?? uri.host;
    const transportIsExplicit = transport !== undefined;
    if (isIP(host) !== 0) {
      return [{ transport: transport ?? 'udp', host, port: uri.port ?? DEFAULT_PORT, transportIsExplicit }];
    }
    return this.#remembered(`${transport ?? ''} ${host.toLowerCase()} ${uri.port ?? ''}`, async () => {
      const found =
        uri.port === undefined
          ? await this.#byService(host, transport)
          : await this.#byAddress(host, uri.port, transport ?? 'udp');
      return found.map(({ transport, host, port }) => ({ transport, host, port, transportIsExplicit }));
    });
  }

  /** RFC 3263 §4.1, §4.2: SRV where no port is given; where there is none, the host's addresses and the default port. */
  async #byService(host: string, transport: TransportName | undefined): Promise<FoundTarget[]> {
    if (host.toLowerCase() !== 'localhost') {
      for (const candidate of transport === undefined ? (['udp', 'tcp'] as const) : [transport]) {
        const records = srvOrder(await this.#names.services(`_sip._${candidate}.${host}`), Math.random);
        const found = await Promise.all(records.map(({ name, port }) => this.#byAddress(name, port, candidate)));
        if (found.flat().length > 0) return found.flat();
      }
    }
    return this.#byAddress(host, DEFAULT_PORT, transport ?? 'udp');
  }

  async #byAddress(name: string, port: number, transport: TransportName): Promise<FoundTarget[]> {
    const addresses = isIP(name) === 0 ? await this.#names.addresses(name) : [name];
    return addresses.map((host) => ({ transport, host, port }));
  }

  #remembered(key: string, ask: () => Promise<readonly Target[]>): Promise<readonly Target[]> {
    const nowMs = performance.now();
    const cached = this.#cache.get(key);
    if (cached !== undefined && cached.until > nowMs) return cached.targets;
    const targets = ask();
    // The oldest entry makes room; a Map keeps the order of insertion.
    const oldest = this.#cache.size >= MAX_CACHED ? this.#cache.keys().next() : undefined;
    if (oldest?.done === false) this.#cache.delete(oldest.value);
    this.#cache.delete(key);
    this.#cache.set(key, { until: nowMs + CACHE_MS, targets });
    return targets;
  }
}

type FoundTarget = Omit<Target, 'transportIsExplicit'>;

function spokenTransport(param: string | undefined): TransportName | undefined | 'unspoken' {
  switch (param?.toLowerCase()) {
    case undefined:
      return undefined;
    case 'udp':
      return 'udp';
    case 'tcp':
      return 'tcp';
    default:
      return 'unspoken';
  }
}
