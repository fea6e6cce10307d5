import { startEngine } from '../../src/embedded/start-engine.ts';

/** A running engine that the suite is held against. */
export interface EngineUnderTest {
  readonly kind: 'embedded' | 'drachtio';
  readonly admin: { readonly host: string; readonly port: number; readonly secret: string };
  readonly sip: { readonly host: string; readonly port: number };
  /** 64·T1: after this long it gives up on a silent peer. */
  readonly patienceMs: number;
  close(): Promise<void>;
}

/** An engine that can be had. */
export interface EngineSource {
  readonly kind: EngineUnderTest['kind'];
  readonly start: () => Promise<EngineUnderTest>;
}

/**
 * Where engines come from: the embedded one always, a drachtio-server where DRACHTIO_HOST says there is one
 * (DRACHTIO_PORT, DRACHTIO_SECRET and DRACHTIO_SIP=host:port say the rest). All test files share that one server, and it
 * shares its calls out among all applications: run them with `--no-file-parallelism` then.
 */
export const engines: readonly EngineSource[] = [
  { kind: 'embedded', start: startEmbedded },
  ...(process.env['DRACHTIO_HOST'] === undefined ? [] : [{ kind: 'drachtio' as const, start: connectDrachtio }]),
];

/** T1 is a fifth of RFC 3261's, so that what takes 32 s there takes 6.4 s here. */
async function startEmbedded(): Promise<EngineUnderTest> {
  const timers = { t1Ms: 100, t2Ms: 800, t4Ms: 1000 };
  const engine = await startEngine({ sip: { host: '127.0.0.1', port: 0 }, timers });
  return {
    kind: 'embedded',
    admin: engine.admin,
    sip: engine.sip,
    patienceMs: 64 * timers.t1Ms,
    close: () => engine.close(),
  };
}

/** `DRACHTIO_SIP` is `host:port`; the secret and the admin port default to what drachtio-server ships with. */
function connectDrachtio(): Promise<EngineUnderTest> {
  const [host = '127.0.0.1', port = '5060'] = (process.env['DRACHTIO_SIP'] ?? '').split(':');
  return Promise.resolve({
    kind: 'drachtio',
    admin: {
      host: process.env['DRACHTIO_HOST'] ?? '127.0.0.1',
      port: Number(process.env['DRACHTIO_PORT'] ?? 9022),
      secret: process.env['DRACHTIO_SECRET'] ?? 'cymru',
    },
    sip: { host, port: Number(port) },
    patienceMs: 32_000,
    close: () => Promise.resolve(),
  });
}
