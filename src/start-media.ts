import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { basename, join, resolve, sep } from 'node:path';
import type { CheckResult } from './api/ports.ts';
import type { AudioWorld } from './calls/audio/anchored-audio.ts';
import type { Clock } from './calls/ports/clock.ts';
import type { Config } from './config/load-config.ts';
import { mediaServersOf } from './config/media-servers.ts';
import type { PromptId } from './domain/ids.ts';
import { startMediaEngine, type MediaEngineHandle } from './embedded/start-media-engine.ts';
import { localAddressTowards } from './media/local-address-towards.ts';
import { MediaPool } from './media/media-pool.ts';
import type { Logger } from './observability/logger.ts';
import type { SipServer } from './sip/sip-server.ts';

/** A side that says nothing at all for so long is gone: networks send packets in silence too. */
const SILENCE_LIMIT_S = 60;

/** What tells this Tollgate's channels on a media server from another's; in the data folder. */
const INSTANCE_FILE = 'instance-id';

/** Where prompts that come with the product lie in the data folder, for media servers that see no other. */
const SHARED_PROMPTS = join('prompts', 'built-in');

/** Media servers, put together. */
export interface Media {
  readonly pool: MediaPool;
  readonly check: () => CheckResult;
  readonly engine: MediaEngineHandle | null;
  /** A prompt's file where the media servers see it. */
  readonly promptFile: AudioWorld['promptFile'];
  close(): Promise<void>;
}

/** What media needs of the rest. */
export interface MediaParts {
  readonly config: Config;
  readonly sip: Pick<SipServer, 'client'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where a prompt's file is on this machine. */
  readonly pathOf: (id: PromptId) => string;
  readonly onFatal: (error: unknown) => void;
}

/**
 * Starts the media half of the embedded engine, or points at the FreeSWITCH servers that the settings name; null where
 * there are neither. Resolves once each server has been tried: those that are down are tried again by themselves.
 */
export async function startMedia({ config, sip, clock, log, pathOf, onFatal }: MediaParts): Promise<Media | null> {
  const engine = config.TOLLGATE_ENGINE === 'embedded' ? await startEmbedded(config, onFatal) : null;
  const servers = engine ? [engine.eventSocket] : mediaServersOf(config);
  const [first] = servers;
  if (!first) return null;
  const dataDir = resolve(config.TOLLGATE_DATA_DIR);
  const there = config.FREESWITCH_DATA_DIR;
  const promptFile = engine ? pathOf : await shareBuiltIn(dataDir, pathOf);
  const pool = new MediaPool({
    servers,
    srf: sip.client,
    listenAddress: await localAddressTowards(first.host),
    instanceId: await instanceIdIn(dataDir),
    clock,
    silenceLimitS: SILENCE_LIMIT_S,
    toServerPath: (path) =>
      there !== null && path.startsWith(dataDir + sep) ? there + path.slice(dataDir.length) : path,
    report: ({ type, ...about }) => {
      if (type === 'up' || type === 'reaped') log.info({ event: `media.${type}`, ...about });
      else log.error({ event: `media.${type}`, ...about });
    },
  });
  await pool.start();
  return {
    pool,
    engine,
    check: () => (pool.isUp ? 'ok' : 'failing'),
    promptFile,
    async close() {
      await pool.close();
      await engine?.close();
    },
  };
}

async function startEmbedded(config: Config, onFatal: (error: unknown) => void): Promise<MediaEngineHandle> {
  const { SIP_HOST: rtpHost, SIP_ADVERTISED_HOST: advertisedHost, RTP_PORT_MIN: min, RTP_PORT_MAX: max } = config;
  const engine = await startMediaEngine({
    rtpHost,
    ...(advertisedHost === null ? {} : { advertisedHost }),
    rtpPorts: { min, max },
  });
  engine.onFailure(onFatal);
  return engine;
}

/** Copies the prompts that come with the product to where media servers see them. */
async function shareBuiltIn(dataDir: string, pathOf: (id: PromptId) => string): Promise<(id: PromptId) => string> {
  const shared = join(dataDir, SHARED_PROMPTS);
  const shipped = join(pathOf('prm_default-greeting' as PromptId), '..');
  await mkdir(shared, { recursive: true });
  await cp(shipped, shared, { recursive: true, filter: (path) => path === shipped || path.endsWith('.wav') });
  return (id) => {
    const path = pathOf(id);
    return path.startsWith(dataDir + sep) ? path : join(shared, basename(path));
  };
}

/** The same after each restart on this data folder. */
async function instanceIdIn(dataDir: string): Promise<string> {
  const file = join(dataDir, INSTANCE_FILE);
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known !== '') return known;
  const made = randomUUID();
  await writeFile(file, made);
  return made;
}
