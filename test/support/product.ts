import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type App } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Cdr } from '../../src/domain/call/cdr.ts';

const ADMIN_KEY = 'an-admin-key-for-tests-of-forty-characters';

/** Anything the API answers with; tests say what they look for in it. */
// eslint-disable-next-line typescript/no-explicit-any -- answers of another program are read by what the test expects
export type Json = any;

/** An answer that wasn't what was asked for. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly problem: Json;

  constructor(line: string, status: number, problem: Json) {
    super(`${line} → ${status} ${JSON.stringify(problem)}`);
    this.status = status;
    this.problem = problem;
  }
}

/** The settings of a real drachtio-server, where the environment names one: the same tests then run on it. */
function realServer(env: NodeJS.ProcessEnv): Record<string, string> {
  const { DRACHTIO_HOST, DRACHTIO_PORT = '9022', DRACHTIO_SECRET = '' } = env;
  return DRACHTIO_HOST ? { TOLLGATE_ENGINE: 'drachtio', DRACHTIO_HOST, DRACHTIO_PORT, DRACHTIO_SECRET } : {};
}

/** The whole product, running in this process on free loopback ports, spoken to from outside: REST and SIP. */
export class Product {
  readonly app: App;
  readonly dataDir: string;

  /** Starts it on a data folder of its own, or on one from before. */
  static async start(options: { env?: Record<string, string>; dataDir?: string } = {}): Promise<Product> {
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
        ...realServer(process.env),
        ...options.env,
      },
      [],
    );
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const fail = (error: unknown): void => {
      throw error;
    };
    return new Product(await startApp(loaded.config, { onFatal: fail }), dataDir);
  }

  private constructor(app: App, dataDir: string) {
    this.app = app;
    this.dataDir = dataDir;
  }

  /** `host:port` of SIP. */
  get sip(): string {
    return this.app.sip;
  }

  /** Stops it and forgets its data. */
  async stop(): Promise<void> {
    await this.app.shutDown();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** One request of the API; rejects with `ApiRefusal` where it isn't 2xx. */
  async api(method: string, path: string, body?: Json): Promise<Json> {
    const response = await fetch(`http://${this.app.http}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: Json = text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    if (!response.ok) throw new ApiRefusal(`${method} ${path}`, response.status, answer);
    return answer;
  }

  post(path: string, body: Json): Promise<Json> {
    return this.api('POST', `/v1${path}`, body);
  }

  get(path: string): Promise<Json> {
    return this.api('GET', `/v1${path}`);
  }

  patch(path: string, body: Json): Promise<Json> {
    return this.api('PATCH', `/v1${path}`, body);
  }

  /** Resolves to the CDRs, newest first, once there are that many and none is open. Bounded polling. */
  async waitForCdrs(count: number, withinMs = 8_000): Promise<readonly Cdr[]> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const { data } = (await this.get('/calls?limit=500')) as { data: Cdr[] };
      if (data.length >= count && data.every((cdr) => cdr.endedAt !== null)) return data;
      if (Date.now() > deadline) throw new Error(`${data.length} CDRs after ${withinMs} ms: ${JSON.stringify(data)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** As `waitForCdrs` for the one call there is. */
  async onlyCdr(): Promise<Cdr> {
    const [cdr, ...others] = await this.waitForCdrs(1);
    if (!cdr || others.length > 0) throw new Error(`${others.length + 1} CDRs where one was expected`);
    return cdr;
  }
}
