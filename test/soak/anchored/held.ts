import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { heldRows } from '../../crash/books.ts';
import type { TollgateProcess } from '../../support/tollgate-process.ts';

/** What is counted one by one: it must come back to exactly what it was. */
const GAUGES = [
  'calls_live',
  'sip_dialogs',
  'media_channels',
  'media_rtp_ports',
  'media_playbacks',
  'media_recordings',
  'media_event_sockets',
  'media_dialogs',
] as const;

/** SIP keeps these for 64·T1 after their end (RFC 3261 §17), and Tollgate's own OPTIONS are among them. */
const TRANSACTIONS = ['media_transactions', 'sip_transactions'] as const;

/** As many transactions as OPTIONS to ourselves and to gateways may keep. */
const OWN_TRANSACTIONS = 25;

/** As many sockets as whoever asks over HTTP may keep open; those of calls are also counted one by one, above. */
const HTTP_SOCKETS = 4;

/** What calls make the product hold. */
export type Held = Readonly<Record<string, number>>;

/** What it holds at this moment, by its metrics, its database and its process. */
export async function heldBy(tollgate: TollgateProcess): Promise<Held> {
  const metrics = (await tollgate.api('GET', '/metrics')) as string;
  const sumOf = (name: string, labels = String.raw`(?:\{[^}]*\})?`): number => {
    const series = [...metrics.matchAll(new RegExp(String.raw`^tollgate_${name}${labels} (\S+)$`, 'gm'))];
    if (!metrics.includes(`# TYPE tollgate_${name} `)) throw new Error(`/metrics has no tollgate_${name}`);
    return series.reduce((sum, [, value]) => sum + Number(value), 0);
  };
  const { pid } = tollgate.process.child;
  if (pid === undefined) throw new Error('the product has ended');
  return {
    ...Object.fromEntries([...GAUGES, ...TRANSACTIONS, 'media_server_calls'].map((name) => [name, sumOf(name)])),
    ...heldRows(tollgate.dataDir),
    ...descriptorsOf(pid),
    // Of a counter that has never counted there is no series yet. What can't be played any more as a call ends is no defect.
    faults: sumOf('faults_total', String.raw`\{where="(?!media")[^"]*"\}`),
  };
}

/** What has grown since, and by how much it may not have. Transactions are looked at only where they had time to go. */
export function growthOf(before: Held, now: Held, withTransactions: boolean): string[] {
  return Object.entries(now).flatMap(([name, count]) => {
    const isTransactions = (TRANSACTIONS as readonly string[]).includes(name);
    if (isTransactions && !withTransactions) return [];
    const spare = name === 'fd sockets' ? HTTP_SOCKETS : 0;
    const allowed = name === 'sip_transactions' ? OWN_TRANSACTIONS : (before[name] ?? 0) + spare;
    return count > allowed ? [`${name}: ${before[name] ?? 0} before, ${count} after`] : [];
  });
}

/** Memory of a process that lies in RAM, in bytes (Linux). */
export function residentBytes(pid: number): number {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1_024;
}

/** Open descriptors by kind. */
function descriptorsOf(pid: number): Record<string, number> {
  const count = { 'fd recordings': 0, 'fd prompts': 0, 'fd sockets': 0, 'fd others': 0 };
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const target = targetOf(`/proc/${pid}/fd/${fd}`);
    if (target === null) continue;
    if (target.startsWith('socket:')) count['fd sockets'] += 1;
    else if (target.includes('/recordings/')) count['fd recordings'] += 1;
    else if (target.endsWith('.wav')) count['fd prompts'] += 1;
    else count['fd others'] += 1;
  }
  return count;
}

/** Where a descriptor leads; null where it has gone while we looked. */
function targetOf(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
