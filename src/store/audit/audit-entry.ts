import type { IsoInstant } from '../../domain/time.ts';
import type { ApiRole } from '../api-keys.ts';

/** A change as it was asked for. */
export interface AuditedAction {
  /** `system` for what the product does by itself. */
  readonly actor: { readonly keyId: string; readonly role: ApiRole | 'system' };
  /** `create`, `update`, `delete`, or the last part of the path: `refund`, `payments`, `hangup` … */
  readonly action: string;
  /** The collection: `buyers`, `calls` … */
  readonly resource: string;
  /** Null for what is made, until it is. */
  readonly resourceId: string | null;
}

/** The actor of what the product does by itself. */
export const SYSTEM = { keyId: 'system', role: 'system' } as const satisfies AuditedAction['actor'];

/** One change. Secrets are masked. */
export interface AuditEntry extends AuditedAction {
  readonly id: string;
  readonly at: IsoInstant;
  /** How it stood; null where there was nothing, or nothing of it was changed. */
  readonly before: unknown;
  /** How it stood then; what came of the action where the thing itself was not changed; null where it is gone. */
  readonly after: unknown;
}
