import type { AuditedAction } from '../store/audit/audit-entry.ts';

/** Who the audit log says did what a command does in the store: whoever can write the data folder may do anything. */
export const COMMAND_LINE: AuditedAction['actor'] = { keyId: 'command-line', role: 'admin' };
