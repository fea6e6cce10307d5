import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** The product's metrics, named as Prometheus asks: `_total` counts, `_seconds` are seconds. */
export interface Metrics {
  readonly registry: Registry;
  readonly callsReceived: Counter;
  readonly callsSettled: Counter<'outcome'>;
  readonly callsBillable: Counter;
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

/** What the embedded SIP engine holds, as it tells it. */
export interface EngineGauges {
  readonly transactions: number;
  readonly dialogs: number;
  readonly connections: number;
  readonly heapBytes: number;
}

/** Adds gauges for what the embedded SIP engine holds, read at each scrape. */
export function watchEngine({ registry }: Metrics, read: () => Promise<EngineGauges>): void {
  // One question at each scrape serves all four.
  let counts: Promise<EngineGauges> | undefined;
  const ask = (): Promise<EngineGauges> => {
    counts ??= read().finally(() => (counts = undefined));
    return counts;
  };
  const gauge = (name: string, help: string, key: keyof EngineGauges): Gauge =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set((await ask())[key]);
      },
    });
  gauge('tollgate_sip_transactions', 'SIP transactions the embedded engine holds', 'transactions');
  gauge('tollgate_sip_dialogs', 'SIP dialogs the embedded engine holds', 'dialogs');
  gauge('tollgate_sip_connections', 'TCP connections the embedded engine holds', 'connections');
  gauge('tollgate_sip_engine_heap_bytes', 'Memory in use by the embedded engine, garbage included', 'heapBytes');
}

/** Makes the metrics in a registry of their own. `live` is read at each scrape. */
export function createMetrics(live: {
  readonly calls: () => number;
  readonly sipLinkUp: () => boolean;
  /** Those that are known to be up or down. */
  readonly gateways: () => readonly { readonly trunkId: string; readonly uri: string; readonly isUp: boolean }[];
}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('tollgate_calls_live', 'Calls in progress', live.calls);
  gauge('tollgate_sip_link_up', '1 while the SIP server is connected', () => (live.sipLinkUp() ? 1 : 0));
  // It lives by its registration.
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
      help: 'aLeg INVITE to first bLeg INVITE',
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
      help: 'Talk time of connected calls',
      buckets: TALK_BUCKETS,
      registers,
    }),
  };
}
