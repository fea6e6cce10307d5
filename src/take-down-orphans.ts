import type { OrphanLegs } from './sip/orphan-legs.ts';
import type { Recovery } from './store/calls/recover-open-calls.ts';

/** What the parties of an interrupted call read as its Reason. */
const CAUSE = 'interrupted';

/**
 * Takes down what a process that died has left at the SIP server: dialogs are BYEd; INVITEs without an answer are
 * cancelled, or refused where they are a caller's, and then BYEd all the same, for they may have been answered since.
 */
export async function takeDownOrphans(orphans: OrphanLegs, { dialogs, pendingLegs }: Recovery): Promise<void> {
  const confirmed = dialogs.flatMap(({ callerDialogId, buyerDialogId }) => [callerDialogId, buyerDialogId]);
  await Promise.all([
    ...confirmed.map((dialogId) => orphans.hangUp(dialogId, CAUSE)),
    ...pendingLegs.map(async ({ side, transactionId, dialogId }) => {
      if (side === 'buyer') await orphans.cancel(transactionId, CAUSE);
      else await orphans.refuse(transactionId);
      await orphans.hangUp(dialogId, CAUSE);
    }),
  ]);
}
