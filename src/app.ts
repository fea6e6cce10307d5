import { randomInt } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Health } from './api/ports.ts';
import { ReaderThread } from './api/reading/reader-thread.ts';
import { createApi } from './api/server.ts';
import type { AudioWorld } from './calls/audio/anchored-audio.ts';
import { CallFeed } from './calls/call-feed.ts';
import { CallDesk } from './calls/call-desk.ts';
import { CallRegistry } from './calls/call-registry.ts';
import { capUseOfBuyers } from './calls/cap-use.ts';
import type { CallWorld } from './calls/call-session.ts';
import { GatewayWatch } from './calls/gateway-watch.ts';
import { explainRoute } from './calls/explain-route.ts';
import { hangUpLiveCall, listLiveCalls, pauseRecording } from './calls/live-calls.ts';
import { LivePlan } from './calls/live-plan.ts';
import { softCapsOf } from './calls/over-cap.ts';
import type { Clock } from './calls/ports/clock.ts';
import { systemClock } from './calls/system-clock.ts';
import { tellAll } from './calls/tell-all.ts';
import { findUnsettledCalls } from './calls/unsettled-calls.ts';
import { warningsOf } from './config/check-together.ts';
import type { Config } from './config/load-config.ts';
import type { CallId } from './domain/ids.ts';
import { ID_PREFIX } from './domain/ids.ts';
import { buildRoutingSnapshot } from './domain/routing/routing-snapshot.ts';
import { ensureAdminKey } from './ensure-admin-key.ts';
import { freshPlanResources } from './fresh-plan-resources.ts';
import { loadGazetteer } from './geo/load-gazetteer.ts';
import { createCallEvents } from './observability/call-events.ts';
import { createLogger } from './observability/logger.ts';
import { watchCaps } from './observability/cap-gauges.ts';
import { watchEngine } from './observability/engine-gauges.ts';
import { createHttpMetrics } from './observability/http-metrics.ts';
import { watchMediaEngine, watchMediaServers } from './observability/media-gauges.ts';
import { createMetrics } from './observability/metrics.ts';
import { RefusalLog } from './observability/refusal-log.ts';
import { createSipMetrics } from './observability/sip-metrics.ts';
import { PromptFiles } from './prompts/prompt-files.ts';
import { RecordingFiles } from './recordings/recording-files.ts';
import { ownAddresses } from './sip/own-addresses.ts';
import { SipServer } from './sip/sip-server.ts';
import { SipWatchdog } from './sip/sip-watchdog.ts';
import { startSipEngine } from './sip-engine.ts';
import { databaseFileIn, openStore } from './store/open-store.ts';
import { startErasing } from './start-erasing.ts';
import { startMedia } from './start-media.ts';
import { startRetention } from './start-retention.ts';
import { createWebhooks } from './start-webhooks.ts';
import { takeDownOrphans } from './take-down-orphans.ts';
import { VERSION } from './version.ts';

/** How often the process says that it and its calls are alive: a crash loses at most this much of a call's end. */
const LIFE_SIGN_EVERY_MS = 2_000;

/** How long calls that were ended at shutdown get to have their CDRs written. */
const DRAIN_GRACE_MS = 10_000;

const SEEDS = 2 ** 32;

/** The running product. */
export interface App {
  /** `host:port` SIP listens on. */
  readonly sip: string;
  /** `host:port` of the API and dashboard. */
  readonly http: string;
  /** An admin key made because there was none; it is not kept in the clear and this is its only showing. */
  readonly firstAdminKey: string | null;
  /** Takes no new call, lets those in progress end, then stops everything. */
  shutDown(): Promise<void>;
}

/**
 * Puts the product together and starts it: store, recovery of a crash, routing plan, SIP engine, API. Rejects where
 * something can't start, with everything already started stopped again.
 *
 * @param hooks.onFatal called when a part that can't be restarted has died
 * @param hooks.clock the time that calls live by, for those who have their own; the real one where absent
 */
export async function startApp(
  config: Config,
  hooks: { readonly onFatal: (error: unknown) => void; readonly clock?: Clock },
): Promise<App> {
  await using started = new AsyncDisposableStack();
  const log = createLogger(config.LOG_LEVEL, config.LOG_NUMBERS);
  for (const { setting, message } of warningsOf(config)) log.warn({ event: 'settings.doubtful', setting }, message);
  const clock = hooks.clock ?? systemClock;

  const store = openStore({ dataDir: config.TOLLGATE_DATA_DIR, now: () => clock.now().wall });
  started.defer(() => store.close());
  const recovery = await store.recover();

  const recordings = new RecordingFiles({
    dataDir: resolve(config.TOLLGATE_DATA_DIR),
    register: store.recordings,
    onTrouble: (callId, error) => log.error({ event: 'recording.troubled', callId, err: error }),
  });
  await recordings.takeUp(clock.now().wall);
  const promptFiles = new PromptFiles({ dataDir: resolve(config.TOLLGATE_DATA_DIR), register: store.prompts });
  await promptFiles.sweep();
  const gateways: GatewayWatch = new GatewayWatch({
    prober: { probe: (uri, heard) => sip.probe(uri, heard) },
    clock,
    draw: Math.random,
    onChange: (gateway, state, { lastStatus }) => {
      if (state === 'down') log.warn({ event: 'gateway.down', gateway, lastStatus });
      else log.info({ event: 'gateway.up', gateway, lastStatus });
    },
  });
  started.defer(() => gateways.close());
  const gazetteer = loadGazetteer(config.TOLLGATE_DATA_DIR);
  const plan = new LivePlan(
    () => store.resources.readPlan(),
    (read) => buildRoutingSnapshot(read, gazetteer),
  );
  store.resources.onChange(() => plan.markStale());
  await plan.refresh();

  const registry = new CallRegistry();
  const feed = new CallFeed({ clock, stateOf: (callId) => registry.get(callId)?.state });
  const metrics = createMetrics(
    {
      calls: () => registry.size,
      sipLinkUp: () => sip.isUp,
      readiness: () => health.ready(),
      unsettled: () => findUnsettledCalls(registry, clock.now().mono),
      waitingWrites: () => store.waitingWrites(),
      gateways: () => gateways.known(),
    },
    { version: VERSION, engine: config.TOLLGATE_ENGINE },
  );
  // Gauges read all the rest, and the observer of garbage collection holds their registry for as long as the process lives.
  started.defer(() => metrics.registry.clear());
  const capUse = () => capUseOfBuyers(plan.current.snapshot, store.readView(), clock.now().wall);
  watchCaps(metrics.registry, capUse);
  const engine = await startSipEngine(config, hooks.onFatal);
  started.defer(() => engine.close());
  if (engine.counts) watchEngine(metrics.registry, engine.counts);

  const refused = new RefusalLog(log, clock);
  started.defer(() => refused.close());
  const desk: CallDesk = new CallDesk({
    world: {
      store: store.calls,
      clock,
      observer: tellAll([createCallEvents(log, metrics), feed]),
      overCap: softCapsOf(() => plan.current.snapshot),
      doubtGateway: (uri) => gateways.suspect(uri),
      get audio() {
        return audio;
      },
      get dialer() {
        return sip;
      },
    } satisfies CallWorld,
    plan,
    registry,
    newCallId: () => store.newId(ID_PREFIX.call) as CallId,
    newSeed: () => randomInt(SEEDS),
    isDown: (uri) => gateways.isDown(uri),
    onUnproven: (what, address) => {
      if (what === 'stranger') metrics.strangers.inc();
      else metrics.authentications.inc({ result: what });
      if (what === 'challenged') log.debug({ event: 'sip.challenged', address });
      else refused.note(what, address);
    },
  });
  const sip: SipServer = new SipServer({
    link: engine.link,
    onInvite: (invite, leg) => desk.receive(invite, leg),
    isAccepting: () => desk.isOpen && sip.isUp,
    isOwnAddress: () => isOwnAddress,
    nowMs: () => clock.now().wall,
    isOwnCall: (callId) => registry.get(callId) !== undefined,
    onLink: (change) => log.info({ event: `sip.link-${change}` }),
    onTraffic: createSipMetrics(metrics.registry),
    onFault: (error, sipCallId) => {
      metrics.faults.inc({ where: 'sip' });
      log.error({ event: 'sip.faulted', sipCallId, err: error });
    },
    onCurious: (what, address) => {
      metrics.oddities.inc({ what });
      refused.note(what, address);
    },
  });
  started.defer(() => sip.close());
  const media = await startMedia({
    config,
    sip,
    clock,
    log,
    pathOf: (id) => promptFiles.pathOf(id),
    onFatal: hooks.onFatal,
  });
  if (media) started.defer(() => media.close());
  if (media) watchMediaServers(metrics.registry, () => media.pool.servers());
  const mediaEngine = media?.engine;
  if (mediaEngine) watchMediaEngine(metrics.registry, () => mediaEngine.counts());
  const audio: AudioWorld | null = media && {
    servers: media.pool,
    recordings,
    promptFile: media.promptFile,
    isKnownZip: (zip) => gazetteer.byZip(zip) !== undefined,
    onTrouble: (callId, error) => {
      metrics.faults.inc({ where: 'media' });
      log.warn({ event: 'media.troubled', callId, err: error });
    },
  };
  const sipAddress = engine.address ?? (await sip.connect());
  if (engine.address) await sip.connect();
  // Not before there is a SIP server to ask them through.
  plan.follow(({ trunks }) => gateways.watch(trunks));
  const watchdog = SipWatchdog.start(sipAddress);
  started.defer(() => watchdog.close());
  const isOwnAddress = ownAddresses(sipAddress, config.SIP_ADVERTISED_HOST);
  if (recovery.closed.length > 0) log.warn({ event: 'store.recovered', calls: recovery.closed.length });
  await takeDownOrphans(sip.orphans, recovery);
  await store.forgetLegs([...recovery.dialogs, ...recovery.pendingLegs].map(({ callId }) => callId));

  const health: Health = {
    live: () => true,
    ready: () => {
      const checks = {
        sip: sip.isUp && watchdog.isAnswering && desk.isOpen ? 'ok' : 'failing',
        store: store.health().ok ? 'ok' : 'failing',
        media: media?.check() ?? 'unused',
      } as const;
      return Promise.resolve({ ready: Object.values(checks).every((check) => check !== 'failing'), checks });
    },
  };
  const webhooks = createWebhooks({ config, store, clock, log, registry: metrics.registry });
  const reader = new ReaderThread({
    file: databaseFileIn(config.TOLLGATE_DATA_DIR),
    nowMs: () => clock.now().mono,
    onDeath: (error) => {
      metrics.faults.inc({ where: 'reader' });
      log.error({ event: 'reader.died', err: error });
    },
    onTrouble: (message) => log.warn({ event: 'reader.troubled', message }),
  });
  started.defer(() => reader.close());
  const api = await createApi({
    ...webhooks.api,
    gatewaysOf: (trunkId) => gateways.gatewaysOf(trunkId),
    resources: freshPlanResources(store.resources, plan),
    calls: store.queries,
    dispositions: store.dispositions,
    proposals: store.proposals,
    currency: config.TOLLGATE_CURRENCY,
    keys: store.keys,
    ledger: store.ledger,
    idempotency: store.idempotency,
    audit: store.audit,
    reader,
    capUse,
    changes: store.changes,
    erasures: {
      ...store.erasures,
      erase: (order) => store.erasures.erase(order, (call) => recordings.removeFiles(call)),
    },
    live: {
      list: () => listLiveCalls(registry),
      hangup: (id) => hangUpLiveCall(registry, id),
      pauseRecording: (id, paused) => pauseRecording(registry, id, paused),
    },
    feed,
    recordings,
    mediaServers: {
      list: () => media?.pool.servers() ?? [],
      drain: (name, draining) => media?.pool.drain(name, draining) ?? false,
    },
    prompts: store.prompts,
    promptFiles,
    decide: async (question) => {
      const at = question.at ?? clock.now().wall;
      const seed = question.seed ?? randomInt(SEEDS);
      return explainRoute({ ...question, at, seed }, plan.current.snapshot, store.readView());
    },
    health,
    metrics: () => metrics.registry.metrics(),
    onAnswered: createHttpMetrics(metrics.registry),
    gazetteer,
    mediaServer: media !== null,
    clock,
    logger: log,
    version: VERSION,
    limits: { requestsPerKeyPerMinute: config.API_RATE_PER_MINUTE },
  });
  started.defer(() => api.close());
  await api.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  webhooks.start();
  started.defer(() => webhooks.stop());
  const retention = startRetention({
    recordings,
    store,
    clock,
    log,
    registry: metrics.registry,
    draw: Math.random,
  });
  started.defer(() => retention.stop());

  const erasing = startErasing({
    days: config.PII_RETENTION_DAYS,
    recordings,
    store,
    clock,
    log,
    registry: metrics.registry,
    draw: Math.random,
  });
  started.defer(() => erasing.stop());
  const lifeSign = setInterval(() => {
    store.calls
      .recordAlive(clock.now().wall)
      .catch((error: unknown) => log.error({ event: 'store.no-life-sign', err: error }));
  }, LIFE_SIGN_EVERY_MS);
  lifeSign.unref();
  started.defer(() => clearInterval(lifeSign));

  const firstAdminKey = await ensureAdminKey(store, config.TOLLGATE_ADMIN_KEY);
  const running = started.move();
  return {
    sip: `${sipAddress.host}:${sipAddress.port}`,
    http: boundAddress(api.server.address(), config.HTTP_HOST),
    firstAdminKey,
    async shutDown() {
      log.info({ event: 'draining', calls: registry.size });
      desk.close();
      const left = await registry.drain(clock, config.DRAIN_TIMEOUT_S * 1_000, DRAIN_GRACE_MS);
      if (left > 0) log.error({ event: 'drain.unfinished', calls: left });
      await running.disposeAsync();
    },
  };
}

/** `host:port` a server is bound to; the host as it was configured, so that links made of it work. */
function boundAddress(address: AddressInfo | string | null, host: string): string {
  return `${host}:${typeof address === 'object' && address ? address.port : ''}`;
}
