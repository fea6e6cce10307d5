import type { CallId } from '../../domain/ids.ts';
import type { Sqlite } from '../database.ts';

/** Both dialogs of a connected call, as the SIP server knows them. */
export interface CallDialogs {
  readonly callId: CallId;
  readonly callerDialogId: string;
  readonly buyerDialogId: string;
}

export interface DialogRows {
  keep(dialogs: CallDialogs): void;
  forget(callId: CallId): void;
  all(): readonly CallDialogs[];
}

/** Dialogs of calls that are up: what a restart finds here, it must BYE. */
export function createDialogRows(sqlite: Sqlite): DialogRows {
  const keep = sqlite.prepare<[CallDialogs]>(
    `INSERT INTO call_dialogs (call_id, caller_dialog_id, buyer_dialog_id)
     VALUES (@callId, @callerDialogId, @buyerDialogId)
     ON CONFLICT (call_id) DO UPDATE
     SET caller_dialog_id = excluded.caller_dialog_id, buyer_dialog_id = excluded.buyer_dialog_id`,
  );
  const forget = sqlite.prepare<[string]>('DELETE FROM call_dialogs WHERE call_id = ?');
  const all = sqlite.prepare<[], CallDialogs>(
    `SELECT call_id AS callId, caller_dialog_id AS callerDialogId, buyer_dialog_id AS buyerDialogId
     FROM call_dialogs ORDER BY call_id`,
  );
  return {
    keep(dialogs) {
      keep.run(dialogs);
    },
    forget(callId) {
      forget.run(callId);
    },
    all: () => all.all(),
  };
}
