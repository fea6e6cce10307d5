import { startEngine } from '../../src/embedded/start-engine.ts';
import { startMediaEngine, type MediaEngineHandle } from '../../src/embedded/start-media-engine.ts';

/** A SIP server and a media server that the media tests are held against. */
export interface MediaUnderTest {
  readonly kind: 'embedded' | 'freeswitch';
  readonly admin: { readonly host: string; readonly port: number; readonly secret: string };
  readonly eventSocket: { readonly host: string; readonly port: number; readonly secret: string };
  /** Between two HEARTBEAT events. */
  readonly heartbeatMs: number;
  /** What the embedded engine holds; null for a server that doesn't say. */
  readonly counts: MediaEngineHandle['counts'] | null;
  close(): Promise<void>;
}

/** A pair of servers that can be had. */
export interface MediaSource {
  readonly kind: MediaUnderTest['kind'];
  readonly start: () => Promise<MediaUnderTest>;
}

/**
 * Where media servers come from: the embedded engines always; a drachtio-server and a FreeSWITCH where DRACHTIO_HOST and
 * FREESWITCH_HOST say there are (with DRACHTIO_PORT, DRACHTIO_SECRET, FREESWITCH_PORT and FREESWITCH_SECRET). Those have
 * to be on this machine, for recordings are looked at; run the tests with `--no-file-parallelism` then.
 */
export const mediaServers: readonly MediaSource[] = [
  { kind: 'embedded', start: startEmbedded },
  ...(process.env['DRACHTIO_HOST'] === undefined || process.env['FREESWITCH_HOST'] === undefined
    ? []
    : [{ kind: 'freeswitch' as const, start: connectFreeswitch }]),
];

async function startEmbedded(): Promise<MediaUnderTest> {
  const heartbeatMs = 300;
  const sip = await startEngine({ sip: { host: '127.0.0.1', port: 0 } });
  const media = await startMediaEngine({ rtpHost: '127.0.0.1', rtpPorts: { min: 0, max: 0 }, heartbeatMs });
  return {
    kind: 'embedded',
    admin: sip.admin,
    eventSocket: media.eventSocket,
    heartbeatMs,
    counts: () => media.counts(),
    async close() {
      await media.close();
      await sip.close();
    },
  };
}

function connectFreeswitch(): Promise<MediaUnderTest> {
  const { env } = process;
  return Promise.resolve({
    kind: 'freeswitch',
    admin: {
      host: env['DRACHTIO_HOST'] ?? '127.0.0.1',
      port: Number(env['DRACHTIO_PORT'] ?? 9022),
      secret: env['DRACHTIO_SECRET'] ?? 'cymru',
    },
    eventSocket: {
      host: env['FREESWITCH_HOST'] ?? '127.0.0.1',
      port: Number(env['FREESWITCH_PORT'] ?? 8021),
      secret: env['FREESWITCH_SECRET'] ?? 'ClueCon',
    },
    heartbeatMs: 20_000,
    counts: null,
    close: () => Promise.resolve(),
  });
}
