import { checkCaps } from '../domain/routing/check-caps.ts';
import type { RoutingSnapshot } from '../domain/routing/routing-snapshot.ts';
import type { EpochMs } from '../domain/time.ts';
import type { OverCap } from './settle-call.ts';

/**
 * Says whether a settling call would pass a soft cap of its route, destination or buyer. A soft cap lets calls begin
 * while others are still in progress, so more may come to be billable than it allows; those past it are not billed.
 * Strict caps hold at admission.
 */
export function softCapsOf(snapshot: () => RoutingSnapshot): OverCap {
  return (cdr, usage) => {
    const line = cdr.routeId === null ? undefined : snapshot().routeById.get(cdr.routeId);
    if (!line || cdr.connectedAt === null) return { buyer: false, publisher: false };
    const now = Date.parse(cdr.receivedAt) as EpochMs;
    const soft = line.caps.filter((check) => check.kind === 'counted' && check.soft);
    const full = checkCaps(soft, { usage, windows: line.windows, now, costMicros: 0 }) !== null;
    return { buyer: full, publisher: false };
  };
}
