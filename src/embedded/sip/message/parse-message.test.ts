import { describe, expect, test } from 'vitest';
import { getHeader } from './header-fields.ts';
import { MAX_CONTENT_TYPE_CHARS, MAX_HEADER_FIELDS, MAX_LINE_CHARS, MAX_MESSAGE_BYTES } from './message-limits.ts';
import { parseMessage, salvageMessage } from './parse-message.ts';
import type { MalformedMessage, SipMessage } from './sip-message.ts';

const HEAD = [
  'OPTIONS sip:a@example.com SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  'From: <sip:b@example.com>;tag=1',
  'To: <sip:a@example.com>',
  'Call-ID: 1@192.0.2.1',
  'CSeq: 1 OPTIONS',
].join('\r\n');

const parsed = (text: string | Buffer): SipMessage => {
  const result = parseMessage(Buffer.from(text));
  if (!result.ok) throw new Error(`refused: ${result.malformed.reason}`);
  return result.message;
};

const refused = (text: string | Buffer): MalformedMessage => {
  const result = parseMessage(Buffer.from(text));
  if (result.ok) throw new Error('accepted');
  return result.malformed;
};

describe('a datagram', () => {
  test('may hold a response without reason, even without the space before it', () => {
    const response = HEAD.replace(/^.*/, 'sip/2.0 180');
    expect(parsed(`${response}\r\n\r\n`)).toMatchObject({ kind: 'response', status: 180, reason: '' });
  });

  test('may begin with line breaks', () => {
    expect(parsed(`\r\n\r\n${HEAD}\r\n\r\n`)).toMatchObject({ kind: 'request', method: 'OPTIONS' });
  });

  test('without Content-Length is body to its end', () => {
    expect(parsed(`${HEAD}\r\n\r\nrest\r\n`).body.toString()).toBe('rest\r\n');
  });

  test('with a shorter Content-Length is cut there', () => {
    expect(parsed(`${HEAD}\r\nl: 2\r\n\r\nrest`).body.toString()).toBe('re');
  });

  test('reads UTF-8, keeps U+FEFF and U+00A0 at the edge of a value, and marks what is no UTF-8', () => {
    expect(getHeader(parsed(`${HEAD}\r\nSubject: \uFEFFé\u00A0 \r\n\r\n`), 'Subject')).toBe('\uFEFFé\u00A0');
    const latin1 = Buffer.from(`${HEAD}\r\nSubject: é!\r\n\r\n`, 'latin1');
    expect(getHeader(parsed(latin1), 'Subject')).toBe('\uFFFD!');
  });

  test('may escape a control character in a quoted string, but not hold a bare one', () => {
    expect(getHeader(parsed(`${HEAD}\r\nX-A: "a\\\0b"\r\n\r\n`), 'X-A')).toBe('"a\\\0b"');
    expect(refused(`${HEAD}\r\nX-A: "a\\\\\0b"\r\n\r\n`).reason).toBe('Control Character in Header');
    expect(refused(`${HEAD}\r\nX-A: a\x0bb\r\n\r\n`).reason).toBe('Control Character in Header');
    expect(parsed(`${HEAD}\r\nX-A: a\tb\r\n\r\n`).headers.at(-1)).toEqual({ name: 'X-A', value: 'a\tb' });
  });
});

describe('a malformed request', () => {
  test.each([
    ['Malformed Header Line', `${HEAD}\r\nno colon\r\n\r\n`],
    ['Malformed Header Line', `${HEAD}\r\n: no name\r\n\r\n`],
    ['Malformed Header Line', `${HEAD}\r\nbad name: x\r\n\r\n`],
    ['Malformed Header Line', `${HEAD.replace('\r\nVia', '\r\n folded: 1\r\nVia')}\r\n\r\n`],
    ['Line Not Ended by CRLF', `${HEAD}\r\nSubject: a\nX-Smuggled: b\r\n\r\n`],
    ['Line Not Ended by CRLF', `${HEAD}\r\nSubject: a\rX-Smuggled: b\r\n\r\n`],
    ['Line Not Ended by CRLF', `${HEAD.replaceAll('\r\n', '\n')}\n\nl: x\r\n\r\n`],
    ['No Empty Line After Header', `${HEAD}\r\n`],
    ['No Empty Line After Header', HEAD],
    ['Invalid Content-Length', `${HEAD}\r\nl: 1e3\r\n\r\n`],
    ['Invalid Content-Length', `${HEAD}\r\nl: 0\r\nContent-Length: 0\r\n\r\n`],
    ['Body Shorter Than Content-Length', `${HEAD}\r\nl: 3\r\n\r\nab`],
    ['Malformed Request-Line', `${HEAD.replace(' SIP/2.0', '')}\r\n\r\n`],
    ['Malformed Request-Line', `${HEAD.replace(' SIP/2.0', ' HTTP/1.1')}\r\n\r\n`],
    ['Malformed Request-URI', `${HEAD.replace(' sip:a', '  sip:a')}\r\n\r\n`],
    ['Malformed Request-URI', `${HEAD.replace(' sip:a@example.com', ' ')}\r\n\r\n`],
  ])('is answered 400 %s: case %#', (reason, text) => {
    expect(refused(text)).toMatchObject({ status: 400, reason, answerable: { kind: 'request', method: 'OPTIONS' } });
  });

  test('keeps for its answer the headers that could be read, and no body', () => {
    const { answerable } = refused(`${HEAD}\r\nno colon\r\nTimestamp: 5\r\nl: 9\r\n\r\nbody`);
    expect(answerable?.headers.map(({ name }) => name)).toEqual(
      'Via From To Call-ID CSeq Timestamp Content-Length'.split(' '),
    );
    expect(answerable?.body).toHaveLength(0);
  });

  test('with lone line feeds ends its head at the first empty line, however that is written', () => {
    const { answerable } = refused(`${HEAD.replaceAll('\r\n', '\n')}\n\nTimestamp: 5\r\n\r\n`);
    expect(answerable?.headers).toHaveLength(5);
  });

  test('of another SIP version is answered 505', () => {
    const { status, answerable } = refused(`${HEAD.replace('SIP/2.0', 'SIP/3.0')}\r\n\r\n`);
    expect([status, answerable?.uri]).toEqual([505, 'sip:a@example.com']);
  });

  test.each([
    ['an ACK', `${HEAD.replaceAll('OPTIONS', 'ACK')}\r\nno colon\r\n\r\n`],
    ['without a Via', 'OPTIONS sip:a@example.com SIP/2.0\r\nno colon\r\n\r\n'],
    ['with a Via that says nothing', `${HEAD.replace('SIP/2.0/UDP 192', 'UDP 192')}\r\nno colon\r\n\r\n`],
    ['a response', `${HEAD.replace(/^.*/, 'SIP/2.0 200 OK')}\r\nno colon\r\n\r\n`],
    ['a response of an unknown class', `${HEAD.replace(/^.*/, 'SIP/2.0 700 What')}\r\n\r\n`],
    ['a response of another version', `${HEAD.replace(/^.*/, 'SIP/3.0 200 OK')}\r\n\r\n`],
    ['no SIP at all', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03'],
    ['nothing but line breaks', '\r\n\r\n'],
    ['nothing', ''],
  ])('is dropped when it is %s', (_what, text) => {
    expect(refused(text).answerable).toBeUndefined();
  });
});

describe('the limits', () => {
  const filler = (fields: number): string => '\r\nX-A: 1'.repeat(fields - 5);

  test(`are ${MAX_HEADER_FIELDS} header fields`, () => {
    expect(parsed(`${HEAD}${filler(MAX_HEADER_FIELDS)}\r\n\r\n`).headers).toHaveLength(MAX_HEADER_FIELDS);
    const { status, answerable } = refused(`${HEAD}${filler(MAX_HEADER_FIELDS + 1)}\r\n\r\n`);
    expect([status, answerable?.headers.length]).toEqual([513, MAX_HEADER_FIELDS]);
  });

  test(`are ${MAX_LINE_CHARS} characters a line, and a value however it is folded`, () => {
    const long = 'x'.repeat(MAX_LINE_CHARS - 5);
    expect(getHeader(parsed(`${HEAD}\r\nX-A: ${long}\r\n xxxx\r\n\r\n`), 'X-A')).toBe(`${long} xxxx`);
    expect(refused(`${HEAD}\r\nX-A: ${long}\r\n xxxxx\r\n\r\n`).status).toBe(513);
    expect(refused(`${HEAD}\r\nX-A: ${long}x\r\n\r\n`)).toMatchObject({
      status: 513,
      answerable: { method: 'OPTIONS' },
    });
    expect(refused(`${HEAD}\r\nX-A: 1\r\n ${long}xxxxx\r\n\r\n`).status).toBe(513);
    expect(refused(`OPTIONS sip:${long}${HEAD.slice(12)}\r\n\r\n`)).toMatchObject({ status: 513 });
  });

  test(`are ${MAX_CONTENT_TYPE_CHARS} characters of a Content-Type`, () => {
    const type = `multipart/mixed;${'a'.repeat(MAX_CONTENT_TYPE_CHARS - 16)}`;
    expect(getHeader(parsed(`${HEAD}\r\nc: ${type}\r\n\r\n`), 'Content-Type')).toBe(type);
    expect(refused(`${HEAD}\r\nc: ${type}\r\n ;\r\n\r\n`)).toMatchObject({
      status: 400,
      reason: 'Content-Type Too Long',
    });
  });

  test(`are ${MAX_MESSAGE_BYTES} bytes in all`, () => {
    const room = MAX_MESSAGE_BYTES - HEAD.length - 4;
    expect(parsed(`${HEAD}\r\n\r\n${'x'.repeat(room)}`).body).toHaveLength(room);
    const { status, answerable } = refused(`${HEAD}\r\n\r\n${'x'.repeat(room + 1)}`);
    expect([status, answerable?.method]).toEqual([513, 'OPTIONS']);
  });
});

describe('salvaging', () => {
  test('reads no further than a message may reach', () => {
    const filling = `\r\nX-A: ${'x'.repeat(7_000)}`.repeat(10);
    const bytes = Buffer.from(`${HEAD}${filling}\r\nTimestamp: 5\r\n\r\n`);
    const { answerable } = salvageMessage(bytes, { status: 513, reason: 'Message Too Large' });
    expect(answerable?.headers.at(-1)?.name).toBe('X-A');
  });

  test('finds the request in bytes that are refused for another reason', () => {
    const defect = { status: 413, reason: 'Request Entity Too Large' } as const;
    expect(salvageMessage(Buffer.from(`${HEAD}\r\nl: 9`), defect)).toMatchObject({
      ...defect,
      answerable: { method: 'OPTIONS' },
    });
  });
});
