import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseContacts } from './contact.ts';
import { isToken } from './grammar.ts';
import { MAX_HEADER_FIELDS, MAX_MESSAGE_BYTES } from './message-limits.ts';
import { parseMessage } from './parse-message.ts';
import { serializeMessage } from './serialize-message.ts';
import type { ParseResult, SipMessage } from './sip-message.ts';
import { StreamFramer } from './stream-framer.ts';
import { validateRequest } from './validate-request.ts';
import { responseDefect } from './validate-response.ts';

const FOLDER = new URL('../../../../test/support/rfc4475/', import.meta.url);
const SEED = 0x5_1_9;
const ROUNDS = 40_000;

/** Pieces that break parsers: separators, half line ends, lengths, an unfinished escape, bytes that are no UTF-8. */
const NASTY = ['\r\n', '\r', '\n', '\r\n\r\n', '\0', '"', '<', '>', ',', ';', ':', '=', '@', '%', '\\', ' ', '\t', '[']
  .concat(['\r\nl: 5', '\r\nContent-Length: 99999999999999999999', '\r\n folded', 'SIP/2.0', '\u00FF\u00FE', '\u00C3'])
  .map((text) => Buffer.from(text, 'latin1'));

/** mulberry32: small, seeded, and the same everywhere. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const CORPUS = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.dat'))
  .toSorted()
  .map((file) => readFileSync(new URL(file, FOLDER)));

/** One to six mutations of a message, some of them with parts of another. */
function mutate(random: (below: number) => number): Buffer {
  let bytes = Buffer.from(CORPUS[random(CORPUS.length)] ?? '');
  for (let count = 1 + random(6); count > 0; count--) {
    const at = random(bytes.length + 1);
    const before = bytes.subarray(0, at);
    const length = random(1 + Math.min(40, bytes.length - at));
    switch (random(5)) {
      case 0:
        bytes = Buffer.concat([before, Buffer.from([random(256)]), bytes.subarray(at + 1)]);
        break;
      case 1:
        bytes = Buffer.concat([before, bytes.subarray(at + length)]);
        break;
      case 2:
        bytes = Buffer.concat([before, NASTY[random(NASTY.length)] ?? before, bytes.subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      default: {
        const other = CORPUS[random(CORPUS.length)] ?? before;
        bytes = Buffer.concat([before, other.subarray(random(other.length))]);
      }
    }
  }
  return bytes;
}

/** Everything the engine does with bytes from outside before it knows whether they are any good. */
function handle(bytes: Buffer): ParseResult {
  const result = parseMessage(bytes);
  const message = result.ok ? result.message : result.malformed.answerable;
  if (message?.kind === 'request') validateRequest(message);
  if (message?.kind === 'response') responseDefect(message);
  if (message !== undefined) parseContacts(message);
  new StreamFramer().push(bytes);
  return result;
}

/** Header fields that can be answered with, logged and written again without harm. */
function expectSound(result: ParseResult): void {
  expect(result.ok || result.malformed.answerable?.method !== 'ACK').toBe(true);
  const headers = (result.ok ? result.message : result.malformed.answerable)?.headers ?? [];
  expect(headers.length).toBeLessThanOrEqual(MAX_HEADER_FIELDS);
  for (const { name, value } of headers) {
    expect(isToken(name)).toBe(true);
    expect(value).not.toMatch(/[\r\n]|^[ \t]|[ \t]$/);
  }
}

/** What was accepted reads the same when it is written and read again. */
function expectStable(message: SipMessage): void {
  const bytes = serializeMessage(message);
  // Text that was no UTF-8 grows when U+FFFD replaces it, perhaps beyond what is read.
  if (bytes.length > MAX_MESSAGE_BYTES) return;
  const again = parseMessage(bytes);
  expect(again.ok && serializeMessage(again.message).equals(bytes)).toBe(true);
}

/** CPU time of a function in milliseconds; unlike the clock it does not count what other processes take. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe('bytes from anyone', () => {
  test('never make the parser throw, and never yield a message that can’t be written again', () => {
    const random = randomFrom(SEED);
    let accepted = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = mutate(random);
      try {
        const result = handle(bytes);
        expectSound(result);
        if (!result.ok) continue;
        expectStable(result.message);
        accepted++;
      } catch (cause) {
        throw new Error(`round ${round}: ${JSON.stringify(bytes.toString('latin1'))}`, { cause });
      }
    }
    // A fuzz whose every message is refused at the door tests the door alone.
    expect(accepted).toBeGreaterThan(ROUNDS / 10);
  });

  const PREFIXES = ['INVITE sip:a@b', 'INVITE sip:a@b SIP/2.0\r\n', 'SIP/2.0 200 ', 'INVITE tel:+1'].concat(
    ['Via: SIP/2.0/UDP a;b', 'From: <sip:a@b>', 'To: ', 'Contact: ', 'CSeq: 1', 'Route: <', 'X-Y:', 'l:'].map(
      (header) =>
        `INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nFrom: a:b\r\nTo: a:b\r\ni: 1\r\nCSeq: 1 INVITE\r\n${header}`,
    ),
  );
  const UNITS = [
    ',',
    ';',
    '"',
    '<',
    '>',
    '\\',
    ';a',
    ';a=',
    ';a="',
    '\\"',
    '"<',
    ' ',
    '1',
    '1 ',
    '%',
    '@',
    ':',
    '\r',
    '\n',
  ].concat([
    '\r\n ',
    '\r\n ;a',
    '\r\n ,"',
    '\r\n ""',
    '\r\n ""',
    '\r\na:',
    '\r\nl: 5',
    '\r\nVia: SIP/2.0/UDP a',
    '\0',
    'é',
    'a'.repeat(4_000),
  ]);

  test.each(PREFIXES)('take no more than linear time: %j and 64 KiB of anything', (prefix) => {
    for (const unit of UNITS) {
      const filling = unit.repeat(Math.floor((MAX_MESSAGE_BYTES - prefix.length - 4) / Buffer.byteLength(unit)));
      const bytes = Buffer.from(`${prefix}${filling}\r\n\r\n`);
      expect(bytes.length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
      // A few milliseconds in truth; what is quadratic takes seconds.
      expect(
        cpuMs(() => handle(bytes)),
        `${JSON.stringify(unit)} repeated`,
      ).toBeLessThan(400);
    }
  });
});
