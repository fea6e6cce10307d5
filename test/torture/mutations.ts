import { seededRandom } from '../../src/domain/routing/seeded-random.ts';

/** Chance that a seed decides. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seededRandom(seed);
  }

  /** An integer of 0 … `limit` − 1. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** True so often, of 1. */
  chance(share: number): boolean {
    return this.#next() < share;
  }

  /** One of a list that isn't empty. */
  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }
}

/** One way to damage a message; `others` are whole messages to take parts of. */
type Mutation = (bytes: Buffer, dice: Dice, others: readonly Buffer[]) => Buffer;

/** Numbers that overflow something: 8, 16, 31, 32, 53, 64 bits, a sign, a fraction, an exponent, more digits than any. */
const NUMBERS = ['0', '-1', '255', '256', '65535', '65536', '2147483647', '2147483648', '4294967295', '4294967296']
  .concat(['9007199254740993', '18446744073709551616', '1e9', '0x10', '1.5', '007', '9'.repeat(400)])
  .map((text) => Buffer.from(text));

/** Text beyond ASCII, well formed and not: a flag, a right-to-left mark, a cut sequence, a surrogate, white space. */
const TEXTS = ['é', '漢字', '🏴‍☠️', '\u202E', '\u00A0', '\u2028', '\uFEFF']
  .map((text) => Buffer.from(text))
  .concat([Buffer.from([0xc3]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xf8, 0x88, 0x80, 0x80, 0x80])]);

/** What separates, opens, closes, escapes or ends in SIP and SDP. */
const MARKS = ['"', '\\', '\\"', '"""', '<', '>', '<<', '<>', ',', ';', ';;', '=', ':', '@', '?', '%', '%00', '%zz']
  .concat(['|', '#', '/', '[', ']', '(', ')', '*', ' ', '\t', '\r', '\n', '\r\n', '\r\n\r\n', '\r\n ', '\n\n'])
  .map((text) => Buffer.from(text));

/** Whole header lines that change what a message means, or that a careless table of headers trips over. */
const HEADERS = [
  'Content-Length: 0',
  'Content-Length: 9999999',
  'l: -1',
  'Content-Type: multipart/mixed;boundary=x',
  'Content-Encoding: gzip',
  'Require: 100rel, timer, path',
  'RSeq: 1',
  'RAck: 1 1 INVITE',
  'Session-Expires: 1;refresher=uas',
  'Min-SE: 99999999999',
  'Max-Forwards: 0',
  'Expires: -5',
  'Route: <sip:127.0.0.1:9;lr>',
  'Record-Route: <sip:127.0.0.1:9;lr>, <sip:[::1]:9;lr>',
  'Contact: *',
  'Contact: <sip:127.0.0.1:1>',
  'To: <sip:x@127.0.0.1>;tag=1',
  'P-Asserted-Identity: "sip:1@2" <tel:+1>',
  'Privacy: id',
  'Reason: SIP;cause=99999;text="\\""',
  'Replaces: a;to-tag=b;from-tag=c',
  'WWW-Authenticate: Digest realm="',
  'Proxy-Authenticate: Digest realm="x", nonce="\\", qop=auth-int',
  '__proto__: x',
  'constructor: x',
  'hasOwnProperty: x',
  'C%6Fntact: <sip:x@127.0.0.1>',
  'X-Tollgate-Call-Id: call_00000000000000000000000000',
].map((line) => Buffer.from(line));

/** Lines that break a session description, or one who believes it. */
const SDP_LINES = ['m=audio 0 RTP/AVP', 'm=audio 99999 RTP/SAVP 0', 'm=video 1 RTP/AVP 96', 'c=IN IP4 256.1.1.1']
  .concat(['c=IN IP6 ::', 'o=', 'o=- 99999999999999999999 1 IN IP4 x', 'v=1', 't=-1 -1', 'a=rtpmap:', 'a='])
  .concat(['a=fmtp:' + '1'.repeat(3_000), 'b=AS:-1', 's=', 'k=clear:x', '='])
  .map((line) => Buffer.from(line));

/** The bytes with those of `from` … `to` replaced. */
const replaced = (bytes: Buffer, from: number, to: number, by: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]);

/** A place in the bytes, or their end. */
const placeIn = (bytes: Buffer, dice: Dice): number => dice.below(bytes.length + 1);

/** Up to `most` bytes of a message: where they begin and end. */
function stretchOf(bytes: Buffer, dice: Dice, most: number): [from: number, to: number] {
  const from = placeIn(bytes, dice);
  return [from, Math.min(bytes.length, from + dice.below(most + 1))];
}

/** Head and body, cut at the first empty line. */
function halves(bytes: Buffer): { head: string[]; body: Buffer } {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.toString('latin1', 0, end < 0 ? bytes.length : end).split('\r\n');
  return { head, body: end < 0 ? Buffer.alloc(0) : bytes.subarray(end + 4) };
}

const whole = (head: readonly string[], body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);

/** Changes the lines after the start line; a message without any stays as it is. */
function withLines(bytes: Buffer, change: (lines: string[]) => void): Buffer {
  const { head, body } = halves(bytes);
  const [start = '', ...lines] = head;
  if (lines.length > 0) change(lines);
  return whole([start, ...lines], body);
}

/** Changes the body and, so that it is read at all, its Content-Length. */
function withBody(bytes: Buffer, change: (lines: string[]) => string[]): Buffer {
  const { head, body } = halves(bytes);
  const changed = Buffer.from(change(body.toString('latin1').split('\r\n')).join('\r\n'), 'latin1');
  return whole(
    head.map((line) => (/^(content-length|l)\s*:/i.test(line) ? `Content-Length: ${changed.length}` : line)),
    changed,
  );
}

/** Every way there is, by name. */
export const MUTATIONS = {
  flipBit(bytes, dice) {
    const copy = Buffer.from(bytes);
    const at = dice.below(Math.max(1, copy.length));
    copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8));
    return copy;
  },
  setByte: (bytes, dice) => {
    const at = placeIn(bytes, dice);
    return replaced(bytes, at, at + 1, Buffer.from([dice.below(256)]));
  },
  truncate: (bytes, dice) => bytes.subarray(0, placeIn(bytes, dice)),
  cutOut: (bytes, dice) => replaced(bytes, ...stretchOf(bytes, dice, 60), Buffer.alloc(0)),
  repeat(bytes, dice) {
    const [from, to] = stretchOf(bytes, dice, 60);
    const times = dice.chance(0.1) ? 200 : 1 + dice.below(4);
    return replaced(bytes, to, to, Buffer.concat(Array.from({ length: times }, () => bytes.subarray(from, to))));
  },
  insertNul: (bytes, dice) => {
    const at = placeIn(bytes, dice);
    return replaced(bytes, at, at, Buffer.alloc(1 + dice.below(3)));
  },
  insertMark: (bytes, dice) => {
    const at = placeIn(bytes, dice);
    return replaced(bytes, at, at, dice.pick(MARKS));
  },
  insertText: (bytes, dice) => {
    const at = placeIn(bytes, dice);
    return replaced(bytes, at, at, dice.pick(TEXTS));
  },
  nestQuotes(bytes, dice) {
    const [from, to] = stretchOf(bytes, dice, 40);
    const depth = 1 + dice.below(30);
    const quoted = Buffer.concat([
      Buffer.from('"\\'.repeat(depth)),
      bytes.subarray(from, to),
      Buffer.from('"'.repeat(depth)),
    ]);
    return replaced(bytes, from, to, quoted);
  },
  changeNumber(bytes, dice) {
    const numbers = Array.from(bytes.toString('latin1').matchAll(/\d+/g));
    if (numbers.length === 0) return bytes;
    const number = dice.pick(numbers);
    return replaced(bytes, number.index, number.index + number[0].length, dice.pick(NUMBERS));
  },
  shuffleHeaders: (bytes, dice) =>
    withLines(bytes, (lines) => {
      for (let i = lines.length - 1; i > 0; i--) {
        const j = dice.below(i + 1);
        [lines[i], lines[j]] = [lines[j] ?? '', lines[i] ?? ''];
      }
    }),
  dropHeader: (bytes, dice) => withLines(bytes, (lines) => void lines.splice(dice.below(lines.length), 1)),
  repeatHeader: (bytes, dice) =>
    withLines(bytes, (lines) => {
      const line = dice.pick(lines);
      const times = dice.chance(0.05) ? 300 : 1;
      for (let i = 0; i < times; i++) lines.splice(dice.below(lines.length), 0, line);
    }),
  addHeader: (bytes, dice) =>
    withLines(bytes, (lines) => void lines.splice(dice.below(lines.length + 1), 0, dice.pick(HEADERS).toString())),
  swapHeader: (bytes, dice, others) =>
    withLines(bytes, (lines) => {
      const [, ...theirs] = halves(dice.pick(others)).head;
      lines[dice.below(lines.length)] = theirs[dice.below(Math.max(1, theirs.length))] ?? '';
    }),
  growHeader: (bytes, dice) =>
    withLines(bytes, (lines) => {
      const at = dice.below(lines.length);
      const filling = dice.pick(['x', ' ', ';', '; ', ',', '"', '\\', '<', 'a=b;', '\r\n ', '\r\n \t;']);
      lines[at] = `${lines[at]}${filling.repeat(dice.below(dice.chance(0.1) ? 20_000 : 600))}`;
    }),
  changeMethod(bytes, dice) {
    const { head, body } = halves(bytes);
    const method = dice
      .pick(['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'PRACK', 'UPDATE', 'INFO', 'B%59E'])
      .concat(dice.chance(0.1) ? 'X' : '');
    const changed = head.map((line, i) =>
      i === 0 ? line.replace(/^\S+/, method) : line.replace(/^(CSeq\s*:\s*\d+\s+)\S+/i, `$1${method}`),
    );
    return whole(changed, body);
  },
  damageSdp: (bytes, dice) =>
    withBody(bytes, (lines) => {
      const at = dice.below(lines.length);
      const line = dice.pick(SDP_LINES).toString();
      return dice.chance(0.5) ? lines.toSpliced(at, 1, line) : lines.toSpliced(at, dice.below(3));
    }),
  splice(bytes, dice, others) {
    const other = dice.pick(others);
    return Buffer.concat([bytes.subarray(0, placeIn(bytes, dice)), other.subarray(placeIn(other, dice))]);
  },
  append: (bytes, dice, others) => Buffer.concat([bytes, dice.pick(others)]),
} as const satisfies Record<string, Mutation>;

const EVERY: readonly Mutation[] = Object.values(MUTATIONS);

/** The most that one UDP datagram carries over IPv4. */
const LARGEST_DATAGRAM = 65_507;

/** A message of the list with one to five mutations, one most often: what is damaged least gets farthest. */
export function mutate(message: Buffer, dice: Dice, others: readonly Buffer[]): Buffer {
  let bytes = message;
  do bytes = dice.pick(EVERY)(bytes, dice, others);
  while (dice.chance(0.4));
  return bytes.subarray(0, LARGEST_DATAGRAM);
}
