import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { systemNames } from '../sip/locate/name-service.ts';
import { Locator } from '../sip/locate/locate-server.ts';
import { serveAgent } from '../sip/agent/serve-agent.ts';
import { UserAgent } from '../sip/agent/user-agent.ts';
import type { SipTimers } from '../sip/timers.ts';
import { formatAddress } from '../sip/transport/flow.ts';
import { LocalAddress } from '../sip/transport/local-address.ts';
import { Transport } from '../sip/transport/transport.ts';
import { openSource } from './audio/open-source.ts';
import { applications } from './channel/applications/applications.ts';
import { Channels } from './channel/channels.ts';
import { EventStream } from './channel/engine-event.ts';
import { EngineIdentity } from './channel/engine-identity.ts';
import { pause } from './channel/pause.ts';
import { apiCommands } from './event-socket/api/api-commands.ts';
import { EngineLoad } from './event-socket/engine-load.ts';
import { startHeartbeat } from './event-socket/heartbeat.ts';
import { EventSocketServer } from './event-socket/inbound-server.ts';
import { connectOutbound } from './event-socket/outbound-connection.ts';
import type { SessionServices } from './event-socket/session.ts';
import { machineClock } from './media-clock.ts';
import { openAudioPort } from './rtp/open-audio-port.ts';
import { Pacer } from './rtp/pacer.ts';
import { PortRange } from './rtp/port-range.ts';
import { MediaCalls } from './sip/media-calls.ts';

/** How the media engine is to run. */
export interface MediaEngineOptions {
  /** Where its SIP and its event socket listen: loopback, for the product is all that may drive it. */
  readonly host: string;
  /** Address audio is bound to. */
  readonly rtpHost: string;
  /** What peers are to send their audio to, where that isn't `rtpHost`. */
  readonly advertisedHost?: string | undefined;
  /** The UDP ports audio may use; both 0 take any that are free. */
  readonly rtpPorts: { readonly min: number; readonly max: number };
  /** What whoever connects to the event socket has to know. */
  readonly secret: string;
  /** Calls at once, and new ones a second; more are refused with 503. */
  readonly maxSessions: number;
  readonly maxPerSecond: number;
  /** Between two HEARTBEAT events. */
  readonly heartbeatMs: number;
  /** Where file names that don't begin at the root are looked for. */
  readonly soundsFolder: string;
  readonly timers: SipTimers;
  /** Something broke for good: a socket that listened does so no more. */
  readonly onFault: (error: Error) => void;
  /** Something is amiss that calls go on without. */
  readonly onTrouble: (error: Error) => void;
  /** A bug cost one application or one command; the call goes on. */
  readonly onBug: (error: Error) => void;
}

/** What the media engine holds at a moment. */
export interface MediaCounts {
  readonly channels: number;
  /** Pairs of UDP ports. */
  readonly ports: number;
  /** What is being played, hold music included. */
  readonly playbacks: number;
  readonly recordings: number;
  /** Connections applications have made to the event socket; those made to them end with their channels. */
  readonly eventSockets: number;
  readonly transactions: number;
  readonly dialogs: number;
}

/** An address nobody has (RFC 5737), in place of peers who may be anywhere. */
const SOMEWHERE = '192.0.2.1';

/** How long the peers of calls may take to answer the BYE of an engine that is being closed. */
const LEAVE_MS = 1000;

/** The IP address behind a host's name, as session descriptions need it. Rejects where it has none. */
async function addressOf(host: string | undefined): Promise<string | undefined> {
  return host === undefined || isIP(host) !== 0 ? host : (await lookup(host, { order: 'ipv4first' })).address;
}

/** The media half of the embedded engine: what `drachtio-fsmrf` takes for a FreeSWITCH. */
export class MediaEngine {
  readonly #transport: Transport;
  readonly #agent: UserAgent;
  readonly #server: EventSocketServer;
  readonly #channels: Channels;
  readonly #range: PortRange;
  readonly #calls: MediaCalls;
  readonly #stopHeartbeat: () => void;
  #closing: Promise<void> | undefined;

  private constructor(parts: {
    readonly transport: Transport;
    readonly agent: UserAgent;
    readonly server: EventSocketServer;
    readonly channels: Channels;
    readonly range: PortRange;
    readonly calls: MediaCalls;
    readonly stopHeartbeat: () => void;
  }) {
    this.#transport = parts.transport;
    this.#agent = parts.agent;
    this.#server = parts.server;
    this.#channels = parts.channels;
    this.#range = parts.range;
    this.#calls = parts.calls;
    this.#stopHeartbeat = parts.stopHeartbeat;
  }

  /**
   * Binds everything but the audio ports, which calls bind, and begins to serve.
   * @throws {RangeError} where the RTP ports are none, {NoRtpPortError} where none can be had; rejects with the system's
   * error for the other sockets.
   */
  static async start(options: MediaEngineOptions): Promise<MediaEngine> {
    const { host, rtpHost, advertisedHost, rtpPorts, secret, timers, onFault, onTrouble, onBug } = options;
    const advertised = await addressOf(advertisedHost);
    const range = new PortRange({ host: rtpHost, ...rtpPorts });
    // What no call could ever have is told now.
    (await range.open()).release();
    const pacer = new Pacer(machineClock);
    const identity = new EngineIdentity(host);
    const events = new EventStream();
    const channels = new Channels({
      identity,
      events,
      applications,
      openSource: (name, endless) => openSource(name, { folder: options.soundsFolder, onTrouble, endless }),
      onBug,
    });
    const load = new EngineLoad(channels, options);
    const transport = await Transport.bind({ host, port: 0 }, undefined, onFault);
    const sipAddress = formatAddress(transport.bound);
    const services: SessionServices = { identity, events, channels, load, sipAddress, apiCommands, onBug };
    const audioAt = new LocalAddress({ host: rtpHost, port: 0 }, undefined);
    const calls = new MediaCalls({
      host,
      channels,
      sipAddress,
      admit: (count) => load.admit(count),
      openPort: () => openAudioPort({ range, pacer, onTrouble }),
      audioAddress: () => advertised ?? audioAt.ownFor(SOMEWHERE),
      connect: (address, channel) => connectOutbound(address, channel, services),
      onTrouble,
    });
    const agent = new UserAgent(transport, new Locator(systemNames()), timers, calls);
    calls.attach(agent);
    serveAgent(agent, transport);
    const server = await EventSocketServer.listen({ host, port: 0 }, secret, services, onFault);
    const stopHeartbeat = startHeartbeat(services, options.heartbeatMs);
    return new MediaEngine({ transport, agent, server, channels, range, calls, stopHeartbeat });
  }

  /** The port of its event socket. */
  get eventSocketPort(): number {
    return this.#server.port;
  }

  get counts(): MediaCounts {
    const all = [...this.#channels];
    return {
      channels: all.length,
      ports: this.#range.inUse,
      playbacks: all.reduce((sum, { speaker }) => sum + speaker.size, 0),
      recordings: all.reduce((sum, { recordings }) => sum + recordings.size, 0),
      eventSockets: this.#server.size,
      transactions: this.#agent.transactions.size,
      dialogs: this.#agent.dialogs.size,
    };
  }

  /** Hangs up every call, completes what is being recorded, and closes everything. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#stopHeartbeat();
    const ending = [...this.#channels].map(({ ended }) => ended);
    this.#channels.hangupAll('MANAGER_REQUEST');
    const left = new AbortController();
    await Promise.all([...ending, Promise.race([this.#calls.allHungUp(), pause(LEAVE_MS, left.signal)])]);
    left.abort();
    this.#agent.close();
    await Promise.all([this.#server.close(), this.#transport.close()]);
  }
}
