import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN_KEY, RestClient } from './rest-client.ts';
import { ServerProcess, type Listening, type ServerOptions } from './server-process.ts';

const PROGRAM = new URL('../../src/main.ts', import.meta.url);

export interface TollgateOptions extends ServerOptions {
  /** A data folder of the caller's; one that is gone after `stop` unless given. */
  readonly dataDir?: string;
}

/** The product as its users run it: a process of its own, its settings in the environment, on free loopback ports. */
export class TollgateProcess extends RestClient {
  readonly process: ServerProcess;
  readonly dataDir: string;
  readonly #listening: Listening;
  readonly #ownsData: boolean;

  /**
   * Starts one and waits until it listens.
   *
   * @throws DidNotStart where it ends instead
   */
  static async start(options: TollgateOptions = {}): Promise<TollgateProcess> {
    const { dataDir = mkdtempSync(join(tmpdir(), 'tollgate-test-')), env, ...others } = options;
    const process = new ServerProcess(PROGRAM, {
      ...others,
      env: {
        SIP_HOST: '127.0.0.1',
        SIP_PORT: '0',
        HTTP_PORT: '0',
        TOLLGATE_DATA_DIR: dataDir,
        TOLLGATE_ADMIN_KEY: ADMIN_KEY,
        LOG_LEVEL: 'warn',
        ...env,
      },
    });
    const ownsData = options.dataDir === undefined;
    try {
      return new TollgateProcess(process, await process.listening, { dataDir, ownsData });
    } catch (error) {
      if (ownsData) rmSync(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(process: ServerProcess, listening: Listening, data: { dataDir: string; ownsData: boolean }) {
    super();
    this.process = process;
    this.dataDir = data.dataDir;
    this.#listening = listening;
    this.#ownsData = data.ownsData;
  }

  /** `host:port` of SIP. */
  get sip(): string {
    return this.#listening.sip;
  }

  /** `host:port` of the API. */
  get http(): string {
    return this.#listening.http;
  }

  /** Ends it at once, if it hasn't ended yet, and forgets its data where they are its own. */
  async stop(): Promise<void> {
    await this.process.kill('SIGKILL');
    if (this.#ownsData) rmSync(this.dataDir, { recursive: true, force: true });
  }
}
