import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sipMessage } from '../../../../test/support/sip-arbitraries.ts';
import { MAX_MESSAGE_BYTES } from './message-limits.ts';
import { parseMessage } from './parse-message.ts';
import { serializeMessage } from './serialize-message.ts';
import { StreamFramer, type StreamFrame } from './stream-framer.ts';

const PING = Buffer.from('\r\n\r\n');
const OPTIONS_HEAD = [
  'OPTIONS sip:a@example.com SIP/2.0',
  'Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1',
  'From: <sip:b@example.com>;tag=1',
  'To: <sip:a@example.com>',
  'Call-ID: 1@192.0.2.1',
  'CSeq: 1 OPTIONS',
].join('\r\n');

const options = (fields: string, body = ''): Buffer => Buffer.from(`${OPTIONS_HEAD}${fields}\r\n\r\n${body}`);

/** Feeds a stream in pieces of the given sizes, the last size repeating. */
function frames(stream: Buffer, sizes: readonly number[] = [stream.length]): StreamFrame[] {
  const framer = new StreamFramer();
  const found: StreamFrame[] = [];
  let at = 0;
  for (let piece = 0; at < stream.length; piece++) {
    const size = Math.max(1, sizes[Math.min(piece, sizes.length - 1)] ?? 1);
    found.push(...framer.push(stream.subarray(at, at + size)));
    at += size;
  }
  return found;
}

/** A stretch of a stream together with the frames it must yield. */
const segment = fc.oneof(
  { weight: 4, arbitrary: sipMessage.map((message) => serializeMessage(message)).map(messageSegment) },
  { weight: 1, arbitrary: sipMessage.map((message) => serializeMessage(message)).map(afterLoneCrlf) },
  { weight: 1, arbitrary: fc.constant({ bytes: PING, frames: [{ kind: 'ping' }] as StreamFrame[] }) },
);

function messageSegment(bytes: Buffer): { bytes: Buffer; frames: StreamFrame[] } {
  return { bytes, frames: [{ kind: 'message', bytes }] };
}

function afterLoneCrlf(bytes: Buffer): { bytes: Buffer; frames: StreamFrame[] } {
  return { ...messageSegment(bytes), bytes: Buffer.concat([Buffer.from('\r\n'), bytes]) };
}

/** Up to a few hundred frames: more than the framer holds at a time. */
const stream = fc.tuple(fc.array(segment, { maxLength: 8 }), fc.integer({ min: 1, max: 30 })).map(([few, times]) => {
  const segments = Array.from({ length: times }, () => few).flat();
  return {
    bytes: Buffer.concat(segments.map(({ bytes }) => bytes)),
    frames: segments.flatMap(({ frames }) => frames),
  };
});

/** Sizes of chunks: a few odd ones, then what a network would send. */
const chunks = fc.array(fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 500, max: 3_000 })), {
  minLength: 1,
});

const brokenTail = fc.constantFrom('', 'BYE x\n', `${OPTIONS_HEAD}\r\n\r\nv=0`, 'A\r\nl: -1\r\n\r\n', '\r', '\n');

describe('a stream', () => {
  test('yields its messages and pings, however it is cut into chunks', () => {
    fc.assert(
      fc.property(stream, chunks, ({ bytes, frames: all }, sizes) => {
        expect(frames(bytes, sizes)).toEqual(all);
      }),
      { numRuns: 300 },
    );
  });

  test('breaks at the same byte and for the same reason, however it is cut into chunks', () => {
    fc.assert(
      fc.property(stream, brokenTail, chunks, (good, tail, sizes) => {
        const bytes = Buffer.concat([good.bytes, Buffer.from(tail), good.bytes]);
        expect(frames(bytes, sizes)).toEqual(frames(bytes));
      }),
      { numRuns: 300 },
    );
  });

  test('yields messages that the parser reads to the last byte', () => {
    fc.assert(
      fc.property(stream, ({ bytes }) => {
        for (const frame of frames(bytes, [7])) {
          if (frame.kind !== 'message') continue;
          const result = parseMessage(frame.bytes);
          expect(result.ok && serializeMessage(result.message).equals(frame.bytes)).toBe(true);
        }
      }),
    );
  });

  test('hands out messages that later chunks do not overwrite', () => {
    const framer = new StreamFramer();
    const [first] = framer.push(options('\r\nl: 5', 'first'));
    framer.push(options('\r\nl: 5', 'other'));
    expect(first?.kind === 'message' && first.bytes.toString()).toMatch(/first$/);
  });

  test('finds its length in compact, folded and oddly spaced Content-Length fields', () => {
    for (const field of ['Content-Length: 4', 'l:4', 'CONTENT-LENGTH \t :\r\n 4 ', 'l : \r\n\t04']) {
      expect(frames(Buffer.concat([options(`\r\n${field}`, 'body'), PING]))).toMatchObject([
        { kind: 'message' },
        { kind: 'ping' },
      ]);
    }
  });
});

describe('a keep-alive', () => {
  test('is a double CRLF: a single one, before a message or alone, asks for nothing', () => {
    expect(frames(Buffer.from('\r\n'))).toEqual([]);
    expect(frames(Buffer.from('\r\n\r\n\r\n'))).toEqual([{ kind: 'ping' }]);
    expect(frames(Buffer.from('\r\n\r\n\r\n\r\n'), [3])).toEqual([{ kind: 'ping' }, { kind: 'ping' }]);
  });

  test('is not made of one CRLF before a message and one after it', () => {
    const message = options('\r\nl: 0');
    const kinds = frames(Buffer.concat([Buffer.from('\r\n'), message, Buffer.from('\r\n')])).map(({ kind }) => kind);
    expect(kinds).toEqual(['message']);
  });
});

describe('a stream that can’t be cut', () => {
  const broken = (stream: Buffer): StreamFrame[] => frames(stream).filter(({ kind }) => kind === 'broken');

  test.each([
    ['', 'Missing Content-Length', 400],
    ['\r\nl: -999', 'Invalid Content-Length', 400],
    ['\r\nContent-Length: 13\r\nl: 5', 'Invalid Content-Length', 400],
    ['\r\nl: 5\r\nContent-Length: 5', 'Invalid Content-Length', 400],
    ['\r\nl: 70000', 'Request Entity Too Large', 413],
    ['\r\nSubject: half\nl: 0', 'Line Not Ended by CRLF', 400],
  ])('says why and whom to answer: %j → %s', (fields, reason, status) => {
    expect(broken(options(fields))).toMatchObject([
      { reason, malformed: { status, reason, answerable: { kind: 'request', method: 'OPTIONS' } } },
    ]);
  });

  test('is not answered when it carries no request', () => {
    const response = Buffer.from('SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 192.0.2.1\r\n\r\n');
    expect(broken(response)).toMatchObject([{ malformed: { answerable: undefined } }]);
    expect(broken(Buffer.from('\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\n', 'latin1'))).toMatchObject([
      { malformed: { answerable: undefined } },
    ]);
  });

  test('yields nothing any more', () => {
    const framer = new StreamFramer();
    expect(framer.push(Buffer.from('no SIP\n'))).toHaveLength(1);
    expect(framer.push(options('\r\nl: 0'))).toEqual([]);
  });

  test('breaks at 65 535 bytes of a head that does not end', () => {
    const framer = new StreamFramer();
    const lines = Buffer.from('X: 89\r\n'.repeat(MAX_MESSAGE_BYTES / 5));
    expect(framer.push(lines.subarray(0, MAX_MESSAGE_BYTES - 1))).toEqual([]);
    expect(framer.push(lines.subarray(MAX_MESSAGE_BYTES - 1, MAX_MESSAGE_BYTES))).toMatchObject([
      { kind: 'broken', malformed: { status: 513 } },
    ]);
  });

  test('takes a message of exactly 65 535 bytes, byte by byte, and not one byte more', () => {
    const room = MAX_MESSAGE_BYTES - options('\r\nl: 65000').length;
    const fitting = options(`\r\nl: ${room}`, 'x'.repeat(room));
    expect(fitting).toHaveLength(MAX_MESSAGE_BYTES);
    expect(frames(fitting, [1])).toEqual([{ kind: 'message', bytes: fitting }]);
    expect(broken(options(`\r\nl: ${room + 1}`, 'x'.repeat(room + 1)))).toHaveLength(1);
  });
});
