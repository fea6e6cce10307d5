import { Counter, Gauge, type Registry } from 'prom-client';
import type { EpochMs } from '../domain/time.ts';
import type { DeliveryObserver } from '../webhooks/ports/delivery-observer.ts';
import type { Logger } from './logger.ts';

/**
 * Tells the log and the counters what becomes of deliveries. A webhook's URL stays out of the log: it may hold a token.
 *
 * @param pending.since read at each scrape: when the delivery that has waited longest began to
 */
export function createDeliveryEvents(
  log: Logger,
  registry: Registry,
  pending: { readonly since: () => EpochMs | null; readonly now: () => EpochMs },
): DeliveryObserver {
  const deliveries = new Counter({
    name: 'tollgate_webhook_posts_total',
    help: 'Posts to webhooks by result: delivered, retry, or dead where it was the last; gave-up are deliveries without one',
    labelNames: ['result'],
    registers: [registry],
  });
  const switchedOff = new Counter({
    name: 'tollgate_webhooks_disabled_total',
    help: 'Webhooks that were switched off by themselves',
    labelNames: ['reason'],
    registers: [registry],
  });
  const oldest = new Gauge({
    name: 'tollgate_webhook_oldest_pending_seconds',
    help: 'How long the oldest delivery that is not made yet has waited, 0 where none waits',
    registers: [registry],
    collect() {
      const since = pending.since();
      this.set(since === null ? 0 : Math.max(0, pending.now() - since) / 1_000);
    },
  });
  // It lives by its registration.
  void oldest;

  return {
    posted({ result, ...post }) {
      deliveries.inc({ result });
      if (result === 'delivered') log.debug({ event: 'webhook.delivered', ...post });
      else if (result === 'retry') log.info({ event: 'webhook.failed', ...post });
      else log.warn({ event: 'webhook.dead', ...post });
    },
    gaveUp(count) {
      deliveries.inc({ result: 'gave-up' }, count);
      log.warn({ event: 'webhook.gave-up', deliveries: count });
    },
    disabled(webhookId, reason) {
      switchedOff.inc({ reason });
      log.warn({ event: 'webhook.disabled', webhookId, reason });
    },
    faulted(error) {
      log.error({ event: 'webhook.faulted', err: error });
    },
  };
}
