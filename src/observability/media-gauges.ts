import { Gauge, type Registry } from 'prom-client';

/** What the media half of the embedded engine holds, as it tells it. */
export interface MediaGauges {
  readonly channels: number;
  /** Pairs of UDP ports, RTP and RTCP. */
  readonly ports: number;
  readonly playbacks: number;
  readonly recordings: number;
  readonly eventSockets: number;
  readonly transactions: number;
  readonly dialogs: number;
  readonly heapBytes: number;
  /** 99th percentile of what its event loop kept events waiting since it was last asked. */
  readonly lagMs: number;
}

/** How a media server stands, by the pool that chooses among them. */
export interface MediaServerGauges {
  readonly name: string;
  readonly state: MediaServerState;
  /** Channels on it, whoever's. */
  readonly sessions: number;
  /** Calls of ours that it serves. */
  readonly calls: number;
}

const STATES = ['connecting', 'up', 'draining', 'down', 'refused', 'closed'] as const;

type MediaServerState = (typeof STATES)[number];

/** The gauges of the engine, each with its help and how it is read. */
const OF_ENGINE: readonly (readonly [name: string, help: string, valueOf: (has: MediaGauges) => number])[] = [
  ['channels', 'Channels the embedded media engine holds', (has) => has.channels],
  ['rtp_ports', 'Pairs of UDP ports the embedded media engine has bound', (has) => has.ports],
  ['playbacks', 'Sounds the embedded media engine plays, hold music included', (has) => has.playbacks],
  ['recordings', 'Recordings the embedded media engine writes', (has) => has.recordings],
  ['event_sockets', 'Connections to the event socket of the embedded media engine', (has) => has.eventSockets],
  ['transactions', 'SIP transactions the embedded media engine holds', (has) => has.transactions],
  ['dialogs', 'SIP dialogs the embedded media engine holds', (has) => has.dialogs],
  ['engine_heap_bytes', 'Memory in use by the embedded media engine, garbage included', (has) => has.heapBytes],
  [
    'engine_lag_p99_seconds',
    "99th percentile of the lag of the embedded media engine's event loop since the last scrape",
    (has) => has.lagMs / 1_000,
  ],
];

/** Adds gauges for what the embedded media engine holds, read at each scrape. */
export function watchMediaEngine(registry: Registry, read: () => Promise<MediaGauges>): void {
  // One question at each scrape serves all of them.
  let counts: Promise<MediaGauges> | undefined;
  const ask = (): Promise<MediaGauges> => {
    counts ??= read().finally(() => (counts = undefined));
    return counts;
  };
  for (const [name, help, valueOf] of OF_ENGINE) {
    const gauge = new Gauge({
      name: `tollgate_media_${name}`,
      help,
      registers: [],
      async collect() {
        this.set(valueOf(await ask()));
      },
    });
    registry.registerMetric(gauge);
  }
}

/** Adds gauges for the media servers there are: how many stand how, and what each has to do. */
export function watchMediaServers(registry: Registry, read: () => readonly MediaServerGauges[]): void {
  const byState = new Gauge({
    name: 'tollgate_media_servers',
    help: 'Media servers by how they stand',
    labelNames: ['state'],
    registers: [],
    collect() {
      const servers = read();
      for (const state of STATES) this.set({ state }, servers.filter((server) => server.state === state).length);
    },
  });
  registry.registerMetric(byState);
  const ofEach = (name: string, help: string, valueOf: (server: MediaServerGauges) => number): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: ['server'],
      registers: [registry],
      collect() {
        for (const server of read()) this.set({ server: server.name }, valueOf(server));
      },
    });
  ofEach('tollgate_media_server_sessions', 'Channels on a media server, whoever they belong to', (has) => has.sessions);
  ofEach('tollgate_media_server_calls', 'Calls of ours that a media server serves', (has) => has.calls);
}
