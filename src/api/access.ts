import type { ApiRole } from '../store/api-keys.ts';

/** What an operation asks of a key. Every operation names one; `public` asks for none. */
export type Access =
  | 'public'
  | 'configuration:read'
  | 'configuration:write'
  | 'calls:read'
  | 'calls:own'
  | 'calls:buyer-side'
  | 'calls:control'
  | 'calls:review'
  | 'ledger:read'
  | 'ledger:write'
  | 'statements:buyer'
  | 'statements:publisher'
  | 'reports:own'
  | 'routing:explain'
  | 'keys:manage'
  | 'webhooks:read'
  | 'webhooks:manage'
  | 'audit:read'
  | 'callers:erase'
  | 'self';

type Holder = 'admin' | 'operator' | 'viewer' | 'buyer' | 'publisher';

/**
 * Who may do what, all of it. A viewer may ask how a call would be routed: nothing changes by it. The keys of buyers
 * and publishers open no operation that isn't cut down to their own calls.
 */
const HOLDERS: Readonly<Record<Exclude<Access, 'public'>, readonly Holder[]>> = {
  'configuration:read': ['admin', 'operator', 'viewer'],
  'configuration:write': ['admin', 'operator'],
  'calls:read': ['admin', 'operator', 'viewer'],
  'calls:own': ['admin', 'operator', 'viewer', 'buyer', 'publisher'],
  'calls:buyer-side': ['admin', 'operator', 'viewer', 'buyer'],
  'calls:control': ['admin', 'operator'],
  'calls:review': ['admin', 'operator', 'buyer'],
  'ledger:read': ['admin', 'operator', 'viewer'],
  'ledger:write': ['admin', 'operator'],
  'statements:buyer': ['admin', 'operator', 'viewer', 'buyer'],
  'statements:publisher': ['admin', 'operator', 'viewer', 'publisher'],
  'reports:own': ['admin', 'operator', 'viewer', 'buyer', 'publisher'],
  'routing:explain': ['admin', 'operator', 'viewer'],
  'keys:manage': ['admin'],
  'webhooks:read': ['admin', 'viewer'],
  'webhooks:manage': ['admin'],
  'audit:read': ['admin'],
  'callers:erase': ['admin'],
  self: ['admin', 'operator', 'viewer', 'buyer', 'publisher'],
};

/** The kinds of role that have this access, for documents and messages. */
export function holdersOf(access: Exclude<Access, 'public'>): readonly string[] {
  return HOLDERS[access];
}

/** Whether a key of this role may do what asks for this access. */
export function isAllowed(role: ApiRole, access: Access): boolean {
  if (access === 'public') return true;
  const kind = role.split(':', 1)[0];
  return HOLDERS[access].some((holder) => holder === kind);
}
