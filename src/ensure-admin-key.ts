import { SYSTEM, type AuditedAction } from './store/audit/audit-entry.ts';
import type { Store } from './store/open-store.ts';

/** The name in the list of keys of the one that the setting holds. */
const SETTING = 'TOLLGATE_ADMIN_KEY';

/**
 * Makes the configured admin key work; where there is none and no admin key at all, makes one and returns its secret,
 * which is shown nowhere else. What either changes is in the audit log.
 */
export async function ensureAdminKey(
  { keys, audit, changes }: Pick<Store, 'keys' | 'audit' | 'changes'>,
  configured: string | null,
): Promise<string | null> {
  const audited = <Result>(work: () => Promise<Result>): Promise<Result> =>
    changes.run((change) => audit.watch(MAKING, change), work);

  if (configured !== null) {
    const ensure = () => keys.ensure({ name: SETTING, role: 'admin', secret: configured });
    const works = (await keys.verify(configured))?.role === 'admin';
    await (works ? ensure() : audited(ensure));
    return null;
  }
  for (let page = await keys.list({ limit: 500 }); ; page = await keys.list({ limit: 500, cursor: page.nextCursor })) {
    if (page.data.some(({ role }) => role === 'admin')) return null;
    if (page.nextCursor === null) break;
  }
  return (await audited(() => keys.create({ name: 'first admin key', role: 'admin' }))).key;
}

const MAKING: AuditedAction = { actor: SYSTEM, action: 'create', resource: 'api-keys', resourceId: null };
