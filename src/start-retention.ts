import { Counter, type Registry } from 'prom-client';
import type { Clock } from './calls/ports/clock.ts';
import type { Logger } from './observability/logger.ts';
import type { RegisteredRecording } from './recordings/ports/recording-register.ts';
import type { RecordingFiles } from './recordings/recording-files.ts';
import { Retention } from './recordings/retention.ts';
import { SYSTEM } from './store/audit/audit-entry.ts';
import type { Store } from './store/open-store.ts';

/** Starts to delete recordings when their campaigns say, each with its entry in the audit log; `stop` ends that. */
export function startRetention(parts: {
  readonly recordings: Pick<RecordingFiles, 'removeExpired'>;
  readonly store: Pick<Store, 'audit' | 'changes'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
  readonly draw: () => number;
}): { stop(): Promise<void> } {
  const { recordings, store, clock, log, registry, draw } = parts;
  const expired = new Counter({
    name: 'tollgate_recordings_expired_total',
    help: 'Recordings deleted because their campaigns keep them no longer',
    registers: [registry],
  });

  function note(removed: unknown): void {
    if (!isRecording(removed)) return;
    const { id, callId, durationMs } = removed;
    const action = { actor: SYSTEM, action: 'expire-recording', resource: 'calls', resourceId: callId };
    store.audit.note(action, { recording: { id, durationMs } }, null);
  }

  const retention = new Retention({
    clock,
    draw,
    removeExpired: () =>
      store.changes.run(
        (work) => {
          const result = work();
          note(result);
          return result;
        },
        () => recordings.removeExpired(),
      ),
    onRemoved(count) {
      expired.inc(count);
      log.info({ event: 'recordings.expired', count });
    },
    onFault: (error) => log.error({ event: 'recordings.not-expired', err: error }),
  });
  retention.start();
  return retention;
}

/** The one thing that is written while expired recordings are deleted; nothing, where somebody else was faster. */
function isRecording(written: unknown): written is RegisteredRecording {
  return typeof written === 'object' && written !== null && 'callId' in written;
}
