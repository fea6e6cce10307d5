import type { Registry } from 'prom-client';
import type { ApiDeps } from './api/ports.ts';
import type { Clock } from './calls/ports/clock.ts';
import type { Config } from './config/load-config.ts';
import { webhookUrlProblem } from './domain/webhooks/webhook-url.ts';
import { createDeliveryEvents } from './observability/delivery-events.ts';
import type { Logger } from './observability/logger.ts';
import type { Store } from './store/open-store.ts';
import { VERSION } from './version.ts';
import { DeliveryWorker } from './webhooks/delivery-worker.ts';
import { pingWebhook } from './webhooks/ping-webhook.ts';
import { createPoster } from './webhooks/post-event.ts';

/** How long posts in flight get to be answered when the product stops; what is called off is posted at the next start. */
const GRACE_MS = 5_000;

const DAY_MS = 86_400_000;

/** Webhooks, put together. */
export interface Webhooks {
  /** What the API asks of them. */
  readonly api: Pick<ApiDeps, 'webhooks' | 'deliveryLog' | 'pingWebhook' | 'webhookUrlProblem' | 'conversions'>;
  /** Delivers from now on, what an earlier process has left first. */
  start(): void;
  /** Delivers no more. */
  stop(): Promise<void>;
}

export function createWebhooks(parts: {
  readonly config: Pick<Config, 'WEBHOOK_ALLOW_HOSTS' | 'WEBHOOK_KEEP_DAYS'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
}): Webhooks {
  const { config, store, clock, log, registry } = parts;
  const now = () => clock.now().wall;
  const allowedHosts = new Set(config.WEBHOOK_ALLOW_HOSTS);
  const poster = createPoster({ clock, allowedHosts, version: VERSION });
  const worker = new DeliveryWorker({
    store: store.deliveries,
    poster,
    clock,
    observer: createDeliveryEvents(log, registry, { since: () => store.deliveries.pendingSince(), now }),
    draw: Math.random,
    keepMs: config.WEBHOOK_KEEP_DAYS * DAY_MS,
  });
  return {
    api: {
      webhooks: store.webhooks,
      deliveryLog: store.deliveryLog,
      conversions: store.conversions,
      pingWebhook: (id) => pingWebhook(id, { store: store.deliveries, poster, newId: store.newId, now }),
      webhookUrlProblem: (url) => webhookUrlProblem(url, allowedHosts),
    },
    start: () => worker.start(),
    async stop() {
      await worker.stop(GRACE_MS);
      await poster.close();
    },
  };
}
