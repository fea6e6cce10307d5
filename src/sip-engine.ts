import { join } from 'node:path';
import type { Config } from './config/load-config.ts';
import { startEngine, type Engine } from './embedded/start-engine.ts';
import type { SipLink } from './sip/sip-server.ts';

/** A SIP server to connect to, wherever it runs. */
export interface SipEngine {
  readonly link: SipLink;
  /** Where it listens for SIP; null where only the server itself can say. */
  readonly address: { readonly host: string; readonly port: number } | null;
  /** What the embedded engine holds; null where the server keeps its own accounts. */
  readonly counts: Engine['counts'] | null;
  close(): Promise<void>;
}

/** What the embedded engine keeps for its successor, beside the database. */
const JOURNAL_FILE = 'embedded-sip.journal';

/** Starts the embedded engine, or points at the drachtio-server that the settings name. */
export async function startSipEngine(config: Config, onFatal: (error: unknown) => void): Promise<SipEngine> {
  if (config.TOLLGATE_ENGINE === 'drachtio') {
    const link = { host: config.DRACHTIO_HOST ?? '', port: config.DRACHTIO_PORT, secret: config.DRACHTIO_SECRET ?? '' };
    return { link, address: null, counts: null, close: () => Promise.resolve() };
  }
  const advertisedHost = config.SIP_ADVERTISED_HOST;
  const sip = { host: config.SIP_HOST, port: config.SIP_PORT, ...(advertisedHost === null ? {} : { advertisedHost }) };
  const { HEP_TARGET: server, HEP_CAPTURE_ID: id, HEP_PASSWORD: password } = config;
  const engine = await startEngine({
    sip,
    journal: join(config.TOLLGATE_DATA_DIR, JOURNAL_FILE),
    ...(server === null ? {} : { capture: { ...server, id, password: password ?? undefined } }),
  });
  engine.onFailure(onFatal);
  return { link: engine.admin, address: engine.sip, counts: () => engine.counts(), close: () => engine.close() };
}
