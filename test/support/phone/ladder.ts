import { headerValue, type SipMessage } from './sip-wire.ts';

/** A phone's own words, where there is no message to show. */
export interface Remark {
  readonly kind: 'remark';
  readonly text: string;
}

/** One message that a phone sent or received, or a remark of the phone's about bytes that were none. */
export interface Rung {
  readonly atMs: number;
  /** The phone that wrote this down. */
  readonly phone: string;
  readonly direction: 'sent' | 'received';
  /** `host:port` of the other side. */
  readonly peer: string;
  readonly message: SipMessage | Remark;
}

/** Everything that phones said, in order. Several phones can write to one ladder. */
export class Ladder {
  readonly rungs: Rung[] = [];
  /** Names by `host:port`: each phone's own, and those the test gives. */
  readonly #names = new Map<string, string>();

  /** Names an address that is no phone, such as the product's. */
  name(address: string, party: string): void {
    this.#names.set(address, party);
  }

  nameOf(address: string): string {
    return this.#names.get(address) ?? address;
  }

  add(rung: Rung): void {
    this.rungs.push(rung);
  }
}

export interface DrawOptions {
  /** Columns from left to right; those that are missing follow in the order they spoke. */
  readonly parties?: readonly string[];
  /** Colours for a terminal. */
  readonly colours?: boolean;
  /** Only what belongs to this Call-ID. */
  readonly callId?: string;
}

interface Arrow {
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly repeated: boolean;
  readonly tone: keyof typeof COLOURS;
}

const COLUMN = 26;
const COLOURS = { request: '\u001B[36m', good: '\u001B[32m', bad: '\u001B[31m', dim: '\u001B[2m' } as const;
const PLAIN = '\u001B[0m';

/** Draws who said what to whom, one line a message, with the milliseconds since the first. */
export function drawLadder(ladder: Ladder, options: DrawOptions = {}): string {
  const arrows = arrowsOf(ladder, options.callId);
  if (arrows.length === 0) return '(nothing was said)';
  const spoke = arrows.flatMap(({ from, to }) => [from, to]);
  const asked = (options.parties ?? []).filter((party) => spoke.includes(party));
  const parties = [...new Set([...asked, ...spoke])];
  const start = arrows[0]?.atMs ?? 0;
  const margin = 9;
  const heading = ' '.repeat(margin) + parties.map((party) => party.slice(0, COLUMN - 2).padEnd(COLUMN)).join('');
  const lines = arrows.map((arrow) => {
    const time = String(Math.round(arrow.atMs - start)).padStart(margin - 3);
    return `${time}   ${drawArrow(arrow, parties, options.colours ?? false)}`.trimEnd();
  });
  return [heading.trimEnd(), ...lines].join('\n');
}

/** A message seen at both ends is drawn once; one that only its receiver wrote down is drawn from there. */
function arrowsOf(ladder: Ladder, callId: string | undefined): Arrow[] {
  const writers = new Set(ladder.rungs.map((rung) => rung.phone));
  const seen = new Set<string>();
  const arrows: Arrow[] = [];
  for (const { atMs, phone, direction, peer, message } of ladder.rungs) {
    const other = ladder.nameOf(peer);
    const [from, to] = direction === 'sent' ? [phone, other] : [other, phone];
    if (message.kind === 'remark') {
      if (callId === undefined) arrows.push({ atMs, from, to, label: message.text, repeated: false, tone: 'bad' });
      continue;
    }
    if (direction === 'received' && writers.has(other)) continue;
    if (callId !== undefined && headerValue(message, 'Call-ID') !== callId) continue;
    const label = labelOf(message);
    const identity = [from, to, label, headerValue(message, 'Via'), headerValue(message, 'CSeq')].join(' ');
    arrows.push({ atMs, from, to, label, repeated: seen.has(identity), tone: toneOf(message) });
    seen.add(identity);
  }
  return arrows;
}

function labelOf(message: SipMessage): string {
  const sdp = message.body.startsWith('v=0') ? ' +SDP' : '';
  if (message.kind === 'request') return `${message.method}${sdp}`;
  const method = headerValue(message, 'CSeq')?.split(' ')[1] ?? '';
  return `${message.status} ${message.reason}${method === 'INVITE' ? '' : ` (${method})`}${sdp}`;
}

function toneOf(message: SipMessage): Arrow['tone'] {
  if (message.kind === 'request') return 'request';
  if (message.status < 200) return 'dim';
  return message.status < 300 ? 'good' : 'bad';
}

function drawArrow({ from, to, label, repeated, tone }: Arrow, parties: readonly string[], colours: boolean): string {
  const start = parties.indexOf(from);
  const end = parties.indexOf(to);
  const left = Math.min(start, end);
  const span = Math.max(1, Math.abs(end - start));
  const width = span * COLUMN - 1;
  const text = ` ${repeated ? `${label} (again)` : label} `.slice(0, width - 4);
  const line = text.padStart(Math.floor((width + text.length) / 2), '─').padEnd(width, '─');
  const arrow = end >= start ? `${line.slice(0, -1)}▶` : `◀${line.slice(1)}`;
  const painted = colours ? `${COLOURS[tone]}${arrow}${PLAIN}` : arrow;
  const gap = ' '.repeat(COLUMN - 1);
  const before = `│${gap}`.repeat(left);
  const after = `│${gap}`.repeat(Math.max(0, parties.length - left - span));
  return `${before}│${painted}${after}`;
}
