import type { Ani } from '../numbers/e164.ts';
import type { BlocklistEntry } from '../plan/blocklist-entry.ts';
import type { EpochMs } from '../time.ts';
import type { RoutingSnapshot } from './routing-snapshot.ts';

/** The blocklist's longest entry in force that begins the caller's number. */
export declare function findBlock(snapshot: RoutingSnapshot, ani: Ani, now: EpochMs): BlocklistEntry | undefined;
