import pc from 'picocolors';
import { Ladder, type Rung } from '../test/support/phone/ladder.ts';

const COLUMN = 24;
const MARGIN = 9;

/** A ladder that draws each message as it is said, in fixed columns. A message seen at both ends is drawn once. */
export class LiveLadder extends Ladder {
  readonly #columns: readonly string[];
  readonly #print: (line: string) => void;
  #startMs: number | null = null;

  /** `columns` are the parties from left to right. */
  constructor(columns: readonly string[], print: (line: string) => void) {
    super();
    this.#columns = columns;
    this.#print = print;
  }

  /** Begins a new scene: names the columns and starts its clock anew. */
  begin(): void {
    this.#startMs = null;
    this.#print(pc.dim(' '.repeat(MARGIN) + this.#columns.map((name) => name.padEnd(COLUMN)).join('')));
  }

  override add(rung: Rung): void {
    super.add(rung);
    const other = this.nameOf(rung.peer);
    const [from, to] = rung.direction === 'sent' ? [rung.phone, other] : [other, rung.phone];
    if (rung.message.kind === 'remark') return;
    this.#startMs ??= rung.atMs;
    const time = `${Math.round(rung.atMs - this.#startMs)} ms`.padStart(MARGIN - 2);
    this.#print(`${pc.dim(time)}  ${this.#arrow(from, to, labelOf(rung.message), colourOf(rung.message))}`);
  }

  #arrow(from: string, to: string, label: string, colour: (text: string) => string): string {
    const start = this.#columns.indexOf(from);
    const end = this.#columns.indexOf(to);
    if (start < 0 || end < 0) return `${from} → ${to}: ${label}`;
    const left = Math.min(start, end);
    const width = Math.abs(end - start) * COLUMN - 1;
    const text = ` ${label.length > width - 5 ? `${label.slice(0, width - 6)}…` : label} `;
    const line = text.padStart(Math.floor((width + text.length) / 2), '─').padEnd(width, '─');
    const arrow = end > start ? `${line.slice(0, -1)}▶` : `◀${line.slice(1)}`;
    const rest = this.#columns.length - Math.max(start, end) - 1;
    return `${bars(left)}${pc.dim('│')}${colour(arrow)}${pc.dim('│')}${rest > 0 ? `${' '.repeat(COLUMN - 1)}${bars(rest)}` : ''}`;
  }
}

function bars(count: number): string {
  return `${pc.dim('│')}${' '.repeat(COLUMN - 1)}`.repeat(count);
}

type Message = Exclude<Rung['message'], { kind: 'remark' }>;

function labelOf(message: Message): string {
  const sdp = message.body.startsWith('v=0') ? ' + SDP' : '';
  return message.kind === 'request' ? `${message.method}${sdp}` : `${message.status} ${message.reason}${sdp}`;
}

function colourOf(message: Message): (text: string) => string {
  if (message.kind === 'request') return pc.cyan;
  if (message.status < 200) return pc.dim;
  return message.status < 300 ? pc.green : pc.red;
}
