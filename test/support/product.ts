import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type App } from '../../src/app.ts';
import type { Clock } from '../../src/calls/ports/clock.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { ADMIN_KEY, RestClient } from './rest-client.ts';

/** The settings of real servers, where the environment names them: the same tests then run on those. */
function realServers(env: NodeJS.ProcessEnv): Record<string, string> {
  const { DRACHTIO_HOST, DRACHTIO_PORT = '9022', DRACHTIO_SECRET = '' } = env;
  if (!DRACHTIO_HOST) return {};
  const { FREESWITCH_HOST, FREESWITCH_PORT = '8021', FREESWITCH_SECRET = '' } = env;
  const media = FREESWITCH_HOST ? { FREESWITCH_HOST, FREESWITCH_PORT, FREESWITCH_SECRET } : {};
  return { TOLLGATE_ENGINE: 'drachtio', DRACHTIO_HOST, DRACHTIO_PORT, DRACHTIO_SECRET, ...media };
}

export interface ProductOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A data folder from before. */
  readonly dataDir?: string;
  /** The time its calls live by; the real one unless given. */
  readonly clock?: Clock;
}

/** The whole product, running in this process on free loopback ports, spoken to from outside: REST and SIP. */
export class Product extends RestClient {
  readonly app: App;
  readonly dataDir: string;

  /** Starts it on a data folder of its own, or on one from before. */
  static async start(options: ProductOptions = {}): Promise<Product> {
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'tollgate-test-'));
    const loaded = loadConfig(
      {
        SIP_HOST: '127.0.0.1',
        SIP_PORT: '0',
        HTTP_PORT: '0',
        TOLLGATE_DATA_DIR: dataDir,
        TOLLGATE_ADMIN_KEY: ADMIN_KEY,
        LOG_LEVEL: 'silent',
        DRAIN_TIMEOUT_S: '0',
        ...realServers(process.env),
        ...options.env,
      },
      [],
    );
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const fail = (error: unknown): void => {
      throw error;
    };
    return new Product(
      await startApp(loaded.config, { onFatal: fail, ...(options.clock ? { clock: options.clock } : {}) }),
      dataDir,
    );
  }

  private constructor(app: App, dataDir: string) {
    super();
    this.app = app;
    this.dataDir = dataDir;
  }

  /** `host:port` of SIP. */
  get sip(): string {
    return this.app.sip;
  }

  /** `host:port` of the API. */
  get http(): string {
    return this.app.http;
  }

  /** Stops it and forgets its data. */
  async stop(): Promise<void> {
    await this.app.shutDown();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
