import type { EventStream } from '../channel/engine-event.ts';
import type { EngineIdentity } from '../channel/engine-identity.ts';
import type { Channels } from '../channel/channels.ts';
import { upTimeText, type EngineLoad } from './engine-load.ts';

/** What a heartbeat tells of. */
export interface HeartbeatSubject {
  readonly identity: EngineIdentity;
  readonly events: EventStream;
  readonly channels: Channels;
  readonly load: EngineLoad;
}

/** Tells every so often how the engine is; the answer ends it. */
export function startHeartbeat(subject: HeartbeatSubject, intervalMs: number): () => void {
  const timer = setInterval(() => beat(subject), intervalMs);
  return () => clearInterval(timer);
}

function beat({ identity, events, channels, load }: HeartbeatSubject): void {
  load.measure();
  const headers = identity.headers('HEARTBEAT');
  const told: Record<string, string | number> = {
    'Event-Info': 'System Ready',
    'Up-Time': upTimeText(identity.uptimeMs),
    'Uptime-msec': Math.floor(identity.uptimeMs),
    'Session-Count': load.sessionCount,
    'Max-Sessions': load.maxSessions,
    'Session-Per-Sec': load.maxPerSecond,
    'Session-Per-Sec-Last': load.perSecond,
    'Session-Since-Startup': channels.everCount,
    'Session-Peak-Max': channels.peak,
    'Idle-CPU': load.idleCpu.toFixed(6),
  };
  for (const [name, value] of Object.entries(told)) headers.set(name, String(value));
  events.publish({ name: 'HEARTBEAT', headers });
}
