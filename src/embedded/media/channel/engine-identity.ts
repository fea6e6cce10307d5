import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** The version the engine gives of itself: whose protocol it speaks, and that it is not that server. */
export const ENGINE_VERSION = '1.10.12-embedded';

/** Who the engine is, and when it began: what every event says in its first headers. */
export class EngineIdentity {
  readonly uuid = randomUUID();
  readonly host = hostname();
  /** The address its event socket and its SIP are reached at. */
  readonly address: string;
  readonly #startedAtMs = performance.now();
  #sequence = 0;

  constructor(address: string) {
    this.address = address;
  }

  /** Milliseconds since it began. */
  get uptimeMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  /** The headers every event begins with. */
  headers(eventName: string): Map<string, string> {
    const now = new Date();
    this.#sequence += 1;
    return new Map([
      ['Event-Name', eventName],
      ['Core-UUID', this.uuid],
      ['FreeSWITCH-Hostname', this.host],
      ['FreeSWITCH-Switchname', this.host],
      ['FreeSWITCH-IPv4', this.address],
      ['FreeSWITCH-Version', ENGINE_VERSION],
      ['Event-Date-GMT', now.toUTCString()],
      ['Event-Date-Timestamp', microseconds(now.getTime())],
      ['Event-Sequence', String(this.#sequence)],
    ]);
  }
}

/** Unix time in microseconds, as events and channel data give it. */
export const microseconds = (unixMs: number): string => `${Math.round(unixMs)}000`;
