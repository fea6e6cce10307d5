import { judgeCall } from '../../domain/billing/judge-call.ts';
import type { Cdr } from '../../domain/call/cdr.ts';
import type { CallId } from '../../domain/ids.ts';
import { toIso, type EpochMs } from '../../domain/time.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { Sqlite } from '../database.ts';
import { toCdr } from './cdr-chain.ts';
import type { CallDialogs } from './dialog-rows.ts';
import { createLifeSign } from './life-sign.ts';
import type { PendingCallLeg } from './pending-leg-rows.ts';
import type { SqliteCalls } from './sqlite-call-store.ts';

/** What a crash left behind. */
export interface Recovery {
  /** Calls that were open and are now closed as `interrupted`. */
  readonly closed: readonly CallId[];
  /** Dialogs that may still be up at the SIP server, of these calls and of any that an earlier recovery left. */
  readonly dialogs: readonly CallDialogs[];
  /** Their INVITEs that nobody is known to have answered. */
  readonly pendingLegs: readonly PendingCallLeg[];
}

export interface CrashRecovery {
  /**
   * Closes every open call: ended at the last proof of life, estimated, never billed without a person. Belongs before
   * the first call of a new process: it takes every open call for a dead one.
   */
  recover(): Promise<Recovery>;
  /** Says that the legs of these calls are down, so that the next recovery won't name them again. */
  forgetLegs(callIds: readonly CallId[]): Promise<void>;
}

export function createCrashRecovery(sqlite: Sqlite, queue: CommitQueue, calls: SqliteCalls): CrashRecovery {
  const { rows, dialogs, pendingLegs, readView, writeSettlement } = calls;
  const lifeSign = createLifeSign(sqlite);
  const openCalls = sqlite.prepare<[], CallId>("SELECT id FROM calls WHERE status = 'open' ORDER BY seq").pluck();

  function closeCall(callId: CallId): void {
    const state = rows.find(callId);
    if (state.status === 'settled') return;
    const ended = interrupted(toCdr(rows.recordText(state.seq)), lifeSign.latest());
    const facts = { callerConfirmed: ended.connectedAt !== null, buyerOverCap: false, publisherOverCap: false };
    writeSettlement(callId, state, () => judgeCall(ended, readView(), facts));
  }

  return {
    async recover() {
      const closed = openCalls.all();
      await Promise.all(
        closed.map((callId) =>
          queue.write('power', () => {
            closeCall(callId);
          }),
        ),
      );
      return { closed, dialogs: dialogs.all(), pendingLegs: pendingLegs.all() };
    },
    forgetLegs(callIds) {
      return queue.write('process', () => {
        for (const callId of callIds) {
          dialogs.forget(callId);
          pendingLegs.forget(callId);
        }
      });
    },
  };
}

/**
 * The record of a call whose process died. Its end is the last instant the process is known to have lived, and not before
 * the latest thing known of the call; how long the two talked is measured on the wall clock, the only one that a restart
 * can read, which is one more reason why nobody is billed for it unseen.
 */
function interrupted(draft: Cdr, aliveAt: EpochMs | null): Cdr {
  const latestKnown = Date.parse(draft.connectedAt ?? draft.receivedAt);
  const endedAtMs = Math.max(latestKnown, aliveAt ?? 0) as EpochMs;
  const endedAt = toIso(endedAtMs);
  return {
    ...draft,
    endedAt,
    talkMs: draft.connectedAt === null ? 0 : endedAtMs - Date.parse(draft.connectedAt),
    outcome: 'interrupted',
    sipStatus: draft.answeredAt === null ? null : 200,
    hangupBy: 'system',
    hangupCause: 'interrupted',
    estimated: true,
    attempts: draft.attempts.map((attempt) => ({ ...attempt, endedAt: attempt.endedAt ?? endedAt })),
  };
}
