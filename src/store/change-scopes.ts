import { AsyncLocalStorage } from 'node:async_hooks';

import type { CommitQueue } from './commit-queue.ts';

/** Runs a write inside its transaction, and with it whatever must be committed or undone together with it. */
export type ChangeScope = <Result>(work: () => Result) => Result;

export interface ChangeScopes {
  /** The queue, seen by those whose writes are changes that somebody asked for. */
  readonly queue: CommitQueue;
  /**
   * Runs `next`, and lets `scope` take part in every write of `queue` that `next` or anything it waits for asks for.
   * A scope within another one runs inside it.
   */
  run<Result>(scope: ChangeScope, next: () => Result): Result;
}

/**
 * Lets the edge of the product add to the transaction of a change (who did it, what was answered) without any store or
 * route in between passing it along: what nobody passes along, nobody forgets.
 */
export function createChangeScopes(queue: CommitQueue): ChangeScopes {
  const scopes = new AsyncLocalStorage<ChangeScope>();
  return {
    queue: {
      ...queue,
      write(durability, work, sharing) {
        // Taken now: the commit comes later, and from elsewhere.
        const scope = scopes.getStore();
        return queue.write(durability, scope === undefined ? work : () => scope(work), sharing);
      },
    },
    run(scope, next) {
      const outer = scopes.getStore();
      return scopes.run(outer === undefined ? scope : (work) => outer(() => scope(work)), next);
    },
  };
}
