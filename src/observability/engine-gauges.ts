import { Gauge, type Registry } from 'prom-client';

/** What the embedded SIP engine holds, as it tells it. */
export interface EngineGauges {
  readonly transactions: number;
  readonly dialogs: number;
  readonly connections: number;
  readonly heapBytes: number;
  /** 99th percentile of what its event loop kept events waiting since it was last asked. */
  readonly lagMs: number;
}

/** Adds gauges for what the embedded SIP engine holds, read at each scrape. */
export function watchEngine(registry: Registry, read: () => Promise<EngineGauges>): void {
  // One question at each scrape serves all of them.
  let counts: Promise<EngineGauges> | undefined;
  const ask = (): Promise<EngineGauges> => {
    counts ??= read().finally(() => (counts = undefined));
    return counts;
  };
  const gauge = (name: string, help: string, valueOf: (counts: EngineGauges) => number): Gauge =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(valueOf(await ask()));
      },
    });
  gauge('tollgate_sip_transactions', 'SIP transactions the embedded engine holds', (has) => has.transactions);
  gauge('tollgate_sip_dialogs', 'SIP dialogs the embedded engine holds', (has) => has.dialogs);
  gauge('tollgate_sip_connections', 'TCP connections the embedded engine holds', (has) => has.connections);
  gauge(
    'tollgate_sip_engine_heap_bytes',
    'Memory in use by the embedded engine, garbage included',
    (has) => has.heapBytes,
  );
  gauge(
    'tollgate_sip_engine_lag_p99_seconds',
    "99th percentile of the lag of the embedded engine's event loop since the last scrape",
    (has) => has.lagMs / 1_000,
  );
}
