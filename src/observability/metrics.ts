import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** The product's metrics, named as Prometheus asks: `_total` counts, `_seconds` are seconds. */
export interface Metrics {
  readonly registry: Registry;
  readonly callsReceived: Counter;
  readonly callsSettled: Counter<'outcome'>;
  readonly callsBillable: Counter;
  readonly attempts: Counter<'result'>;
  readonly strangers: Counter;
  readonly authentications: Counter<'result'>;
  readonly oddities: Counter<'what'>;
  readonly faults: Counter<'where'>;
  readonly settlementDelays: Counter;
  readonly setupSeconds: Histogram;
  readonly postDialDelaySeconds: Histogram;
  readonly talkSeconds: Histogram;
}

const SETUP_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const RING_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const TALK_BUCKETS = [1, 10, 30, 60, 90, 120, 300, 600, 1_800, 3_600];

/** What of the running product is read at each scrape. */
export interface LiveFigures {
  readonly calls: () => number;
  readonly sipLinkUp: () => boolean;
  readonly readiness: () => Promise<{ readonly ready: boolean; readonly checks: Readonly<Record<string, string>> }>;
  /** Calls that are over and not yet recorded. */
  readonly unsettled: () => { readonly count: number; readonly oldestMs: number };
  readonly waitingWrites: () => number;
  /** Those that are known to be up or down. */
  readonly gateways: () => readonly { readonly trunkId: string; readonly uri: string; readonly isUp: boolean }[];
}

/** Makes the metrics in a registry of their own. `about` is what this process is, once and for all. */
export function createMetrics(
  live: LiveFigures,
  about: { readonly version: string; readonly engine: string },
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | Promise<number>): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read());
      },
    });
  sayWhatThisIs(registry, about);
  gauge('tollgate_calls_live', 'Calls in progress', live.calls);
  gauge('tollgate_sip_link_up', '1 while the SIP server is connected', () => (live.sipLinkUp() ? 1 : 0));
  gauge('tollgate_ready', '1 while calls can be taken', async () => ((await live.readiness()).ready ? 1 : 0));
  gauge('tollgate_settlements_waiting', 'Calls that are over and not yet recorded', () => live.unsettled().count);
  gauge(
    'tollgate_settlement_oldest_seconds',
    'How long ago the first of the calls ended that are not yet recorded, 0 where there is none',
    () => live.unsettled().oldestMs / 1_000,
  );
  gauge('tollgate_store_writes_waiting', 'Writes that wait for a commit', live.waitingWrites);
  // These live by their registration.
  void new Gauge({
    name: 'tollgate_check_ok',
    help: '1 while this part works that calls need, 0 while it does not; absent where there is no such part',
    labelNames: ['check'],
    registers,
    async collect() {
      this.reset();
      const { checks } = await live.readiness();
      for (const [check, result] of Object.entries(checks)) {
        if (result !== 'unused') this.set({ check }, result === 'ok' ? 1 : 0);
      }
    },
  });
  void new Gauge({
    name: 'tollgate_gateway_up',
    help: "1 while a trunk's gateway answers OPTIONS, 0 while it does not; absent until either is known",
    labelNames: ['trunk', 'gateway'],
    registers,
    collect() {
      this.reset();
      for (const { trunkId, uri, isUp } of live.gateways()) this.set({ trunk: trunkId, gateway: uri }, isUp ? 1 : 0);
    },
  });
  return {
    registry,
    callsReceived: new Counter({ name: 'tollgate_calls_received_total', help: 'Calls from known trunks', registers }),
    callsSettled: new Counter({
      name: 'tollgate_calls_settled_total',
      help: 'Calls with a CDR, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    callsBillable: new Counter({ name: 'tollgate_calls_billable_total', help: 'Calls a buyer owes for', registers }),
    attempts: new Counter({
      name: 'tollgate_attempts_total',
      help: 'bLeg INVITEs of settled calls by result: answered, or why not; answered over all is the ASR',
      labelNames: ['result'],
      registers,
    }),
    strangers: new Counter({
      name: 'tollgate_strangers_total',
      help: 'INVITEs from addresses that belong to no trunk',
      registers,
    }),
    authentications: new Counter({
      name: 'tollgate_sip_authentications_total',
      help: 'INVITEs that were challenged, or whose answer to a challenge was refused',
      labelNames: ['result'],
      registers,
    }),
    oddities: new Counter({
      name: 'tollgate_sip_oddities_total',
      help: 'Requests answered without becoming a call',
      labelNames: ['what'],
      registers,
    }),
    faults: new Counter({
      name: 'tollgate_faults_total',
      help: 'Defects and failures caught at an edge',
      labelNames: ['where'],
      registers,
    }),
    settlementDelays: new Counter({
      name: 'tollgate_settlement_delays_total',
      help: 'Tries to write a settlement that have to be made again',
      registers,
    }),
    setupSeconds: new Histogram({
      name: 'tollgate_setup_seconds',
      help: 'aLeg INVITE to first bLeg INVITE, without what the caller spent in menus',
      buckets: SETUP_BUCKETS,
      registers,
    }),
    postDialDelaySeconds: new Histogram({
      name: 'tollgate_post_dial_delay_seconds',
      help: 'bLeg INVITE to its first 18x or final response',
      buckets: RING_BUCKETS,
      registers,
    }),
    talkSeconds: new Histogram({
      name: 'tollgate_talk_seconds',
      help: 'Talk time of connected calls; sum over count is the ACD',
      buckets: TALK_BUCKETS,
      registers,
    }),
  };
}

/** One series that is always 1, for its labels: who runs what. */
function sayWhatThisIs(
  registry: Registry,
  { version, engine }: { readonly version: string; readonly engine: string },
): void {
  const build = new Gauge({
    name: 'tollgate_build_info',
    help: 'Always 1: version of Tollgate and of Node, and the SIP engine in use',
    labelNames: ['version', 'node', 'engine'],
    registers: [registry],
  });
  build.set({ version, node: process.versions.node, engine }, 1);
}
