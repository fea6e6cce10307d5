import type { WebhookEventType } from '../../domain/webhooks/webhook-event.ts';
import type { Sqlite } from '../database.ts';

/** Which events any webhook wants, so that calls ask nothing of the database while none does. */
export interface WantedEvents {
  /** For the inside of a transaction. True where no webhook wants it any more may happen; the reverse never does. */
  has(type: WebhookEventType): boolean;
  /** Runs a write that changes webhooks. Until it is committed or undone, every question goes to the database. */
  during<Result>(write: () => Promise<Result>): Promise<Result>;
}

export function createWantedEvents(sqlite: Sqlite): WantedEvents {
  const read = sqlite
    .prepare<[], string>(
      `SELECT DISTINCT value FROM webhooks, json_each(webhooks.events)
       WHERE enabled = 1 AND removed_at IS NULL`,
    )
    .pluck();
  let known: ReadonlySet<string> | undefined;
  let changing = 0;

  return {
    has(type) {
      // Writes of one batch are committed or undone together: what is read among them may not outlive them.
      if (changing > 0) return read.all().includes(type);
      known ??= new Set(read.all());
      return known.has(type);
    },
    async during(write) {
      changing += 1;
      known = undefined;
      try {
        return await write();
      } finally {
        changing -= 1;
      }
    },
  };
}
