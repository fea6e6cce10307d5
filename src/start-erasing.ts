import { Counter, type Registry } from 'prom-client';

import type { Clock } from './calls/ports/clock.ts';
import type { Logger } from './observability/logger.ts';
import type { RecordingFiles } from './recordings/recording-files.ts';
import { Retention } from './recordings/retention.ts';
import type { Store } from './store/open-store.ts';

/**
 * Starts to erase who made calls that are older than is kept, some at a time; `stop` ends that. Where they are kept for
 * ever, it still sees to it that what was erased on demand is not left in the write-ahead log.
 */
export function startErasing(parts: {
  /** `PII_RETENTION_DAYS`; 0 for ever. */
  readonly days: number;
  readonly recordings: Pick<RecordingFiles, 'removeFiles'>;
  readonly store: Pick<Store, 'erasures'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
  readonly draw: () => number;
}): { stop(): Promise<void> } {
  const { days, recordings, store, clock, log, registry, draw } = parts;
  const erasedCalls = new Counter({
    name: 'tollgate_calls_erased_total',
    help: 'Calls whose callers were erased because they are older than PII_RETENTION_DAYS',
    registers: [registry],
  });

  const retention = new Retention({
    clock,
    draw,
    async removeExpired() {
      const erased = days === 0 ? 0 : await store.erasures.eraseOlder(days, (call) => recordings.removeFiles(call));
      // Once, when all is done: it takes as long as a checkpoint.
      if (erased === 0 && !(await store.erasures.sweep())) log.info({ event: 'erasures.not-swept' });
      return erased;
    },
    onRemoved(count) {
      erasedCalls.inc(count);
      log.info({ event: 'callers.erased', count });
    },
    onFault: (error) => log.error({ event: 'callers.not-erased', err: error }),
  });
  retention.start();
  return retention;
}
